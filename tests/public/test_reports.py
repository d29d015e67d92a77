"""Editions that went out are on the public site as they were sent, and no others."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests import factories as make
from tests.reports import examples
from tracker.models import Report, Series

pytestmark = pytest.mark.django_db

START = dt.date(2026, 11, 16)


def make_report(series: Series | None = None, **values: Any) -> Report:
    """A saved edition of a public series, released, with both files."""
    defaults: dict[str, Any] = {
        "series": series or make.make_series(is_public=True),
        "language": "en",
        "period_start": START,
        "period_end": START + dt.timedelta(days=7),
        "released_at": make.NOW,
        "content": examples.full().as_json(),
        "pdf": b"%PDF-1.7 of the edition",
        "xlsx": b"PK of the edition",
    }
    report = make.report_edition(**{**defaults, **values})
    report.save()
    return report


def test_before_the_first_edition_the_list_says_when_there_will_be_one(client: Client) -> None:
    page = client.get("/en/reports/").content.decode()

    assert "No report has been published yet. They appear here on the day on which they are sent." in page


def test_editions_are_listed_by_series_newest_first(client: Client) -> None:
    series = make.make_series(name="Weekly report", is_public=True)
    older = make_report(series, period_start=dt.date(2026, 11, 9), period_end=START)
    newer = make_report(series)

    [(listed, newest, rest)] = client.get("/en/reports/").context["by_series"]

    assert listed == series
    assert newest == [(newer, "16–22 November 2026"), (older, "9–15 November 2026")]
    assert rest == []


def test_an_edition_is_listed_once_in_the_readers_language_if_there_is_one(client: Client) -> None:
    series = make.make_series(is_public=True)
    russian, english = (make_report(series, language=language) for language in ("ru", "en"))

    listed = {
        language: [row for row, _period in client.get(f"/{language}/reports/").context["by_series"][0][1]]
        for language in ("ru", "en")
    }

    assert listed == {"ru": [russian], "en": [english]}


def test_an_edition_in_another_language_is_listed_with_its_language(client: Client) -> None:
    report = make_report(language="ru")

    page = client.get("/de/reports/").content.decode()

    assert f'<a href="/ru/reports/{report.pk}/" hreflang="ru">16.–22. November 2026</a>' in page
    assert "(Русский)" in page


def test_after_twelve_the_older_ones_are_behind_a_disclosure(client: Client) -> None:
    series = make.make_series(is_public=True)
    for weeks in range(14):
        start = START - dt.timedelta(weeks=weeks)
        make_report(series, period_start=start, period_end=start + dt.timedelta(days=7))

    answer = client.get("/en/reports/")

    [(_series, newest, older)] = answer.context["by_series"]
    assert (len(newest), len(older)) == (12, 2)
    assert "2 older reports" in answer.content.decode()


def test_the_list_takes_one_query_however_many_there_are(
    client: Client, count_queries: Callable[..., int]
) -> None:
    make_report()
    with_one = count_queries(lambda: client.get("/en/reports/"))
    for _ in range(3):
        make_report()

    with_four = count_queries(lambda: client.get("/en/reports/"))

    assert with_one == with_four == 1  # the editions with their series


def test_a_page_takes_two_queries(client: Client, count_queries: Callable[..., int]) -> None:
    report = make_report()

    assert count_queries(lambda: client.get(f"/en/reports/{report.pk}/")) == 2  # it, and its translations


def test_the_page_tells_what_the_mail_told(client: Client) -> None:
    page = client.get(f"/en/reports/{make_report().pk}/").content.decode()

    for words in (
        "3 newly overdue, 2 moved, 1 closed",
        "12 of 59 open initiatives are overdue",
        "Newly overdue: 3",
        "Moved deadlines: 2",
        "Changed status: 2",
        "Silent owners: 2",
        "Due in the next period: 1",
        "Closed: 1",
        "New: 1",
        "Feed &amp; fodder for 12 farms &lt;from Brest&gt;",
        "Moved 120 days later",
        'href="/en/initiatives/fish/"',
        'href="https://example.org/news/1"',
    ):
        assert words in page


def test_all_that_was_kept_is_on_the_page_with_a_link_to_the_rest(client: Client) -> None:
    report = make_report(content=examples.crowded().as_json())

    page = client.get(f"/en/reports/{report.pk}/").content.decode()

    assert "Late 199" in page
    assert "See all 312" in page


@pytest.mark.parametrize("content", [examples.quiet(), examples.first()])
def test_a_report_with_little_to_tell_has_a_page(content: Any, client: Client) -> None:
    report = make_report(content=content.as_json())

    page = client.get(f"/en/reports/{report.pk}/")

    assert content.series in page.content.decode()


def test_another_language_leads_to_the_same_edition_there(client: Client) -> None:
    series = make.make_series(is_public=True)
    russian, english = (make_report(series, language=language) for language in ("ru", "en"))

    answer = client.get(f"/en/reports/{russian.pk}/")

    assert (answer.status_code, answer.url) == (302, f"/en/reports/{english.pk}/")


def test_a_language_without_an_edition_says_where_it_can_be_read(client: Client) -> None:
    report = make_report(language="ru")

    answer = client.get(f"/de/reports/{report.pk}/")

    assert answer.status_code == 404
    assert f'<a href="/ru/reports/{report.pk}/"' in " ".join(answer.content.decode().split())


def test_another_language_is_told_to_search_engines_only_where_there_is_one(client: Client) -> None:
    page = client.get(f"/en/reports/{make_report().pk}/").content.decode()

    assert " ".join(page.split()).count('rel="alternate" hreflang=') == 1


@pytest.mark.parametrize(
    ("ending", "kind", "shown", "content"),
    [
        ("pdf", "application/pdf", "inline", b"%PDF-1.7 of the edition"),
        (
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "attachment",
            b"PK of the edition",
        ),
    ],
)
def test_a_file_is_given_as_it_was_attached(
    ending: str, kind: str, shown: str, content: bytes, client: Client
) -> None:
    report = make_report()

    answer = client.get(f"/en/reports/{report.pk}.{ending}")

    assert answer.content == content
    assert answer["Content-Type"] == kind
    assert answer["Content-Disposition"] == f'{shown}; filename="{report.file_name}.{ending}"'
    assert answer["Cache-Control"] == "public, max-age=300"


def test_a_file_that_the_reader_has_is_not_sent_again(client: Client) -> None:
    address = f"/en/reports/{make_report().pk}.pdf"
    etag = client.get(address)["ETag"]

    again = client.get(address, headers={"If-None-Match": etag})

    assert (again.status_code, again.content) == (304, b"")


def test_without_a_file_there_is_no_link_and_no_answer(client: Client) -> None:
    report = make_report(pdf=b"", xlsx=b"")

    page = client.get(f"/en/reports/{report.pk}/").content.decode()

    assert f"/en/reports/{report.pk}.pdf" not in page
    assert client.get(f"/en/reports/{report.pk}.pdf").status_code == 404
    assert client.get(f"/en/reports/{report.pk}.xlsx").status_code == 404


@pytest.mark.parametrize(
    ("is_public", "released_at"), [(False, make.NOW), (True, None)], ids=["private", "held"]
)
def test_what_is_private_or_waits_is_nowhere(is_public: bool, released_at: Any, client: Client) -> None:
    report = make_report(make.make_series(is_public=is_public), released_at=released_at)

    answers = [
        client.get(f"/{language}/reports/{report.pk}{rest}").status_code
        for language in ("en", "ru")
        for rest in ("/", ".pdf", ".xlsx")
    ]

    assert set(answers) == {404}
    assert client.get("/en/reports/").context["by_series"] == []


def test_a_held_edition_in_another_language_is_not_named(client: Client) -> None:
    series = make.make_series(is_public=True)
    english = make_report(series)
    make_report(series, language="ru", released_at=None)

    answer = client.get(f"/ru/reports/{english.pk}/")

    assert (answer.status_code, list(answer.context["editions"])) == (404, [english])


@pytest.mark.parametrize("number", ["0", "9" * 30])
def test_a_number_that_is_none_is_not_found(number: str, client: Client) -> None:
    assert client.get(f"/en/reports/{number}/").status_code == 404
