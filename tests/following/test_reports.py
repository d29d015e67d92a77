"""Whoever follows weekly or monthly gets reports that are named by what is followed, in their language."""

import pytest

from tests import factories as make
from tests.conftest import Clock
from tests.factories import NOW
from tests.following.arranging import ANNA, BORIS, follow, published
from tests.smtp import Sink
from tracker import mail, publishing
from tracker.models import Mail, Report, Series
from tracker.reports import editions, own_page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]


def test_an_edition_is_named_by_what_is_followed_in_each_language(sink: Sink, clock: Clock) -> None:
    follow(scope="sector=trade", frequency="weekly")
    follow(BORIS, scope="sector=trade", frequency="weekly", language="de")
    published(sector="trade")

    editions.plan(now=NOW)
    mail.send_due(clock=clock)

    subjects = {str(message["To"]): str(message["Subject"]) for message in sink.received}
    assert subjects[ANNA].startswith("Sector: trade, 16–22 November 2026: ")
    assert subjects[BORIS].startswith("Bereich: Handel, 16.–22. November 2026: ")
    assert list(Report.objects.published()) == []


def test_one_initiative_goes_by_its_title(sink: Sink, clock: Clock) -> None:
    initiative = published(slug="bridge", title="A bridge")
    follow(scope=f"initiative={initiative.slug}", frequency="monthly")

    editions.plan(now=NOW)
    mail.send_due(clock=clock)

    assert str(sink.received[0]["Subject"]).startswith("A bridge, October 2026: ")


def test_a_subscriber_finds_the_way_to_their_page_and_others_do_not() -> None:
    row = follow(frequency="weekly")
    row.series.staff.add(make.make_user(email=BORIS))
    editions.plan(now=NOW)

    drafts = {found.address: mail.occasions["report"]([found], NOW)[found.pk] for found in Mail.objects.all()}

    way = {to: draft.context["own_page"] for to, draft in drafts.items() if isinstance(draft, mail.Draft)}
    assert way[ANNA].endswith(own_page.path(ANNA, now=NOW))
    assert way[BORIS] == ""


def test_what_is_rebuilt_is_what_was_sent() -> None:
    follow(scope="sector=trade", frequency="weekly", language="de")
    editions.plan(now=NOW)

    report = Report.objects.get()

    assert editions.rebuild(report).as_json() == report.content


def test_no_edition_is_made_for_nobody() -> None:
    follow(frequency="weekly", unsubscribed_at=NOW)
    follow(BORIS, frequency="monthly", confirmed_at=None, asked_at=NOW)
    follow()

    assert editions.plan(now=NOW) == 0


def test_what_is_hidden_meanwhile_has_no_edition_until_it_is_shown_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    initiative = published(slug="bridge")
    follow(scope="initiative=bridge", frequency="weekly")
    publishing.hide(initiative=initiative)

    made = [editions.plan(now=NOW)]
    publishing.publish(initiative=initiative, now=NOW)
    made.append(editions.plan(now=NOW))

    assert (made, caplog.messages) == ([0, 1], [])


def test_what_comes_at_once_has_no_edition_by_hand() -> None:
    follow()

    with pytest.raises(editions.ValidationError, match="followed at once"):
        editions.edition_now(series=Series.objects.get(), last_day=make.day(-1), now=NOW)
