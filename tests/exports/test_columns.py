"""The one list of columns, and the schema that is made from it."""

import datetime as dt

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests import factories as make
from tracker.exports import rows
from tracker.exports.columns import LANGUAGES, Kind, columns, values
from tracker.exports.schema import schema
from tracker.models import Initiative

pytestmark = pytest.mark.django_db

PYTHON_TYPES = {
    Kind.TEXT: str,
    Kind.WORD: str,
    Kind.ADDRESS: str,
    Kind.DAY: dt.date,
    Kind.MOMENT: dt.datetime,
    Kind.NUMBER: int,
    Kind.LIST: list,
}


def test_no_name_is_given_twice() -> None:
    names = [column.name for column in columns()]

    assert len(names) == len(set(names))


def test_each_example_is_what_the_schema_allows() -> None:
    validator = Draft202012Validator(schema("https://example.org/s"), format_checker=FormatChecker())
    Draft202012Validator.check_schema(validator.schema)

    assert list(validator.iter_errors([{column.name: column.example for column in columns()}])) == []


def test_each_value_is_of_the_kind_its_column_says() -> None:
    make.make_published()
    (row,) = rows.loaded(Initiative.objects.published())

    for column, value in zip(columns(), values(row, make.TODAY), strict=True):
        assert isinstance(value, PYTHON_TYPES[column.kind]) or (value is None and column.may_be_empty), (
            column.name
        )


def test_every_public_field_of_an_initiative_has_its_column() -> None:
    kept = {
        "id",
        "created_at",
        "published_at",
        "search_stems",
        *("title", "summary", "measure"),  # each language has its own
    }
    fields = {field.name for field in Initiative._meta.concrete_fields} - kept

    assert fields - {column.name for column in columns()} == set()


def test_what_is_translated_has_a_column_for_each_language() -> None:
    names = {column.name for column in columns()}

    for said in ("title", "summary", "measure", "lead_name", "place_names", "quote_translation"):
        assert {f"{said}_{code}" for code in LANGUAGES} <= names


def test_an_initiative_is_read_in_full() -> None:
    bridge = make.make_initiative(
        slug="bridge",
        title_ru="Мост",
        title_en="Bridge",
        title_de="",
        sector="transport",
        announced_on=make.day(-90),
        money="2 million",
    )
    bridge.places.add(make.make_place(slug="krai", name_ru="Край", name_en="Krai"))
    for role in ("support", "lead", "counterpart", "support"):
        party = make.make_party(slug=f"{role}-{bridge.responsibilities.count()}", name_en=role.title())
        make.make_responsibility(bridge, party, role)
    source = make.make_source(
        slug="belta", publisher="BelTA", published_on=make.day(-90), url="https://example.org/1"
    )
    quote = make.make_quote(
        initiative=bridge,
        source=source,
        exact="eine Brücke",
        translation_en="a bridge",
        translation_ru="мост",
    )
    make.set_deadline(bridge, make.day(-31), said_on=make.day(-90), wording="im Oktober", quote=quote)
    make.set_deadline(bridge, make.day(31), reason="Floods.", wording="")
    make.report(bridge, happened_on=make.day(-70), confidence="amber")
    make.publish(bridge)
    (row,) = rows.loaded(Initiative.objects.published())

    read = dict(zip((column.name for column in columns()), values(row, make.TODAY), strict=True))

    assert {
        name: read[name]
        for name in (
            *("title_ru", "title_en", "title_de", "status", "health", "confidence", "money"),
            *("due_on", "baseline_due_on", "slipped_days", "days_overdue", "silent_days", "missing_elements"),
            *("lead", "lead_name_en", "support", "counterpart", "controller", "places", "place_names_ru"),
            *("quote", "quote_language", "quote_translation_en", "quote_translation_de", "quote_publisher"),
            *("quote_published_on", "quote_source", "quote_url", "sources"),
        )
    } == {
        "title_ru": "Мост",
        "title_en": "Bridge",
        "title_de": "",
        "status": "in_progress",
        "health": ["silent"],
        "confidence": "amber",
        "money": "2 million",
        "due_on": make.day(31),
        "baseline_due_on": make.day(-31),
        "slipped_days": 62,
        "days_overdue": 0,
        "silent_days": 70,
        "missing_elements": ["measure"],
        "lead": "lead-1",
        "lead_name_en": "Lead",
        "support": ["support-0", "support-3"],
        "counterpart": ["counterpart-2"],
        "controller": [],
        "places": ["krai"],
        "place_names_ru": ["Край"],
        "quote": "eine Brücke",
        "quote_language": "de",
        "quote_translation_en": "a bridge",
        "quote_translation_de": "",
        "quote_publisher": "BelTA",
        "quote_published_on": make.day(-90),
        "quote_source": "belta",
        "quote_url": "https://example.org/1",
        "sources": ["belta"],
    }
