"""The first page: the day's work as short lists, each line with the one step that it needs."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from django.contrib import admin
from django.contrib.admin.sites import AdminSite
from django.db import connection
from django.db.models import Count, IntegerField, Model, Value, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from tracker import proposals
from tracker.admin.reviewing import WORDED_BY_THE_REVIEWER
from tracker.admin.saved import saved_filters
from tracker.admin.wayback import FROM_HOME
from tracker.models import Health, Initiative, Mail, Proposal, Report
from tracker.wording import condition, day

SHOWN = 8
"""So many lines a list has; the rest is counted and linked."""
WEEK = dt.timedelta(days=7)
STOPPED = (Mail.State.HELD, Mail.State.IN_DOUBT, Mail.State.FAILED)


class Step(NamedTuple):
    """What a line needs: the words on its link, the page, and the right without which one only looks."""

    words: Any
    page: str
    needs: str
    place: str = ""
    """Where on the page, as `#quotes-group`."""


class Line(NamedTuple):
    words: str
    detail: str
    step: Any
    address: str


@dataclass(frozen=True)
class Waiting:
    """A kind of work: which rows wait, the most pressing first, and how the list shows them all."""

    title: Any
    model: type[Model]
    rows: Callable[[Any, dt.date], Any]
    order: str
    query: Callable[[dt.date], str]
    step: Callable[[Any], Step]
    words: Callable[[Any], str]
    detail: Callable[[Any, dt.date], str]

    @property
    def admin(self) -> Any:
        return admin.site.get_model_admin(self.model)

    def of(self, request: HttpRequest, on: dt.date) -> Any:
        """Give the rows that wait, of those that this person reaches."""
        return self.rows(self.admin.get_queryset(request), on)

    def list_address(self, on: dt.date) -> str:
        return f"{reverse(f'admin:tracker_{self.model._meta.model_name}_changelist')}?{self.query(on)}"

    def line(self, row: Any, request: HttpRequest, on: dt.date) -> Line:
        step = self.step(row)
        if not request.user.has_perm(step.needs):
            step = Step(_("Look"), "change", "")
        address = reverse(f"admin:tracker_{self.model._meta.model_name}_{step.page}", args=[row.pk])
        return Line(self.words(row), self.detail(row, on), step.words, address + FROM_HOME + step.place)


@dataclass
class Section:
    """One list as it is shown: its lines, and how many there are in all."""

    title: Any
    address: str
    total: int = 0
    lines: list[Line] = field(default_factory=list)


@never_cache
def index(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
    own = {"sections": sections_of(request), "saved_filters": saved_filters(request)}
    context = {**own, **(extra_context or {})}
    page: TemplateResponse = AdminSite.index(admin.site, request, context)
    return page


def sections_of(request: HttpRequest) -> list[Section]:
    """List what waits for this person today, and nothing that they may not see.

    One query says which rows, and one more for each kind of row reads them, however much waits.
    """
    on = timezone.localdate()
    seen = [waiting for waiting in WAITING if waiting.admin.has_view_permission(request)]
    placed = _placed(request, seen, on)
    rows = _rows(seen, placed)
    sections = [Section(waiting.title, waiting.list_address(on)) for waiting in seen]
    for number, _place, total, key in placed:
        sections[number].total = total
        if (seen[number].model, key) in rows:
            sections[number].lines.append(seen[number].line(rows[seen[number].model, key], request, on))
    return [section for section in sections if section.lines]


Placed = tuple[int, int, int, int]
"""Which kind of work, which place in its list, how many there are in all, and the row's key."""


def _placed(request: HttpRequest, seen: Sequence[Waiting], on: dt.date) -> list[Placed]:
    """Name the first rows of every list, in their order, by one query.

    It is put together here, as Django unites no lists that are cut.
    """
    parts, given = [], []
    for number, waiting in enumerate(seen):
        text, params = _first_of(waiting.of(request, on), number, waiting.order).query.sql_with_params()
        parts.append(f"SELECT number, place, total, id FROM ({text}) AS list_{number}")  # noqa: S608  # our own
        given += params
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), given)
        return sorted(cursor.fetchall())


def _first_of(rows: Any, number: int, order: str) -> Any:
    """Keep the first rows, each with its place and with how many there are."""
    plain = rows.prefetch_related(None).select_related(None).order_by()
    placed = plain.annotate(
        number=Value(number, IntegerField()),
        place=Window(RowNumber(), order_by=[order, "pk"]),
        total=Window(Count("pk")),
    )
    return placed.order_by("place").values("number", "place", "total", "id")[:SHOWN]


