"""Feed and calendar, read by libraries that are not ours."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import feedparser
import pytest
import time_machine
from django.conf import settings
from django.test import Client, override_settings
from icalendar import Calendar

from tests import factories as make
from tracker import publishing
from tracker.models import Initiative, Milestone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]

HOST = "127.0.0.1"


ENGLISH = {"accept-language": "en"}


def feed(client: Client, query: str = "") -> Any:
    answer = client.get(f"/feeds/changes.atom{query}", headers=ENGLISH)
    assert answer.status_code == 200, answer.content
    read = feedparser.parse(answer.content)
    assert not read.bozo, read.get("bozo_exception")
    return read


def titles(read: Any) -> list[str]:
    return [entry.title for entry in read.entries]


def events(client: Client, query: str = "") -> list[Any]:
    answer = client.get(f"/calendar.ics{query}", headers=ENGLISH)
    assert answer.status_code == 200
    return list(Calendar.from_ical(b"".join(answer)).walk("VEVENT"))


def bridge() -> Initiative:
    """Announced, reported, moved: each on a day of its own."""
    row = make.make_initiative(
        slug="bridge",
        title_en="Bridge",
        title_ru="Мост",
        title_de="Brücke",
        summary_en="A bridge & <more>.",
        announced_on=make.day(-90),
        sector="transport",
    )
    make.make_quote(initiative=row, exact="Wir bauen.", source=make.make_source(publisher="BelTA"))
    make.set_deadline(row, make.day(-31), wording="im Oktober", now=make.moment(-80), said_on=make.day(-90))
    publishing.publish(initiative=row, now=make.moment(-70))
    make.report(row, "in_progress", note="Begun.", now=make.moment(-60), happened_on=make.day(-60))
    make.report(row, "in_progress", note="Goes on.", now=make.moment(-50), happened_on=make.day(-50))
    make.set_deadline(
        row, make.day(31), wording="", reason="Floods.", now=make.moment(-40), said_on=make.day(-40)
    )
    row.refresh_from_db()
    return row


# --- the feed -------------------------------------------------------------------------------------


def test_a_feed_tells_what_was_announced_reported_and_moved_newest_first(client: Client) -> None:
    bridge()

    read = feed(client, "?lang=en")

    assert titles(read) == [
        "Deadline moved, 24 December 2026: Bridge",
        "Reported: Bridge",
        "Now “in progress”: Bridge",
        "Announced: Bridge",
    ]
    assert {entry.link for entry in read.entries} == {f"{settings.SITE_URL}/en/initiatives/bridge/"}
    assert [entry.updated for entry in read.entries] == [
        f"{make.moment(offset):%Y-%m-%dT%H:%M:%SZ}".replace("Z", "+00:00") for offset in (-40, -50, -60, -70)
    ]
    assert read.feed.links[1].href == f"{settings.SITE_URL}/feeds/changes.atom?lang=en"


def test_an_entry_holds_the_words_it_rests_on(client: Client) -> None:
    bridge()

    moved, _goes_on, _begun, announced = (entry.summary for entry in feed(client, "?lang=en").entries)

    assert "Floods." in moved
    assert "Before that: 23 October 2026" in moved
    assert "A bridge &amp; &lt;more&gt;." in announced
    assert "„Wir bauen.“" in announced
    assert "BelTA" in announced


def test_an_entry_keeps_its_id_in_every_language_and_after_every_change(client: Client) -> None:
    row = bridge()
    before = [entry.id for entry in feed(client).entries]

    Initiative.objects.filter(pk=row.pk).update(title_en="Another bridge", slug="another")
    after = [entry.id for entry in feed(client, "?lang=de").entries]

    assert before == after
    assert len(set(before)) == len(before)
    assert before[-1] == f"tag:{HOST},2026:announced/{row.pk}"


def test_what_was_recorded_before_an_initiative_was_published_counts_from_then(client: Client) -> None:
    row = make.make_initiative(title="Late")
    make.make_quote(initiative=row)
    make.report(row, "in_progress", now=make.moment(-500), happened_on=make.day(-500))
    publishing.publish(initiative=row, now=make.moment(-1))
    make.make_published(title="Before")  # published now

    assert titles(feed(client, "?lang=en")) == [
        "Announced: Before",
        "Now “in progress”: Late",
        "Announced: Late",
    ]


def test_a_first_deadline_is_told_only_when_it_was_named_after_the_announcement(client: Client) -> None:
    row = make.make_published(title="Bridge")
    make.set_deadline(row, make.day(9), now=make.moment(1), said_on=make.TODAY)

    assert titles(feed(client, "?lang=en")) == [
        "Deadline named, 2 December 2026: Bridge",
        "Announced: Bridge",
    ]


def test_what_was_withdrawn_is_gone(client: Client) -> None:
    row = make.make_published(title="Bridge")
    report = make.report(row, "on_hold")
    make.progress.withdraw(record=report, reason="A slip.", now=make.NOW)

    assert titles(feed(client, "?lang=en")) == ["Announced: Bridge"]


def test_a_feed_ends_after_a_hundred_changes(client: Client) -> None:
    source = make.make_source()
    for _ in range(60):
        row = make.make_initiative()
        make.make_quote(initiative=row, source=source)
        make.publish(row)
        make.report(row, now=make.moment(1))

    entries = feed(client).entries

    assert len(entries) == 100
    assert sum(entry.tags[0].term == "status" for entry in entries) == 60


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?sector=transport", ["Announced: Bridge"]),
        ("?initiative=dairy", ["Announced: Dairy"]),
        ("?q=dairy", ["Announced: Dairy"]),
        ("?page=2&view=table", ["Announced: Dairy", "Announced: Bridge"]),
        ("?initiative=", ["Announced: Dairy", "Announced: Bridge"]),
        ("?status=completed", []),
    ],
)
def test_feed_and_calendar_narrow_as_the_list_does(query: str, expected: list[str], client: Client) -> None:
    for slug, sector in (("bridge", "transport"), ("dairy", "agriculture")):
        row = make.make_published(slug=slug, title=slug.capitalize(), sector=sector)
        make.set_deadline(row, make.day(9), now=make.NOW)

    in_english = f"{query}&lang=en"
    assert titles(feed(client, in_english)) == expected
    assert sorted(str(event["SUMMARY"]) for event in events(client, query)) == sorted(
        title.removeprefix("Announced: ") for title in expected
    )


def test_with_on_a_feed_ends_at_that_day(client: Client) -> None:
    row = make.make_initiative(title="Bridge", announced_on=make.day(-90))
    make.publish(row)
    make.report(row, "in_progress", happened_on=make.day(-60))
    make.report(row, "completed", happened_on=make.day(-2))

    assert titles(feed(client, f"?lang=en&on={make.day(-30)}")) == [
        "Now “in progress”: Bridge",
        "Announced: Bridge",
    ]


@pytest.mark.parametrize("path", ["/feeds/changes.atom", "/calendar.ics"])
@pytest.mark.parametrize("query", ["statsu=announced", "lang=fr", "initiative=nowhere", "initiative=draft"])
def test_what_is_not_known_is_refused_by_name(query: str, path: str, client: Client) -> None:
    make.make_initiative(slug="draft")

    answer = client.get(f"{path}?{query}")

    assert (answer.status_code, answer["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert answer.content.decode().startswith(query.split("=")[0] + ": ")


@pytest.mark.parametrize("path", ["/feeds/changes.atom", "/calendar.ics"])
def test_the_language_is_the_one_asked_for_else_the_one_a_program_prefers(path: str, client: Client) -> None:
    make.set_deadline(bridge(), make.day(50), reason="More floods.")

    def said(query: str, prefers: str) -> tuple[str, bool]:
        answer = client.get(f"{path}{query}", headers={"accept-language": prefers})
        content = b"".join(answer) if answer.streaming else answer.content
        return answer["Content-Language"], "Мост".encode() in content

    assert said("?lang=ru", "de") == ("ru", True)
    assert said("", "de") == ("de", False)
    assert "Accept-Language" in _read(client, path)["Vary"]


def test_letters_that_no_feed_can_hold_are_left_out(client: Client) -> None:
    make.make_published(title="A\x0bB\x1b")

    assert titles(feed(client, "?lang=en")) == ["Announced: A B"]


@pytest.mark.parametrize("rows", [1, 50])
def test_a_feed_takes_a_fixed_number_of_queries(
    rows: int, client: Client, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    source = make.make_source()
    for _ in range(rows):
        row = make.make_initiative()
        quote = make.make_quote(initiative=row, source=source)
        make.publish(row)
        make.report(row, quote=quote)
        make.set_deadline(row, make.day(5), quote=quote, now=make.moment(1))

    # Announcements, reports, deadlines; then their initiatives and the quotes of these.
    assert count_queries(lambda: client.get("/feeds/changes.atom")) == 5


# --- the calendar ---------------------------------------------------------------------------------


def test_due_days_and_milestones_are_days_that_keep_their_uid(client: Client) -> None:
    row = bridge()
    step = Milestone.objects.create(initiative=row, title_en="Piers", due_on=make.day(5), due_precision="day")
    Milestone.objects.create(initiative=row, title_en="Some day", due_precision="undated")
    make.make_published(title="Without a day")
    farm = make.make_published(title="Farm", slug="farm")  # has a step alone
    stable = Milestone.objects.create(
        initiative=farm, title_en="Stable", due_on=make.day(6), due_precision="day"
    )

    found = events(client, "?lang=en")

    assert {str(event["UID"]): (str(event["SUMMARY"]), event.decoded("DTSTART")) for event in found} == {
        f"initiative-{row.pk}@{HOST}": ("Bridge", make.day(31)),
        f"milestone-{step.pk}@{HOST}": ("Bridge: Piers", make.day(5)),
        f"milestone-{stable.pk}@{HOST}": ("Farm: Stable", make.day(6)),
    }
    assert {str(event["URL"]) for event in found} == {
        f"{settings.SITE_URL}/en/initiatives/{slug}/" for slug in ("bridge", "farm")
    }


def test_a_vague_deadline_says_its_words_and_how_the_day_follows(client: Client) -> None:
    row = make.make_published(announced_on=make.day(-90))
    make.set_deadline(
        row, dt.date(2026, 2, 28), precision="approximate", wording="etwa ein Jahr", said_on=make.day(-90)
    )

    (event,) = events(client, "?lang=en")

    assert str(event["DESCRIPTION"]) == (
        "etwa ein Jahr\nNot an exact day: about February 2026. The last day that this allows is shown."
    )


def test_a_dropped_initiative_is_cancelled_and_stays(client: Client) -> None:
    row = make.make_published()
    make.set_deadline(row, make.day(5))
    make.report(row, "dropped")

    (event,) = events(client)

    assert str(event["STATUS"]) == "CANCELLED"


def test_an_empty_calendar_is_still_one(client: Client) -> None:
    answer = client.get("/calendar.ics?lang=en")

    calendar = Calendar.from_ical(b"".join(answer))
    assert (str(calendar["X-WR-CALNAME"]), answer["Content-Type"]) == (
        "Commitment tracker",
        "text/calendar; charset=utf-8",
    )


@pytest.mark.parametrize("rows", [1, 50])
def test_a_calendar_takes_a_fixed_number_of_queries(
    rows: int, client: Client, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    source = make.make_source()
    for _ in range(rows):
        row = make.make_initiative()
        make.make_quote(initiative=row, source=source)
        make.publish(row)
        make.set_deadline(row, make.day(5))
        Milestone.objects.create(initiative=row, title_en="Step", due_on=make.day(5), due_precision="day")

    # The stamp; the rows; their milestones.
    assert count_queries(lambda: b"".join(client.get("/calendar.ics"))) == 3


# --- asked again ----------------------------------------------------------------------------------

PATHS = [
    "/feeds/changes.atom",
    "/calendar.ics",
    "/export.csv",
    "/export.json",
    "/export.xlsx",
    "/badge/bridge.svg",
    "/embed/",
]


def _read(client: Client, path: str, etag: str = "") -> Any:
    """Ask, and read to the end as a server does: until then a long answer holds its turn."""
    answer = client.get(path, headers={"if-none-match": etag} if etag else {})
    if answer.streaming:
        list(answer)
    return answer


@pytest.mark.django_db(transaction=True)  # a change is noticed when it is committed
@override_settings(KEEPS_PAGES=True)
def test_who_has_it_already_is_told_so_until_something_changes(client: Client) -> None:
    row, party = bridge(), make.make_party(published_at=make.NOW)
    make.make_responsibility(row, party)

    def report() -> None:
        make.report(row, "completed", now=make.moment(1), happened_on=make.TODAY)

    def rename() -> None:
        party.name_ru = "Другое имя"
        party.save()

    for change in (report, rename):
        etags = {path: _read(client, path)["ETag"] for path in PATHS}
        before = {path: _read(client, path, etag).status_code for path, etag in etags.items()}
        change()
        after = {path: _read(client, path, etag).status_code for path, etag in etags.items()}

        assert before == dict.fromkeys(PATHS, 304)
        changed = {path for path, status in after.items() if status == 200}
        assert {"/export.csv", "/export.json", "/export.xlsx", "/embed/"} <= changed


def test_on_another_day_nobody_has_it_already(client: Client) -> None:
    bridge()
    etags = {path: _read(client, path)["ETag"] for path in ("/export.csv", "/badge/bridge.svg")}

    with time_machine.travel(make.moment(1), tick=False):
        after = {path: _read(client, path, etag).status_code for path, etag in etags.items()}

    assert after == dict.fromkeys(etags, 200)


def test_a_strange_condition_is_no_error(client: Client) -> None:
    bridge()

    for path in PATHS:
        for header in ("garbage", 'W/"a", "b"', "*" * 8000):
            assert _read(client, path, header).status_code == 200
