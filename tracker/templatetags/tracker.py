"""How facts are said in templates: a day with its precision, health in words, a query string changed.

Nothing here asks the database: whoever renders has prefetched what is read.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django import template
from django.conf import settings
from django.db.models import Model
from django.http import HttpRequest
from django.utils import formats, translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy, ngettext, pgettext

from tracker import wording
from tracker.models import Health, Initiative, Precision, Quote, Responsibility
from tracker.reports.attention import Section
from tracker.wording import day, quoted, slip

register = template.Library()

register.filter(quoted)
register.filter(slip)
register.simple_tag(day)


@register.filter
def days_overdue(initiative: Initiative, on: dt.date) -> int:
    return initiative.days_overdue(on)


@register.filter
def missing_names(initiative: Initiative) -> list[str]:
    """Name the missing elements in the reader's language."""
    names = {
        "owner": pgettext("missing element", "owner"),
        "date": pgettext("missing element", "date"),
        "measure": pgettext("missing element", "measure"),
        "place": pgettext("missing element", "place"),
        "money": pgettext("missing element", "money"),
    }
    return [names[element] for element in initiative.missing_elements]


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """Give the present query string with some values changed; None or '' drops one."""
    request: HttpRequest = context["request"]
    values = request.GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            values.pop(name, None)
        else:
            values[name] = str(value)
    return f"?{values.urlencode()}" if values else "?"


SECTIONS = {
    "initiatives": gettext_lazy("Initiatives"),
    "overview": gettext_lazy("Overview"),
    "changes": gettext_lazy("What changed"),
    "parties": gettext_lazy("Parties"),
    "sources": gettext_lazy("Sources"),
    "reports": gettext_lazy("Reports"),
    "subscribe": gettext_lazy("Follow by mail"),
}
"""The sections of the site by the names of their addresses, in the order in which they are shown."""


FACES = {
    "latin": ["pt-sans-latin-400", "pt-sans-latin-700", "pt-serif-latin-400", "pt-serif-latin-700"],
    "cyrillic": [
        *("pt-sans-cyrillic-400", "pt-sans-cyrillic-700", "pt-serif-cyrillic-400", "pt-serif-cyrillic-700"),
        *("pt-sans-latin-400", "pt-sans-latin-700", "pt-serif-latin-700"),  # figures
    ],
}
"""What a page is set in. Asked for at once, they are there when it is first drawn."""


@register.simple_tag
def faces() -> list[str]:
    """Name the files of the faces that a page in the active language is set in."""
    script = "cyrillic" if translation.get_language() == "ru" else "latin"
    return [f"tracker/fonts/{name}-normal.woff2" for name in FACES[script]]


@register.simple_tag
def sections() -> list[tuple[str, str]]:
    """Name the sections of the site."""
    return [(name, str(label)) for name, label in SECTIONS.items()]


@register.simple_tag(takes_context=True)
def in_language(context: template.Context, language: str) -> str:
    """Give the address of this very page in another language."""
    request: HttpRequest = context["request"]
    query_string = request.META.get("QUERY_STRING", "")
    return _path_in(language, request.path) + (f"?{query_string}" if query_string else "")


@register.simple_tag(takes_context=True)
def own_address(context: template.Context, language: str = "") -> str:
    """Give the address by which others should know this page in a language; without one, in the site's.

    It is the same however the page was reached, and does not say how the page is shown.
    """
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    query.pop("view", None)
    if query.get("page") == "1":
        del query["page"]
    path = _path_in(language or settings.LANGUAGE_CODE, request.path)
    return f"{settings.SITE_URL}{path}" + (f"?{query.urlencode()}" if query else "")


@register.simple_tag
def site() -> str:
    """Give what every whole address of this site begins with."""
    return str(settings.SITE_URL)


def _path_in(language: str, path: str) -> str:
    parts = path.split("/", 2)
    if len(parts) < 3 or parts[1] not in dict(settings.LANGUAGES):
        return f"/{language}/"
    return f"/{language}/{parts[2]}"


@register.filter
def leading_quote(initiative: Initiative) -> Quote | None:
    """Give the words that announced it. Prefetch `quotes__source`."""
    return wording.leading_quote(initiative.quotes.all())


@register.filter
def other_parties(initiative: Initiative) -> list[Responsibility]:
    """Name everybody who takes part but the lead. Prefetch `responsibilities__party`."""
    return [part for part in initiative.responsibilities.all() if part.role != Responsibility.Role.LEAD]


