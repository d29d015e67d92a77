"""A reader leaves a report with one click, from a page or from the mail program's own button."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import translation

from tests import factories as make
from tests.factories import NOW
from tests.smtp import Sink
from tracker import mail
from tracker.models import Mail, Series, Subscription
from tracker.reports import editions, leaving

pytestmark = pytest.mark.django_db

ANNA = "anna@example.org"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def series() -> Series:
    row = make.make_series(name="Weekly", with_pdf=False, with_xlsx=False)
    row.subscriptions.create(address=ANNA, language="en", confirmed_at=NOW)
    return row


@pytest.fixture
def strict() -> Client:
    """A client for whom CSRF is checked, as for every visitor."""
    return Client(enforce_csrf_checks=True)


def path(series: Series, address: str = ANNA) -> str:
    return leaving.path(series.pk, address)


def test_opening_the_page_changes_nothing(series: Series, client: Client) -> None:
    editions.plan(now=NOW)

    page, head = client.get(path(series)), client.head(path(series))

    assert (page.status_code, head.status_code) == (200, 200)
    assert page.content.decode().count("<button") == 1
    assert Subscription.objects.get().unsubscribed_at is None
    assert Mail.objects.get().state == "queued"


def test_the_button_ends_it(series: Series, strict: Client) -> None:
    answer = strict.post(path(series))

    assert answer.status_code == 200
    assert "You have unsubscribed" in answer.content.decode()
    assert "<button" not in answer.content.decode()
    assert Subscription.objects.get().unsubscribed_at is not None


@pytest.mark.parametrize("language", ["ru", "en", "de"])
def test_a_mail_program_s_button_ends_it_without_a_cookie_or_redirect(
    language: str, series: Series, strict: Client
) -> None:
    with translation.override(language):
        address = path(series)

    answer = strict.post(address, ONE_CLICK)

    assert (answer.status_code, answer.cookies.items()) == (200, {}.items())
    assert Subscription.objects.get().unsubscribed_at is not None


def test_a_second_click_is_answered_alike_and_changes_nothing(series: Series, strict: Client) -> None:
    strict.post(path(series), ONE_CLICK)
    first = Subscription.objects.get().unsubscribed_at

    answer = strict.post(path(series), ONE_CLICK)

    assert answer.status_code == 200
    assert Subscription.objects.get().unsubscribed_at == first


def test_what_waits_for_the_address_is_cancelled_and_nothing_else(series: Series, client: Client) -> None:
    other = make.make_series(name="Other", with_pdf=False, with_xlsx=False)
    other.subscriptions.create(address=ANNA, language="en", confirmed_at=NOW)
    series.subscriptions.create(address=f"j{ANNA}", language="en", confirmed_at=NOW)
    editions.plan(now=NOW)

    client.post(path(series), ONE_CLICK)

    cancelled = Mail.objects.get(state="cancelled")
    assert (cancelled.address, cancelled.reason) == (ANNA, "unsubscribed")
    assert cancelled.key.startswith(f"report:series-{series.pk}:")
    assert Mail.objects.filter(state="queued").count() == 2


def test_staff_and_contacts_leave_the_same_way(series: Series, client: Client) -> None:
    party = make.make_party()
    series.parties.add(party)
    make.make_contact(party=party, email="Contact@example.org")
    series.staff.add(make.make_user(email="staff@example.org"))

    for address in ("Contact@example.org", "staff@example.org"):
        client.post(path(series, address), ONE_CLICK)
    editions.plan(now=NOW)

    assert [row.address for row in Mail.objects.all()] == [ANNA]
    left = Subscription.objects.filter(unsubscribed_at__isnull=False, confirmed_at=None)
    assert {*left.values_list("address", "language")} == {
        ("contact@example.org", "en"),
        ("staff@example.org", "en"),
    }


def test_a_spelling_in_capitals_is_the_same_address(series: Series, client: Client) -> None:
    series.subscriptions.update(address="Anna@Example.org")

    client.post(path(series), ONE_CLICK)

    assert Subscription.objects.get().unsubscribed_at is not None


@pytest.mark.parametrize("token", ["nonsense", "1.forged", "."])
def test_an_altered_link_leads_nowhere(token: str, series: Series, client: Client) -> None:
    for address in (f"/en/unsubscribe/{token}/", path(series).replace("unsubscribe/W", "unsubscribe/X")):
        answers = client.get(address), client.post(address, ONE_CLICK)

        assert [answer.status_code for answer in answers] == [404, 404]
    assert Subscription.objects.get().unsubscribed_at is None


def test_the_link_of_another_purpose_is_none(series: Series, client: Client) -> None:
    from django.core.signing import Signer

    token = Signer(sep=".").sign_object([series.pk, ANNA])

    assert client.post(f"/en/unsubscribe/{token}/").status_code == 404


def test_the_address_stays_with_those_who_have_it(series: Series, client: Client) -> None:
    answer = client.get(path(series))

    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer["Cache-Control"]


def test_other_methods_are_refused(series: Series, client: Client) -> None:
    assert client.put(path(series)).status_code == 405


class LeavesAt:
    """A clock at whose nth reading, before the mail is handed over, the reader leaves."""

    def __init__(self, reading: int, leave: Callable[[], object]) -> None:
        self._left, self._leave = reading, leave
        self.has_left = False

    def __call__(self) -> dt.datetime:
        if Mail.objects.filter(state__in=["queued", "leased"]).exists():
            if self._left == 0:
                self._leave()
                self.has_left = True
            self._left -= 1
        return NOW


def test_whoever_leaves_before_the_hand_over_gets_nothing(series: Series, sink: Sink, client: Client) -> None:
    left = []
    for reading in range(12):
        Subscription.objects.update(unsubscribed_at=None)
        Mail.objects.all().delete()
        series.reports.all().delete()
        editions.plan(now=NOW)
        clock = LeavesAt(reading, lambda: client.post(path(series), ONE_CLICK))
        sink.received.clear()

        mail.send_due(clock=clock)

        assert len(sink.received) == (0 if clock.has_left else 1), reading
        left.append(clock.has_left)
    assert left[:3] == [True, True, True]
    assert left[-1] is False
