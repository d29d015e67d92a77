"""Reminders that are about to go, with all that is said of them, in a constant number of queries.

What hangs on an initiative is prefetched into plain lists. A list is made once, while each
`initiative.quotes` makes a manager and a query set anew: half the time of loading a batch.
"""

from collections.abc import Sequence

from django.db.models import Prefetch, QuerySet

from tracker.models import Initiative, Mail, Milestone, Quote, Reminder, ReminderRule, Source, StatusUpdate
from tracker.reminders import answering

UNREAD = ["search_stems", "summary_ru", "summary_en", "summary_de", "measure_ru", "measure_en", "measure_de"]


def loaded(mails: Sequence[Mail]) -> QuerySet[Reminder]:
    """Load the reminders of these mails, with what decides whether they hold and what they say."""
    quotes = Quote.objects.published().prefetch_related(Prefetch("source", Source.objects.defer("text")))
    reports = StatusUpdate.objects.standing().newest_first()
    return (
        answering.with_what_decides()
        .filter(mail__in=mails)
        .defer(*(f"initiative__{column}" for column in UNREAD))
        .prefetch_related(
            "rule",
            "initiative__responsibilities__party",
            Prefetch("initiative__milestones", to_attr="loaded_milestones"),
            Prefetch("initiative__muted_rules", to_attr="loaded_muted_rules"),
            Prefetch("initiative__quotes", quotes, to_attr="loaded_quotes"),
            Prefetch("initiative__updates", reports, to_attr="loaded_reports"),
        )
    )


def milestones(initiative: Initiative) -> list[Milestone]:
    found: list[Milestone] = initiative.loaded_milestones  # type: ignore[attr-defined]  # prefetched
    return found


def muted_rules(initiative: Initiative) -> list[ReminderRule]:
    found: list[ReminderRule] = initiative.loaded_muted_rules  # type: ignore[attr-defined]  # prefetched
    return found


def quotes(initiative: Initiative) -> list[Quote]:
    """The quotes whose source the public may see."""
    found: list[Quote] = initiative.loaded_quotes  # type: ignore[attr-defined]  # prefetched
    return found


def last_report(initiative: Initiative) -> StatusUpdate | None:
    found: list[StatusUpdate] = initiative.loaded_reports  # type: ignore[attr-defined]  # prefetched
    return found[0] if found else None
