"""The words of a reminder as plain values, in the active language. Templates only set them.

Everything is said from loaded reminders and what stands about their initiatives; nothing asks the database.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tracker.models import Health, Initiative, Quote, Reminder, ReminderKind, Responsibility
from tracker.reminders import answering, loading, reasons
from tracker.reminders.rules import Role
from tracker.wording import condition, leading_quote
from tracker.wording import day as say_day

GRAVITY = [
    ReminderKind.OVERDUE,
    ReminderKind.DUE,
    ReminderKind.MILESTONE,
    ReminderKind.SILENT,
    ReminderKind.NO_DEADLINE,
]
MARKS = {ReminderKind.OVERDUE: "overdue", ReminderKind.DUE: "due_soon", ReminderKind.MILESTONE: "due_soon"}
"""How a fact is coloured; others stay quiet."""
HOLDS = {
    ReminderKind.OVERDUE: Health.OVERDUE,
    ReminderKind.DUE: Health.DUE_SOON,
    ReminderKind.SILENT: Health.SILENT,
    ReminderKind.NO_DEADLINE: Health.NO_DEADLINE,
}
"""The condition of the initiative that a reminder tells of."""
OWNERS = (Role.LEAD, Role.SUPPORT)
EXPECTED_OF_OWNERS = {
    ReminderKind.OVERDUE: gettext_lazy("Say whether it is done, or by when it will be."),
    ReminderKind.DUE: gettext_lazy("Say whether it will be done in time."),
    ReminderKind.SILENT: gettext_lazy("Say where it stands."),
    ReminderKind.NO_DEADLINE: gettext_lazy("Say by when it will be done."),
    ReminderKind.MILESTONE: gettext_lazy("Say whether this step has been reached."),
}
EXPECTED_OF_OTHERS = {
    Role.CONTROLLER: gettext_lazy("Ask the lead where it stands, and record what you hear."),
    Role.HEAD: gettext_lazy("Your colleagues have been reminded, and it is still open. See to an answer."),
    Role.LEADERSHIP: gettext_lazy("You need not answer. It has stayed open for long; you may ask the lead."),
}
AT_LENGTH = 12
NOTE_LENGTH = 300
QUOTE_LENGTH = 600


@cache
def labels(language: str) -> dict[str, str]:
    """Give the fixed words of a mail, looked up once for each language."""
    with translation.override(language):
        return {
            "name": _("Commitment tracker"),
            "promised": _("Promised"),
            "where": _("Where"),
            "lead": _("Lead"),
            "due": _("Due"),
            "last_report": _("Last report"),
            "expected": _("Expected now"),
            "page": _("Page"),
            "admin": _("Look at it in the admin"),
            "others": _("Also"),
            "answer": _("Answer"),
            "why": _("Why you get this"),
        }


@dataclass(frozen=True)
class Said:
    """The words that are relied on, and where they stand."""

    words: str
    language: str
    where: str
    url: str


@dataclass(frozen=True)
class Item:
    """What one mail says of one initiative. `facts` pairs a colour with words, gravest first.

    Owners get `answers`, a label and a link each; everybody else the way into the admin.
    """

    title: str
    url: str
    kind: str
    facts: tuple[tuple[str, str], ...]
    said: Said | None
    due: str
    due_words: str
    due_language: str
    lead: str
    last_report: str
    expected: str
    answers: tuple[tuple[str, str], ...]
    answer_url: str
    admin_url: str
    why: tuple[str, ...]


@dataclass(frozen=True)
class Letter:
    """`items` are told at length, `others` in a line each: Gmail cuts a mail of more than 102 kB."""

    subject: str
    heading: str
    items: tuple[Item, ...]
    others: tuple[Item, ...]
    about_answers: str


def letter(reminders: Sequence[Reminder], *, day: dt.date, answers_until: dt.date) -> Letter:
    """Word one mail. `day` is the reader's day, on which it is read."""
    by_initiative: dict[int, list[Reminder]] = {}
    for reminder in sorted(reminders, key=_order):
        by_initiative.setdefault(reminder.initiative_id, []).append(reminder)
    items = tuple(_item(rows, day) for rows in by_initiative.values())
    return Letter(
        subject=_subject(items),
        heading=_heading(items),
        items=items[:AT_LENGTH],
        others=items[AT_LENGTH:],
        about_answers=_about_answers(answers_until) if any(item.answers for item in items) else "",
    )


def _about_answers(until: dt.date) -> str:
    words = _(
        "Each answer opens a page on which you complete it, without a password. It works once, until %(day)s."
    )
    return words % {"day": say_day(until)}


def _order(reminder: Reminder) -> tuple[int, dt.date, int]:
    return GRAVITY.index(ReminderKind(reminder.kind)), reminder.anchor_on, reminder.initiative_id


def _subject(items: Sequence[Item]) -> str:
    if len(items) == 1:
        return f"{items[0].title}: {items[0].facts[0][1]}"
    return _("Reminder: %(counts)s") % {"counts": _counts(items)}


def _heading(items: Sequence[Item]) -> str:
    if len(items) == 1:
        return capfirst(items[0].facts[0][1])
    return capfirst(_counts(items))


