"""Rows for tests. Each function makes one row with sensible values; keywords replace them."""

import datetime as dt
import itertools
from typing import Any, TypeVar

from django.contrib.auth.models import Permission, User
from django.db.models import Model

from tracker import corrections, progress, publishing
from tracker.models import (
    Contact,
    Correction,
    Deadline,
    Figure,
    Firmness,
    Initiative,
    Mail,
    Party,
    Place,
    Precision,
    Proposal,
    Quote,
    Reminder,
    ReminderRule,
    Report,
    Responsibility,
    Sector,
    Series,
    Source,
    Status,
    StatusUpdate,
)

TODAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)

_Row = TypeVar("_Row", bound=Model)
_numbers = itertools.count(1)


def day(offset: int) -> dt.date:
    """Give the day that lies `offset` days after today."""
    return TODAY + dt.timedelta(days=offset)


def moment(offset: int) -> dt.datetime:
    """Give the moment that lies `offset` days after now."""
    return NOW + dt.timedelta(days=offset)


def initiative(**values: Any) -> Initiative:
    """An unsaved initiative, announced today."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "slug": f"initiative-{number}",
        "title": f"Initiative {number}",
        "summary": "A summary.",
        "firmness": Firmness.PLANNED,
        "sector": Sector.INDUSTRY,
        "announced_on": TODAY,
    }
    if values.get("due_on"):
        defaults["due_precision"] = Precision.DAY
    dated = _with_precision({**defaults, **values}, "announced")
    return Initiative(**_in_every_language(dated, "title", "summary", "measure"))


def make_initiative(**values: Any) -> Initiative:
    return _saved(initiative(**values))


def party(**values: Any) -> Party:
    number = next(_numbers)
    defaults = {
        "slug": f"party-{number}",
        "name": f"Party {number}",
        "kind": Party.Kind.COMPANY,
        "country": "BY",
    }
    return Party(**_in_every_language({**defaults, **values}, "name"))


def make_party(**values: Any) -> Party:
    return _saved(party(**values))


def make_contact(**values: Any) -> Contact:
    number = next(_numbers)
    defaults: dict[str, Any] = {"name": f"Contact {number}", "email": f"contact{number}@example.org"}
    if "party" not in values:
        defaults["party"] = make_party()
    return Contact.objects.create(**{**defaults, **values})


def make_place(**values: Any) -> Place:
    number = next(_numbers)
    defaults = {"slug": f"place-{number}", "name": f"Place {number}", "country": "RU"}
    return _saved(Place(**_in_every_language({**defaults, **values}, "name")))


def source(**values: Any) -> Source:
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "slug": f"source-{number}",
        "title": f"Source {number}",
        "publisher": "BelTA",
        "language": "de",
        "published_on": TODAY,
    }
    dated = _with_precision({**defaults, **values}, "published")
    return Source(**_in_every_language(dated, "title", "note"))


def make_source(**values: Any) -> Source:
    return _saved(source(**values))


def quote(**values: Any) -> Quote:
    """An unsaved quote of a saved initiative and a saved source."""
    defaults: dict[str, Any] = {"exact": f"We shall build it, {next(_numbers)} times."}
    if "source" not in values:
        defaults["source"] = make_source()
    if "initiative" not in values:
        defaults["initiative"] = make_initiative()
    return Quote(**{**defaults, **values})


def make_quote(**values: Any) -> Quote:
    return _saved(quote(**values))


def make_figure(**values: Any) -> Figure:
    defaults: dict[str, Any] = {"what": "Trade", "value": 12, "unit": "million dollars"}
    if "quote" not in values:
        defaults["quote"] = make_quote(initiative=None, relation=Quote.Relation.GIVES_FIGURE)
    return _saved(Figure(**_in_every_language({**defaults, **values}, "what", "unit", "period")))


def make_responsibility(initiative: Initiative, party: Party, role: str = "lead") -> Responsibility:
    return Responsibility.objects.create(initiative=initiative, party=party, role=role)


def publish(initiative: Initiative) -> Initiative:
    """Publish an initiative, giving it a quote if it has none."""
    if not initiative.quotes.exists():
        make_quote(initiative=initiative)
    publishing.publish(initiative=initiative, now=NOW)
    initiative.refresh_from_db()
    return initiative


def make_published(**values: Any) -> Initiative:
    return publish(make_initiative(**values))


def status_update(initiative: Initiative, status: str = Status.IN_PROGRESS, **values: Any) -> StatusUpdate:
    """An unsaved report of today, with an address as its evidence."""
    defaults: dict[str, Any] = {
        "happened_on": TODAY,
        "url": "https://example.org/evidence",
        "note": "",
        "old_status": initiative.status,
        "recorded_at": NOW,
    }
    return StatusUpdate(
        initiative=initiative, status=status, **_with_precision({**defaults, **values}, "happened")
    )


def report(
    initiative: Initiative,
    status: str = Status.IN_PROGRESS,
    *,
    now: dt.datetime = NOW,
    by: User | None = None,
    **values: Any,
) -> StatusUpdate:
    """Report through `tracker.progress`, and bring `initiative` up to date."""
    row = progress.report(update=status_update(initiative, status, **values), now=now, by=by)
    initiative.refresh_from_db()
    return row


def deadline(initiative: Initiative, due_on: dt.date | None, **values: Any) -> Deadline:
    """An unsaved promise of time, given today."""
    defaults: dict[str, Any] = {
        "said_on": TODAY,
        "precision": Precision.DAY if due_on else Precision.UNDATED,
        "wording": "in time",
        "recorded_at": NOW,
    }
    return Deadline(initiative=initiative, due_on=due_on, **{**defaults, **values})


def set_deadline(
    initiative: Initiative,
    due_on: dt.date | None,
    *,
    now: dt.datetime = NOW,
    by: User | None = None,
    **values: Any,
) -> Deadline:
    """Set a deadline through `tracker.progress`, and bring `initiative` up to date."""
    row = progress.set_deadline(deadline=deadline(initiative, due_on, **values), now=now, by=by)
    initiative.refresh_from_db()
    return row


def make_user(*permissions: str, **values: Any) -> User:
    number = next(_numbers)
    defaults: dict[str, Any] = {"username": f"user-{number}", "email": f"user{number}@example.org"}
    user = User.objects.create_user(**{**defaults, **values})
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def proposal(**values: Any) -> Proposal:
    """An unsaved proposal to report something, waiting for its review."""
    return Proposal(**{"kind": Proposal.Kind.REPORT, "proposed_at": NOW, **values})


def reminder(**values: Any) -> Reminder:
    """An unsaved reminder, a week before today."""
    defaults: dict[str, Any] = {"kind": "due", "anchor_on": TODAY, "step": -7, "decided_at": NOW}
    if "initiative" not in values:
        defaults["initiative"] = make_initiative()
    if "contact" not in values:
        defaults["contact"] = make_contact()
    return Reminder(**{**defaults, **values})


def rule(**values: Any) -> ReminderRule:
    """An unsaved rule for the lead alone: a week before the deadline, and on its day."""
    return ReminderRule(**{"kind": "due", "days": "7,0", **values})


def make_rule(**values: Any) -> ReminderRule:
    return _saved(rule(**values))


def make_asked(role: str = "lead", **values: Any) -> Reminder:
    """A reminder to a contact of one party of an initiative, published, and announced 90 days ago."""
    initiative, contact = make_published(announced_on=day(-90)), make_contact()
    make_responsibility(initiative, contact.party, role)
    return _saved(reminder(initiative=initiative, contact=contact, role=role, **values))


def make_proposal(reminder: Reminder | None = None, **wanted: Any) -> Proposal:
    """An answer to a reminder: the work goes on, and a first step was done today."""
    reminder = reminder or make_asked()
    party = reminder.contact.party_id
    said = {"status": "in_progress", "note": "Begun.", "happened_on": TODAY.isoformat(), "told_by": party}
    return _saved(
        proposal(
            initiative=reminder.initiative,
            reminder=reminder,
            proposed_by=reminder.contact,
            wanted={**said, **wanted},
        )
    )


def make_correction_proposal(**values: Any) -> Proposal:
    """What a reader of the public pages sent about a published initiative."""
    defaults: dict[str, Any] = {"wanted": {"words": "The bridge is open.", "quote": "It opened on Monday."}}
    if "initiative" not in values:
        defaults["initiative"] = make_published()
    return _saved(proposal(kind=Proposal.Kind.CORRECTION, **{**defaults, **values}))


def make_correction(initiative: Initiative, **values: Any) -> Correction:
    """A correction that stands in the public log, made today."""
    words = {"before": "Due in May.", "after": "Due in June.", "why": "The order itself says June."}
    row = Correction(initiative=initiative, **{**words, **values})
    return corrections.record(correction=row, now=NOW, by=None)


def series(**values: Any) -> Series:
    """An unsaved weekly report on everything."""
    return Series(**{"name": "Weekly report", "frequency": "weekly", "starts_on": TODAY, **values})


def make_series(**values: Any) -> Series:
    return _saved(series(**values))


def report_edition(**values: Any) -> Report:
    """An unsaved edition of a report, without any content."""
    return Report(**{"language": "ru", "known_at": NOW, "built_at": NOW, "content": {}, **values})


def mail(**values: Any) -> Mail:
    """An unsaved mail, due now, worded already: no occasion writes it anew."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "key": f"test:{number}",
        "message_id": f"<test-{number}@example.org>",
        "kind": "note",
        "address": f"reader{number}@example.org",
        "language": "en",
        "subject": f"Subject {number}",
        "text": "Text",
        "html": "<p>Text</p>",
        "decided_at": NOW,
        "next_attempt_at": NOW,
        "reason": _reason(values.get("state", Mail.State.QUEUED)),
    }
    return Mail(**{**defaults, **values})


def _reason(state: str) -> str:
    """Why a mail in this state stopped; nothing where it did not."""
    reasons = {"held": "release", "failed": "refused", "in_doubt": "answer_lost", "cancelled": "by_hand"}
    return reasons.get(state, "")


def make_mail(**values: Any) -> Mail:
    return _saved(mail(**values))


def _saved(row: _Row) -> _Row:
    row.save()
    return row


def _in_every_language(values: dict[str, Any], *fields: str) -> dict[str, Any]:
    """Use a value given without a language for each language that is not given by itself."""
    for field in fields:
        if field in values:
            value = values.pop(field)
            values = {**{f"{field}_{code}": value for code in ("ru", "en", "de")}, **values}
    return values


def _with_precision(values: dict[str, Any], day: str) -> dict[str, Any]:
    """Say "undated" of a day that is None."""
    precision = Precision.DAY if values[f"{day}_on"] else Precision.UNDATED
    return {f"{day}_precision": precision, **values}
