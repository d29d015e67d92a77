"""An edition as PDF: tagged for those who listen, set in the letters that come with typst."""

import datetime as dt
import json
from functools import cache
from typing import Any

import typst
from django.conf import settings
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tracker.reports.charts import Bar
from tracker.reports.content import Content
from tracker.reports.edition import Edition, Figure
from tracker.reports.sections import Item, Section

TEMPLATES = settings.BASE_DIR / "templates" / "reports"


def render(content: Content, *, known_at: dt.datetime) -> bytes:
    """Set an edition in its language. The same content and moment give the same bytes."""
    with translation.override(content.language):
        told = _told(Edition(content))
    return typst.compile(
        TEMPLATES / "report.typ",
        root=TEMPLATES,
        sys_inputs={"edition": json.dumps(told, ensure_ascii=False)},
        font_paths=_fonts(),
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        timestamp=known_at.astimezone(dt.UTC).replace(microsecond=0),  # typst takes no fractions
    )


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)


def _told(edition: Edition) -> dict[str, Any]:
    """Write down everything that the template says, labels too: it knows no language."""
    state = _("State of %(state_day)s") % {"state_day": edition.state_day}
    return {
        "language": edition.content.language,
        "site_name": _("Commitment tracker"),
        "title": edition.title,
        "name": edition.name,
        "period": capfirst(edition.period),
        "headline": edition.headline,
        "summary": edition.summary,
        "footer": f"{edition.name} · {state}",
        "comparison": edition.comparison,
        "figures": [_figure(figure) for figure in edition.figures],
        "sections": [_section(section) for section in edition.filled],
        "nothing": edition.nothing,
        **_charts(edition),
    }


def _charts(edition: Edition) -> dict[str, Any]:
    return {
        "statuses_heading": _("Where the initiatives stand"),
        "status_word": _("Status"),
        "now_word": _("Now"),
        "change_word": "" if edition.content.is_first else pgettext("difference", "Change"),
        "statuses": [_figure(figure) for figure in edition.statuses],
        "history_finding": edition.history_finding,
        "history_alt": "; ".join(f"{bar.label}: {_in_words(bar)}" for bar in edition.history),
        "history": [_bar(bar) for bar in edition.history],
        "due_heading": _("When they fall due"),
        "due_finding": edition.due_finding,
        "due_alt": "; ".join(f"{bar.label}: {bar.count}" for bar in edition.due_dates),
        "due_dates": [_bar(bar) for bar in edition.due_dates],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "name": figure.name,
        "label": capfirst(figure.label),
        "now": figure.now,
        "sign": figure.sign,
        "change": figure.change,
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "heading": f"{section.heading}: {section.total}",
        "items": [_item(item) for item in section.items],
        "more": section.more if section.is_cut else None,
        "more_link": settings.SITE_URL + section.all_path,
    }


def _item(item: Item) -> dict[str, str]:
    return {
        "title": item.title,
        "link": settings.SITE_URL + item.path,
        "fact": item.fact,
        "tone": item.tone,
        "details": " · ".join(item.details),
        "words": item.words,
        "source": item.source or item.url,
        "source_link": item.url,
    }


def _bar(bar: Bar) -> dict[str, Any]:
    parts = [
        {"name": part.name, "count": part.count, "width": part.width, "has_room": part.has_room}
        for part in bar.parts
    ]
    return {"label": bar.label, "count": bar.count, "parts": parts}


def _in_words(bar: Bar) -> str:
    return ", ".join(f"{part.label} {part.count}" for part in bar.parts)
