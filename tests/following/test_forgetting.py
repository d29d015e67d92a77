"""What nobody confirmed is forgotten, and an address can be erased wherever it is kept."""

import io

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import CharField, JSONField, TextField

from tests import factories as make
from tests.conftest import Clock
from tests.factories import NOW, moment
from tests.following.arranging import ANNA, BORIS, LATER, follow, published
from tests.smtp import Sink
from tracker import mail
from tracker.following import asking, forgetting, planning
from tracker.mail.outbox import suppress
from tracker.models import Bounce, Mail, Series, Subscription, Suppression

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]


def kept(words: str) -> set[str]:
    """Every table of ours that holds these words anywhere."""
    found = set()
    for model in apps.get_app_config("tracker").get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, CharField | TextField | JSONField):
                rows = model._default_manager.order_by().values_list(field.attname, flat=True)
                found |= {model.__name__ for value in rows if words in str(value).lower()}
    return found


def forget(address: str = ANNA) -> str:
    said = io.StringIO()
    call_command("forget_address", address, stdout=said)
    return said.getvalue()


class TestRequests:
    def test_a_request_is_forgotten_after_thirty_days_with_its_history_and_its_mail(self) -> None:
        asking.ask(scope="sector=trade", frequency="weekly", address=ANNA, language="en", now=NOW)

        forgotten = [forgetting.forget_requests(now=moment(days)) for days in (30, 31, 32)]

        assert forgotten == [0, 1, 0]
        assert kept(ANNA) == set()
        assert not Series.objects.exists()

    def test_who_follows_or_has_left_stays(self) -> None:
        active, left = follow(), follow(BORIS, unsubscribed_at=NOW, asked_at=NOW)

        forgetting.forget_requests(now=moment(31))

        assert {*Subscription.objects.values_list("pk", "asked_at")} == {(active.pk, None), (left.pk, None)}

    def test_a_subscription_that_staff_have_typed_in_waits_for_ever(self) -> None:
        make.make_series().subscriptions.create(address=ANNA, language="en")

        forgetting.forget_requests(now=moment(400))

        assert Subscription.objects.exists()


class TestAddress:
    def test_it_is_erased_wherever_it_is_kept(self, sink: Sink, clock: Clock) -> None:
        follow("Anna@Example.org")
        make.report(published())
        asking.ask(scope="sector=trade", frequency="weekly", address=ANNA, language="en", now=NOW)
        planning.plan(now=LATER)
        clock.now = LATER
        mail.send_due(clock=clock)
        make.report(published(), now=LATER)
        planning.plan(now=LATER + planning.WINDOW)
        row = Mail.objects.filter(state="sent")[0]
        Bounce.objects.create(mail=row, kind="soft", words=f"<{ANNA}> is full", received_at=NOW, digest="a")
        suppress(ANNA, reason=Suppression.Reason.BY_HAND, words="", now=NOW)

        in_a_link = "WyJhbm5hQGV4".lower()  # '["anna@ex' in base64, as a signed link holds it
        assert kept(in_a_link) == {"Mail"}

        told = forget(" ANNA@example.org")

        assert kept("anna") == kept(in_a_link) == set()
        assert told.splitlines() == [
            "2 subscriptions deleted",
            "3 entries of their history deleted",
            "1 entries on the list of addresses that take no mail deleted",
            "3 mails erased: no address, no words; those that waited are taken back",
        ]
        assert sorted(Mail.objects.values_list("state", flat=True)) == ["cancelled", "sent", "sent"]

    def test_other_addresses_stay(self) -> None:
        follow(f"j{ANNA}")
        follow(BORIS)

        forget()

        assert Subscription.objects.count() == 2

    def test_a_second_time_there_is_nothing(self) -> None:
        follow()

        assert [forget().count("\n"), forget()] == [2, "Nothing is kept of this address.\n"]

    def test_what_staff_have_to_change_is_named_and_left(self) -> None:
        make.make_contact(email="Anna@example.org")
        make.make_user(email=ANNA)

        assert forget().splitlines() == [
            "1 contacts have this address and were left: change them in the admin",
            "1 logins have this address and were left: change them in the admin",
        ]

    def test_a_mail_that_is_being_handed_over_is_left(self) -> None:
        make.make_mail(address=ANNA, state="sending", lease_until=NOW)

        assert forget() == "1 mails are being handed over and were left: run this again in a few minutes\n"
