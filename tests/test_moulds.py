"""A mould writes what its template would, quickly, and escapes what it is given."""

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe

from tracker.models import Health, Status
from tracker.moulds import Mould, mark

CARD = Mould("public/figure.html", "address", "number", "words", "alarm")


def _squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("value", [*Status.values, *Health.values])
def test_a_mark_is_what_its_template_writes(value: str) -> None:
    written = render_to_string("public/status.html", {"value": value, "label": "3 days late"})

    assert mark(value, "3 days late") == _squeezed(written)


def test_what_is_filled_in_is_escaped_unless_it_is_safe() -> None:
    filled = CARD.fill('?a="b"&c', mark_safe("<i>3</i>"), "{0} <script>", True)

    assert 'href="?a=&quot;b&quot;&amp;c"' in filled
    assert "<b><i>3</i></b> <span>{0} &lt;script&gt;</span>" in filled


@pytest.mark.parametrize("alarm", [False, None, 0, ""])
def test_what_is_empty_is_not_there(alarm: object) -> None:
    assert "alarm" in CARD.fill("?", "3", "overdue", True)
    assert "alarm" not in CARD.fill("?", "3", "overdue", alarm)


def test_a_mould_speaks_the_reader_s_language() -> None:
    lead = Mould("public/list_table_row.html", "url", "title")
    with translation.override("ru"):
        russian = lead.fill("/", "Мост")

    assert "Мост" in russian
    assert _squeezed(russian) != _squeezed(lead.fill("/", "Мост"))
