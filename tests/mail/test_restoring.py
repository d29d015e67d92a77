"""A database restored from a backup does not send again what has gone since the backup."""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from aiosmtpd.smtp import SMTP
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client

from tests import factories as make
from tests.conftest import Clock
from tests.reminders.arranging import led_by
from tests.smtp import Sink
from tracker import mail
from tracker.models import Heartbeat, Mail, PlannedDay, Reminder, ReminderRule
from tracker.reminders import planning


def _hold(*options: str) -> str:
    told = io.StringIO()
    call_command("hold_outbox", *options, stdout=told)
    return told.getvalue()


def _copy() -> list[Mail]:
    """All rows as a backup sees them: what is committed at this moment."""
    try:
        return list(Mail.objects.all())
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_nothing_goes_twice_after_a_backup_taken_in_the_middle_of_sending(sink: Sink, clock: Clock) -> None:
    """F35."""
    Mail.objects.bulk_create(make.mail() for _ in range(20))
    backup: list[Mail] = []

    def back_up(server: SMTP) -> None:
        if len(sink.received) == 5:
            with ThreadPoolExecutor(1) as pool:
                backup.extend(pool.submit(_copy).result())

    sink.on_data = back_up
    mail.send_due(clock=clock)
    Mail.objects.all().delete()
    Mail.objects.bulk_create(backup)

    told = _hold("--all")
    clock.passes(make.dt.timedelta(days=1))
    mail.send_due(clock=clock)

    assert told.startswith("16 mails held that waited in the backup\n")
    assert sorted({row.state for row in backup}) == ["leased", "sending", "sent"]
    assert len(sink.message_ids) == len({*sink.message_ids}) == 20
    assert Mail.objects.filter(state="held", reason="restored").count() == 16


@pytest.mark.django_db
@pytest.mark.usefixtures("_clock_stands")
class TestPlansAfterwards:
    """Today's reminders went out after the backup, which knows nothing of them."""

    @pytest.fixture(autouse=True)
    def _restored(self, sink: Sink, clock: Clock) -> None:
        ReminderRule.objects.all().delete()
        make.make_rule(days="7,6")
        led_by(make.make_contact(email="anna@example.org"), due_on=make.day(7))
        planning.plan(now=make.NOW)
        mail.send_due(clock=clock)
        for model in (Mail, Reminder, PlannedDay):
            model._default_manager.all().delete()

    def test_what_was_sent_since_the_backup_is_decided_anew_and_held(self, sink: Sink, clock: Clock) -> None:
        told = _hold("--all")

        planning.plan(now=make.NOW)
        mail.send_due(clock=clock)

        assert told.splitlines() == [
            "0 mails held that waited in the backup",
            "1 mails decided and held with the reminders of 2026-11-23 and of the days before",
            "The digest of 2026-11-23 and reports on the days before are held when they are made;"
            " later ones go out.",
            "What is held goes when a person has released it, or is cancelled:",
            "http://127.0.0.1:8000/admin/tracker/mail/?state__exact=held&reason__exact=restored",
        ]
        assert Mail.objects.values_list("address", "state", "reason").get() == (
            "anna@example.org",
            "held",
            "restored",
        )
        assert len(sink.received) == 1

    def test_a_schedule_that_starts_days_later_does_not_make_up_for_it(
        self, sink: Sink, clock: Clock
    ) -> None:
        ReminderRule.objects.update(days="7")
        _hold("--all")
        clock.passes(make.dt.timedelta(days=2))

        planning.plan(now=clock.now)
        mail.send_due(clock=clock)

        assert len(sink.received) == 1

    def test_the_next_day_goes_out(self, sink: Sink, clock: Clock) -> None:
        _hold("--all")
        clock.passes(make.dt.timedelta(days=1))

        planning.plan(now=clock.now)
        mail.send_due(clock=clock)

        assert len(sink.received) == 2
        assert sorted(Reminder.objects.values_list("step", "mail__state")) == [(-7, "held"), (-6, "sent")]

    def test_one_that_a_person_releases_is_the_same_message(self, sink: Sink, clock: Clock) -> None:
        _hold("--all")

        mail.release(Mail.objects.all(), now=clock.now)
        mail.send_due(clock=clock)

        assert len(sink.message_ids) == 2
        assert len({*sink.message_ids}) == 1

    def test_a_second_call_changes_nothing(self) -> None:
        _hold("--all")
        before = list(Mail.objects.values()), list(Reminder.objects.values()), Heartbeat.objects.count()

        told = _hold("--all")

        assert told.startswith("0 mails held that waited in the backup\n0 mails decided and held ")
        assert before == (
            list(Mail.objects.values()),
            list(Reminder.objects.values()),
            Heartbeat.objects.count(),
        )

    def test_a_database_that_is_restored_again_holds_up_to_that_day(self) -> None:
        _hold("--all")

        with time_machine.travel(make.moment(1), tick=False):
            _hold("--all")

        assert sorted(Reminder.objects.values_list("step", "mail__state")) == [(-7, "held"), (-6, "held")]

    def test_staff_see_how_many_wait_and_why(self, client: Client) -> None:
        _hold("--all")
        client.force_login(make.make_user("view_mail", is_staff=True))
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

        shown = client.get("/admin/tracker/mail/?state__exact=held&reason__exact=restored").content.decode()

        assert "held for release: it may have been sent before the database was restored" in shown
        assert client.get("/health/work").json()["held"] == 1


@pytest.mark.django_db
class TestMoment:
    def test_only_what_was_decided_before_the_backup_is_held(self) -> None:
        make.make_mail(address="old@example.org", decided_at=make.moment(-2))
        make.make_mail(address="new@example.org", decided_at=make.NOW)

        told = _hold("--older-than", make.moment(-1).isoformat())

        assert told.startswith("1 mails held ")
        assert Mail.objects.get(state="held").address == "old@example.org"

    def test_a_moment_without_a_zone_is_the_site_s(self) -> None:
        make.make_mail(decided_at=make.NOW)  # 12:00 in Moscow

        assert _hold("--older-than", "2026-11-23T12:00").startswith("0 mails held ")
        assert _hold("--older-than", "2026-11-23T12:01").startswith("1 mails held ")

    @pytest.mark.parametrize(
        "words", [["--older-than", "yesterday"], [], ["--all", "--older-than", "2026-11-23"]]
    )
    def test_it_does_not_guess(self, words: list[str]) -> None:
        with pytest.raises(CommandError):
            _hold(*words)
