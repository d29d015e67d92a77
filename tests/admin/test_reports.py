"""Staff make series, look at editions and release them; nobody changes an edition."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests import factories as make
from tests.reports import examples
from tracker.models import Mail, Report, Series

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]

SERIES, REPORTS = "/admin/tracker/series/", "/admin/tracker/report/"
START = dt.date(2026, 11, 16)
FORM = {
    "name": "Weekly report",
    "scope": "",
    "frequency": "weekly",
    "day": "1",
    "hour": "8",
    "time_zone": "Europe/Moscow",
    "starts_on": "2026-11-23",
    "subscriptions-TOTAL_FORMS": "0",
    "subscriptions-INITIAL_FORMS": "0",
}


def officer(client: Client, *permissions: str) -> User:
    user = make.make_user(*permissions, is_staff=True)
    client.force_login(user)
    return user


def make_report(**values: Any) -> Report:
    """A saved edition that waits for its release."""
    defaults: dict[str, Any] = {
        "language": "en",
        "period_start": START,
        "period_end": START + dt.timedelta(days=7),
        "content": examples.full().as_json(),
        "pdf": b"%PDF-1.7",
        "xlsx": b"PK",
    }
    if "series" not in values:
        defaults["series"] = make.make_series(is_held=True)
    report = make.report_edition(**{**defaults, **values})
    report.save()
    return report


def make_report_mail(report: Report, state: str = "held", **values: Any) -> Mail:
    if state == "sent":
        values["sent_at"] = make.NOW
    return make.make_mail(kind="report", about={"report": report.pk}, state=state, **values)


def make_edition_mail(report: Report) -> Mail:
    """A mail of an edition as it is decided: held for its release, under a key that names the edition."""
    first, end = report.period_start, report.period_end
    key = f"report:series-{report.series_id}:{first}:{end}:reader-{report.pk}@example.org"
    return make_report_mail(report, key=key)


def test_a_series_is_made_by_one_form(client: Client, staff: User) -> None:
    saved = client.post(f"{SERIES}add/", {**FORM, "scope": "https://example.org/en/?sector=trade"})

    series = Series.objects.get()
    assert saved.url == SERIES
    assert (series.name, series.scope) == ("Weekly report", "sector=trade")


@pytest.mark.parametrize(
    ("scope", "problem"),
    [
        ("sektor=trade", "sektor: Unknown parameter. Known are: "),
        ("sector=moon", "sector: Select a valid choice. moon is not one of the available choices."),
        ("on=2026-01-01", "on: leave this out; "),
        ("page=2", "page: Unknown parameter."),
    ],
)
def test_a_scope_that_the_list_does_not_understand_is_refused_with_its_words(
    scope: str, problem: str, client: Client, staff: User
) -> None:
    refused = client.post(f"{SERIES}add/", {**FORM, "scope": scope})

    errors = refused.context["adminform"].form.errors["scope"]
    assert [problem in error for error in errors] == [True]
    assert Series.objects.count() == 0


def test_a_series_says_when_its_next_edition_comes_and_what_it_tells(client: Client, staff: User) -> None:
    series = make.make_series(day=1, hour=8, starts_on=make.day(1), time_zone="Europe/Moscow")

    for address in (SERIES, f"{SERIES}{series.pk}/change/"):
        assert (
            "30 November 2026, 08:00 (Europe/Moscow): 23–29 November 2026"
            in client.get(address).content.decode()
        )


def test_the_list_of_series_takes_as_many_queries_for_three_as_for_one(
    client: Client, staff: User, count_queries: Callable[..., int]
) -> None:
    make.make_series().staff.add(staff)
    with_one = count_queries(lambda: client.get(SERIES))
    for _ in range(2):
        make.make_series().staff.add(staff)

    assert count_queries(lambda: client.get(SERIES)) == with_one


def test_an_edition_is_made_out_of_turn_after_asking(client: Client, staff: User) -> None:
    series = make.make_series(is_held=True)
    series.staff.add(staff)

    asked = client.get(f"{SERIES}{series.pk}/edition/")
    made_by_asking = Report.objects.count()
    client.post(f"{SERIES}{series.pk}/edition/", {"last_day": "2026-11-22"})

    assert "and waits until a person releases it." in asked.content.decode()
    assert (made_by_asking, Report.objects.count()) == (0, 1)


@pytest.mark.parametrize(
    ("last_day", "objection"),
    [("2026-11-24", "is still to come."), ("", "This field is required."), ("2026-11-15", "already.")],
)
def test_a_day_that_cannot_be_told_is_refused(
    last_day: str, objection: str, client: Client, staff: User
) -> None:
    report = make_report(period_start=dt.date(2026, 11, 9), period_end=START)

    refused = client.post(f"{SERIES}{report.series_id}/edition/", {"last_day": last_day})

    [error] = refused.context["form"].errors["last_day"]
    assert objection in error
    assert Report.objects.count() == 1


def test_without_the_right_to_change_a_series_none_is_made(client: Client) -> None:
    series = make.make_series()
    officer(client, "view_series")

    assert client.post(f"{SERIES}{series.pk}/edition/", {"last_day": "2026-11-22"}).status_code == 403
    assert Report.objects.count() == 0


def test_the_list_of_editions_counts_their_mails(client: Client, staff: User) -> None:
    report = make_report(released_at=make.NOW)
    for state in ("sent", "sent", "queued", "failed", "in_doubt", "cancelled"):
        make_report_mail(report, state)
    make_report_mail(make_report(language="ru"), "held")

    page = client.get(REPORTS).content.decode()

    assert "2 sent, 1 waiting, 2 failed or in doubt, 1 cancelled" in page
    assert "released 2026-11-23 12:00" in page
    assert "waits for release" in page


def test_the_list_of_editions_takes_as_many_queries_for_three_as_for_one(
    client: Client, staff: User, count_queries: Callable[..., int]
) -> None:
    make_report_mail(make_report())
    with_one = count_queries(lambda: client.get(REPORTS))
    for _ in range(2):
        make_report_mail(make_report())

    assert count_queries(lambda: client.get(REPORTS)) == with_one


@pytest.mark.parametrize(("state", "found"), [("held", 0), ("released", 1)])
def test_the_list_of_editions_can_be_narrowed_to_those_that_wait(
    state: str, found: int, client: Client, staff: User
) -> None:
    reports = [make_report(), make_report(released_at=make.NOW)]

    page = client.get(f"{REPORTS}?state={state}")

    assert list(page.context["cl"].result_list) == [reports[found]]


def test_an_edition_cannot_be_made_changed_or_deleted_by_hand(client: Client, staff: User) -> None:
    report = make_report()

    page = client.get(f"{REPORTS}{report.pk}/change/").content.decode()

    assert 'name="_save"' not in page
    assert client.post(f"{REPORTS}{report.pk}/change/", {"language": "ru"}).status_code == 403
    assert client.get(f"{REPORTS}add/").status_code == 403
    assert client.post(f"{REPORTS}{report.pk}/delete/").status_code == 403


def test_a_held_edition_is_released_with_its_mails_after_saying_how_many(client: Client, staff: User) -> None:
    series = make.make_series(is_held=True)
    report, russian = (make_report(series=series, language=language) for language in ("en", "ru"))
    mails = [make_edition_mail(each) for each in (report, russian)]

    asked = client.get(f"{REPORTS}{report.pk}/release/").content.decode()
    client.post(f"{REPORTS}{report.pk}/release/")

    report.refresh_from_db()
    assert "2 mails wait for this release and then go out." in " ".join(asked.split())
    assert (report.released_at, report.released_by) == (make.NOW, staff)
    assert {Mail.objects.get(pk=mail.pk).state for mail in mails} == {"queued"}


def test_only_who_may_release_sees_the_button_and_does_it(client: Client) -> None:
    report = make_report()
    officer(client, "view_report")

    assert (
        f"{REPORTS}{report.pk}/release/" not in client.get(f"{REPORTS}{report.pk}/change/").content.decode()
    )
    assert client.get(f"{REPORTS}{report.pk}/release/").status_code == 403
    assert client.post(f"{REPORTS}{report.pk}/release/").status_code == 403
    report.refresh_from_db()
    assert report.released_at is None


def test_the_right_to_release_is_enough_with_the_right_to_look(client: Client) -> None:
    report = make_report()
    officer(client, "view_report", "release_report")

    client.post(f"{REPORTS}{report.pk}/release/")

    report.refresh_from_db()
    assert report.released_at == make.NOW


def test_the_mail_is_shown_by_itself_and_may_do_nothing(client: Client, staff: User) -> None:
    report = make_report()

    answer = client.get(f"{REPORTS}{report.pk}/mail/")

    assert "3 newly overdue, 2 moved, 1 closed" in answer.content.decode()
    assert answer["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
    )


def test_the_mail_is_shown_in_its_own_language(client: Client, staff: User) -> None:
    report = make_report(language="ru", content=examples.russian().as_json())

    page = client.get(f"{REPORTS}{report.pk}/mail/").content.decode()

    assert "16–22 ноября 2026 года" in page


@pytest.mark.parametrize(("ending", "content"), [("pdf", b"%PDF-1.7"), ("xlsx", b"PK")])
def test_a_file_is_saved_as_it_was_attached(ending: str, content: bytes, client: Client, staff: User) -> None:
    report = make_report()

    answer = client.get(f"{REPORTS}{report.pk}/file/{ending}/")

    assert answer.content == content
    assert answer["Content-Disposition"] == f'attachment; filename="{report.file_name}.{ending}"'


@pytest.mark.parametrize("ending", ["exe", "content"])
def test_there_are_no_other_files(ending: str, client: Client, staff: User) -> None:
    assert client.get(f"{REPORTS}{make_report().pk}/file/{ending}/").status_code == 404


def test_built_again_an_edition_is_compared_with_what_was_kept(client: Client, staff: User) -> None:
    series = make.make_series()
    series.staff.add(staff)
    client.post(f"{SERIES}{series.pk}/edition/", {"last_day": "2026-11-22"})
    report = Report.objects.get()

    same = client.get(f"{REPORTS}{report.pk}/compare/").content.decode()
    Report.objects.update(content={**report.content, "overdue_before": 99})
    other = client.get(f"{REPORTS}{report.pk}/compare/").content.decode()

    assert "the content is the same, byte for byte." in same
    assert "<code>overdue_before</code>" in other


@pytest.mark.parametrize("page", ["mail", "compare", "file/pdf"])
def test_without_the_right_to_look_nothing_is_shown(page: str, client: Client) -> None:
    report = make_report()
    officer(client, "view_series")

    assert client.get(f"{REPORTS}{report.pk}/{page}/").status_code == 403