def _counts(items: Iterable[Item]) -> str:
    kinds = [item.kind for item in items]
    counts = {kind: kinds.count(kind) for kind in GRAVITY}
    words = {
        ReminderKind.OVERDUE: ngettext("%(n)d overdue", "%(n)d overdue", counts[ReminderKind.OVERDUE]),
        ReminderKind.DUE: ngettext("%(n)d due soon", "%(n)d due soon", counts[ReminderKind.DUE]),
        ReminderKind.MILESTONE: ngettext(
            "%(n)d with a milestone", "%(n)d with a milestone", counts[ReminderKind.MILESTONE]
        ),
        ReminderKind.SILENT: ngettext(
            "%(n)d without a report", "%(n)d without a report", counts[ReminderKind.SILENT]
        ),
        ReminderKind.NO_DEADLINE: ngettext(
            "%(n)d without a deadline", "%(n)d without a deadline", counts[ReminderKind.NO_DEADLINE]
        ),
    }
    return ", ".join(words[kind] % {"n": counts[kind]} for kind in GRAVITY if counts[kind])


def _item(reminders: Sequence[Reminder], day: dt.date) -> Item:
    first = reminders[0]
    initiative = first.initiative
    answered = next((row for row in reminders if row.role in OWNERS), None)
    page = settings.SITE_URL + answering.path(answered) if answered else ""
    said = leading_quote(loading.quotes(initiative))
    return Item(
        title=initiative.title,
        url=settings.SITE_URL + initiative.get_absolute_url(),
        kind=first.kind,
        facts=tuple((MARKS.get(ReminderKind(row.kind), "muted"), _fact(row, day)) for row in reminders),
        said=_said(said) if said else None,
        due=say_day(initiative.due_on, initiative.due_precision) if initiative.due_on else "",
        due_words=initiative.due_wording,
        due_language=_language_of(initiative.due_wording, initiative, said),
        lead=_lead(initiative),
        last_report=_last_report(initiative),
        expected=_expected(answered or first),
        answers=_answers(answered, page) if answered else (),
        answer_url=page,
        admin_url="" if answered else _admin_url(initiative),
        why=tuple(_why(row) for row in reminders),
    )


def _fact(reminder: Reminder, day: dt.date) -> str:
    """Say what is the matter, counted on the reader's day."""
    if reminder.kind == ReminderKind.MILESTONE:
        return _milestones(reminder)
    return condition(HOLDS[ReminderKind(reminder.kind)], reminder.initiative, day)


def _milestones(reminder: Reminder) -> str:
    meant = [row for row in loading.milestones(reminder.initiative) if row.due_on == reminder.anchor_on]
    titles = ", ".join(row.title for row in meant if row.reached_on is None)
    precision = meant[0].due_precision if meant else "day"
    return _("milestone “%(title)s”: %(day)s") % {
        "title": titles,
        "day": say_day(reminder.anchor_on, precision),
    }


def _said(quote: Quote) -> Said:
    source = quote.source
    on = say_day(source.published_on, source.published_precision) if source.published_on else ""
    return Said(
        words=_cut(quote.exact, QUOTE_LENGTH),
        language=source.language,
        where=", ".join(part for part in (source.publisher, source.title, on) if part),
        url=source.url or settings.SITE_URL + source.get_absolute_url(),
    )


def _language_of(words: str, initiative: Initiative, otherwise: Quote | None) -> str:
    """Tell the language of a deadline's words: that of the quote which holds them."""
    holding = (quote for quote in loading.quotes(initiative) if words.casefold() in quote.exact.casefold())
    quote = next(holding, otherwise) if words else None
    return quote.source.language if quote else ""


def _admin_url(initiative: Initiative) -> str:
    return f"{settings.SITE_URL}{reverse('admin:tracker_initiative_change', args=[initiative.pk])}"


def _lead(initiative: Initiative) -> str:
    parts = initiative.responsibilities.all()
    return next((part.party.name for part in parts if part.role == Responsibility.Role.LEAD), "")


def _last_report(initiative: Initiative) -> str:
    update = loading.last_report(initiative)
    if update is None:
        return _("nothing so far")
    parts = (
        update.get_status_display(),
        say_day(update.happened_on, update.happened_precision),
        _cut(update.note, NOTE_LENGTH),
    )
    return " · ".join(part for part in parts if part)


def _expected(reminder: Reminder) -> str:
    if reminder.role in OWNERS:
        return str(EXPECTED_OF_OWNERS[ReminderKind(reminder.kind)])
    return str(EXPECTED_OF_OTHERS[Role(reminder.role)])


def _answers(reminder: Reminder, page: str) -> tuple[tuple[str, str], ...]:
    """Give each answer's label and link, the likeliest first."""
    offered = answering.answers_of(reminder)
    return tuple((str(words), f"{page}?answer={answer}") for answer, words in offered.items())


def _why(reminder: Reminder) -> str:
    return reasons.why(
        told_as=reminder.role,
        party=reminder.contact.party.name,
        kind=reminder.kind,
        step=reminder.step,
        rule=reminder.rule,
    )


def _cut(words: str, length: int) -> str:
    return words if len(words) <= length else f"{words[: length - 1].rstrip()}…"
