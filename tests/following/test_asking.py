"""Anybody may ask; nothing begins, and nobody learns anything, before the address itself says yes."""

import datetime as dt

import pytest

from tests import factories as make
from tests.conftest import Clock
from tests.factories import NOW
from tests.following.arranging import ANNA, BORIS, LONG_AGO, follow, mails
from tests.smtp import Sink
from tracker import mail
from tracker.following import asking, changing, confirming, links
from tracker.mail.outbox import suppress
from tracker.models import Series, Subscription, Suppression

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]


def ask(address: str = ANNA, *, now: dt.datetime = NOW, scope: str = "", frequency: str = "weekly") -> None:
    asking.ask(scope=scope, frequency=frequency, address=address, language="en", now=now)


def sent_by(sink: Sink, clock: Clock) -> list[str]:
    mail.send_due(clock=clock)
    return [str(message["Subject"]) for message in sink.received]


def confirm(address: str = ANNA, now: dt.datetime = NOW) -> list[Subscription]:
    pks = [row.pk for row in confirming.waiting(address, now=now)]
    return confirming.confirm(address=address, pks=pks, now=now)


def test_a_request_is_kept_and_asked_back(sink: Sink, clock: Clock) -> None:
    ask("Anna@Example.org", scope="sector=trade")

    row = Subscription.objects.get()
    assert (row.address, row.asked_at, row.confirmed_at) == (ANNA, NOW, None)
    assert (row.series.scope, row.series.is_for_followers, row.series.is_public) == (
        "sector=trade",
        True,
        False,
    )
    assert (row.series.with_pdf, row.series.with_xlsx, row.series.name) == (False, False, "Сфера: торговля")
    assert sent_by(sink, clock) == ["Please confirm: follow by mail"]


def test_an_address_is_asked_once_a_day_however_often(sink: Sink, clock: Clock) -> None:
    for scope in ("", "", "sector=trade"):
        ask(scope=scope)
    ask(now=make.moment(1))

    assert [row.key for row in mails()] == [
        f"following-confirm:2026-11-23:{ANNA}",
        f"following-confirm:2026-11-24:{ANNA}",
    ]
    assert Subscription.objects.count() == 2


def test_who_follows_it_already_gets_the_way_to_their_page_instead(sink: Sink, clock: Clock) -> None:
    follow(frequency="weekly")

    ask()

    assert sent_by(sink, clock) == ["What you follow by mail"]
    assert Subscription.objects.get().asked_at is None


def test_a_suppressed_address_is_written_to_no_more(sink: Sink, clock: Clock) -> None:
    suppress(ANNA, reason=Suppression.Reason.BOUNCED, words="", now=NOW)

    ask()

    assert sent_by(sink, clock) == []
    assert [(row.state, row.reason) for row in mails()] == [("cancelled", "suppressed")]


def test_confirming_begins_what_was_asked_and_a_second_time_nothing() -> None:
    ask()

    begun = [len(confirm()), len(confirm())]

    row = Subscription.objects.get()
    assert begun == [1, 0]
    assert (row.asked_at, row.confirmed_at) == (None, NOW)


def test_only_what_the_page_has_shown_is_confirmed() -> None:
    ask()
    ask(BORIS)
    shown = [row.pk for row in confirming.waiting(ANNA, now=NOW)]
    ask(scope="sector=trade")
    others = list(Subscription.objects.of(BORIS).values_list("pk", flat=True))

    confirming.confirm(address=ANNA, pks=[*shown, *others], now=NOW)

    assert list(Subscription.objects.active().values_list("pk", flat=True)) == shown


def test_a_request_is_confirmed_within_seven_days() -> None:
    ask()

    assert confirm(now=NOW + links.CONFIRM_WITHIN + dt.timedelta(seconds=1)) == []
    assert len(confirm(now=NOW + links.CONFIRM_WITHIN)) == 1


def test_a_mail_that_was_answered_before_it_went_does_not_go(sink: Sink, clock: Clock) -> None:
    ask()
    confirm()

    assert sent_by(sink, clock) == []
    assert [(row.state, row.reason) for row in mails()] == [("cancelled", "closed")]


def test_who_has_left_can_come_back_in_another_language() -> None:
    row = follow(frequency="weekly", unsubscribed_at=LONG_AGO, language="de")

    ask()
    asked = Subscription.objects.active().count()
    confirm()

    row.refresh_from_db()
    assert asked == 0
    assert (row.unsubscribed_at, row.confirmed_at, row.language) == (None, NOW, "en")


def test_what_is_followed_the_same_way_shares_a_series() -> None:
    for address in (ANNA, BORIS):
        ask(address)
    ask(frequency="monthly")

    assert Series.objects.count() == 2


def test_an_address_that_follows_nothing_gets_no_link() -> None:
    follow(BORIS, unsubscribed_at=NOW)

    for address in (ANNA, BORIS):
        asking.ask_for_link(address=address, language="en", now=NOW)

    assert mails() == []


def test_an_address_that_has_not_answered_is_asked_again_for_its_link() -> None:
    ask()
    mails()[0].delete()

    asking.ask_for_link(address=ANNA, language="en", now=NOW)

    assert [row.kind for row in mails()] == ["following_confirm"]


class TestOwnPage:
    def test_another_frequency_is_another_series_and_the_old_one_is_left(self) -> None:
        row = follow(frequency="weekly", scope="sector=trade")

        changing.come(address=ANNA, pk=row.pk, frequency="at_once", now=NOW)

        active = Subscription.objects.active().get()
        row.refresh_from_db()
        assert (active.series.scope, active.series.frequency) == ("sector=trade", "at_once")
        assert (active.confirmed_at, row.unsubscribed_at) == (NOW, NOW)

    def test_the_same_frequency_changes_nothing(self) -> None:
        row = follow(frequency="weekly")

        changing.come(address=ANNA, pk=row.pk, frequency="weekly", now=NOW)

        assert Subscription.objects.active().get().confirmed_at == LONG_AGO

    def test_nobody_changes_what_is_somebody_elses(self) -> None:
        row = follow(BORIS, frequency="weekly")

        changing.come(address=ANNA, pk=row.pk, frequency="monthly", now=NOW)
        changing.leave(address=ANNA, series=(row.series_id,), now=NOW)
        changing.speak(address=ANNA, language="de")

        assert [(row.series.frequency, row.language) for row in changing.followed(BORIS)] == [
            ("weekly", "en")
        ]

    def test_a_report_of_the_staff_comes_as_they_say(self) -> None:
        row = make.make_series().subscriptions.create(address=ANNA, language="en", confirmed_at=NOW)

        changing.come(address=ANNA, pk=row.pk, frequency="monthly", now=NOW)

        assert changing.followed(ANNA).get() == row

    def test_leaving_all_also_forgets_what_was_asked(self) -> None:
        follow(frequency="weekly")
        ask(scope="sector=trade")

        changing.leave(address=ANNA, series=None, now=NOW)

        assert changing.has_left(address=ANNA, series=None)
        assert confirm() == []