def _rows(seen: Sequence[Waiting], placed: Sequence[Placed]) -> dict[tuple[type[Model], int], Any]:
    """Read the rows that are shown, each once, by model and key."""
    keys: dict[type[Model], set[int]] = {}
    for number, _place, _total, key in placed:
        keys.setdefault(seen[number].model, set()).add(key)
    return {
        (model, row.pk): row for model, wanted in keys.items() for row in READ[model].filter(pk__in=wanted)
    }


READ: dict[type[Model], Any] = {
    Initiative: Initiative.objects.defer("search_stems"),
    Proposal: Proposal.objects.select_related("initiative", "proposed_by"),
    Mail: Mail.objects.defer("text", "html", "about", "server_reply"),
    Report: Report.objects.select_related("series").defer("content", "pdf", "xlsx"),
}


def _overdue(rows: Any, on: dt.date) -> Any:
    return rows.overdue(on).filter(due_on__gte=on - WEEK)


def _due(rows: Any, on: dt.date) -> Any:
    return rows.due_soon(on).filter(due_on__lt=on + WEEK)


def _moment(at: dt.datetime) -> str:
    return formats.date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")


def _review(row: Proposal) -> Step:
    page = "change" if row.kind in WORDED_BY_THE_REVIEWER else "accept"
    return Step(_("Review"), page, "tracker.change_proposal")


def _headline(row: Proposal) -> str:
    return f"{proposals.headline(row)} — {row.initiative}" if row.initiative else proposals.headline(row)


def _who(row: Proposal, on: dt.date) -> str:
    who = str(row.proposed_by) if row.proposed_by else row.reader_name
    return ", ".join(filter(None, [who, _moment(row.proposed_at)]))


def _record(row: Initiative) -> Step:
    return Step(_("Record update"), "report", "tracker.add_statusupdate")


WAITING = [
    Waiting(
        _("Proposals to review"),
        Proposal,
        rows=lambda rows, on: rows.filter(state=Proposal.State.WAITING),
        order="proposed_at",
        query=lambda on: "state__exact=waiting",
        step=_review,
        words=_headline,
        detail=_who,
    ),
    Waiting(
        _("Overdue since last week"),
        Initiative,
        rows=_overdue,
        order="-due_on",
        query=lambda on: f"health=overdue&due_on__gte={on - WEEK}",
        step=_record,
        words=str,
        detail=partial(condition, Health.OVERDUE),
    ),
    Waiting(
        _("Due this week"),
        Initiative,
        rows=_due,
        order="due_on",
        query=lambda on: f"health=due_soon&due_on__lt={on + WEEK}",
        step=_record,
        words=str,
        detail=lambda row, on: day(row.due_on, row.due_precision),
    ),
    Waiting(
        _("Silent"),
        Initiative,
        rows=lambda rows, on: rows.silent(on),
        order="heard_of",
        query=lambda on: "health=silent",
        step=_record,
        words=str,
        detail=partial(condition, Health.SILENT),
    ),
    Waiting(
        _("Drafts without a source"),
        Initiative,
        rows=lambda rows, on: rows.unsourced(),
        order="-created_at",
        query=lambda on: "public=unsourced",
        step=lambda row: Step(_("Add the source"), "change", "tracker.change_initiative", "#quotes-group"),
        words=str,
        detail=lambda row, on: _moment(row.created_at),
    ),
    Waiting(
        _("Mail that did not go out"),
        Mail,
        rows=lambda rows, on: rows.filter(state__in=STOPPED),
        order="-decided_at",
        query=lambda on: f"state__in={','.join(STOPPED)}",
        step=lambda row: Step(_("Decide"), "change", "tracker.release_mail"),
        words=str,
        detail=lambda row, on: f"{row.get_state_display()}: {row.get_reason_display()}",
    ),
    Waiting(
        _("Reports to release"),
        Report,
        rows=lambda rows, on: rows.filter(released_at__isnull=True),
        order="built_at",
        query=lambda on: "state=held",
        step=lambda row: Step(_("Release"), "release", "tracker.release_report"),
        words=str,
        detail=lambda row, on: row.get_language_display(),
    ),
]
"""The day's work, in the order in which the page shows it."""