@register.filter
def due_wording(initiative: Initiative) -> SafeString:
    """Set the words of the deadline as a quotation in the language of the quote that holds them."""
    words = initiative.due_wording
    holding = (quote for quote in initiative.quotes.all() if words.casefold() in quote.exact.casefold())
    quote = next(holding, leading_quote(initiative))
    if quote is None:
        return format_html("{}", quoted(words, translation.get_language() or ""))
    language = quote.source.language
    return format_html('<span lang="{}">{}</span>', language, quoted(words, language))


@register.filter
def condition_words(initiative: Initiative, on: dt.date) -> list[tuple[Health, str]]:
    """Pair each condition that holds with its words: (overdue, "268 days late")."""
    return [(health, wording.condition(health, initiative, on)) for health in initiative.health(on)]


@register.simple_tag
def state(initiative: Initiative, on: dt.date) -> SafeString:
    """Say in one sentence when it was announced, what date was named, and what has been heard since."""
    clauses = list(_clauses(initiative, on))
    rest = format_html_join("", ", {}", ([clause] for clause in clauses[1:]))
    return format_html("{}{}.", capfirst(clauses[0]), rest)


def _clauses(initiative: Initiative, on: dt.date) -> Iterator[str]:
    announced = day(initiative.announced_on, initiative.announced_precision)
    if initiative.announced_on is None:
        yield pgettext("state", "announced on a day that is not known")
    elif initiative.announced_precision == Precision.DAY:
        yield pgettext("state", "announced %(day)s") % {"day": announced}
    else:
        yield pgettext("state", "announced: %(vague_day)s") % {"vague_day": announced}
    if initiative.due_wording:
        yield format_html(pgettext("state", "the time named: {}"), due_wording(initiative))
    elif initiative.due_on is None:
        yield pgettext("state", "no date was named")
    if initiative.is_closed:
        yield str(initiative.get_status_display())
        return
    late = initiative.days_overdue(on)
    if late and initiative.due_on:
        first_late_day = formats.date_format(initiative.due_on + dt.timedelta(days=1), "DATE_FORMAT")
        yield pgettext("state", "overdue since %(day)s") % {"day": first_late_day}
    elif initiative.due_on:
        yield pgettext("state", "due: %(day)s") % {"day": day(initiative.due_on, initiative.due_precision)}
    silent = initiative.silent_days(on)
    if silent:
        yield ngettext("nothing reported for %(days)d day", "nothing reported for %(days)d days", silent) % {
            "days": silent
        }


@dataclass(frozen=True)
class Event:
    """One entry of a timeline; `thing` is the row that it tells of, or the quotes of one source."""

    kind: str
    on: dt.date | None
    precision: str
    thing: object = None

    @property
    def anchor(self) -> str:
        """Name its place on the page, where its row has one of its own."""
        return f"{self.kind}-{self.thing.pk}" if isinstance(self.thing, Model) else self.kind


@register.filter
def timeline(initiative: Initiative, today: dt.date) -> list[Event]:
    """Order what was said, done and promised, oldest first, unknown days before all, today in its place."""
    by_source: dict[int, list[Quote]] = {}
    for quote in initiative.quotes.all():
        if quote.relation == Quote.Relation.ANNOUNCES:
            by_source.setdefault(quote.source_id, []).append(quote)
    events = [
        Event("announced", quotes[0].source.published_on, quotes[0].source.published_precision, quotes)
        for quotes in by_source.values()
    ]
    events += [
        Event("contradicted", quote.source.published_on, quote.source.published_precision, quote)
        for quote in initiative.quotes.all()
        if quote.relation == Quote.Relation.CONTRADICTS
    ]
    events += [Event("deadline", row.said_on, Precision.DAY, row) for row in initiative.deadlines.all()]
    events += [
        Event("reported", row.happened_on, row.happened_precision, row) for row in initiative.updates.all()
    ]
    for row in initiative.milestones.all():
        if row.reached_on and row.reached_on <= today:
            events.append(Event("reached", row.reached_on, Precision.DAY, row))
        elif row.due_on:
            events.append(Event("step", row.due_on, row.due_precision, row))
    if initiative.due_on:
        events.append(Event("due", initiative.due_on, initiative.due_precision))
    events.append(Event("today", today, Precision.DAY))
    return sorted(events, key=lambda event: event.on or dt.date.min)


@register.filter
def number(value: Decimal) -> str:
    """Say a number without idle zeros, as the reader's language writes it."""
    return formats.number_format(f"{value.normalize():f}", use_l10n=True)


@register.filter
def unlisted(section: Section) -> int:
    """Count the initiatives of a section that it does not name."""
    return section.total - len(section.rows)
