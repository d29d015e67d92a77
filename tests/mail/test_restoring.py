"""A database restored from a backup does not send again what has gone since the backup."""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from aiosmtpd.smtp import SMTP
from django.core.management import CommandError, call_command
from django.db import connections

from tests import factories as make
from tests.conftest import Clock
from tests.smtp import Sink
from tracker import mail
from tracker.models import Mail


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

    assert told == "16 mails held\n"
    assert sorted({row.state for row in backup}) == ["leased", "sending", "sent"]
    assert len(sink.message_ids) == len({*sink.message_ids}) == 20
    assert Mail.objects.filter(state="held", reason="restored").count() == 16


@pytest.mark.django_db
class TestMoment:
    def test_only_what_was_decided_before_the_backup_is_held(self) -> None:
        make.make_mail(address="old@example.org", decided_at=make.moment(-2))
        make.make_mail(address="new@example.org", decided_at=make.NOW)

        told = _hold("--older-than", make.moment(-1).isoformat())

        assert told == "1 mails held\n"
        assert Mail.objects.get(state="held").address == "old@example.org"

    def test_a_moment_without_a_zone_is_the_site_s(self) -> None:
        make.make_mail(decided_at=make.NOW)  # 12:00 in Moscow

        assert _hold("--older-than", "2026-11-23T12:00") == "0 mails held\n"
        assert _hold("--older-than", "2026-11-23T12:01") == "1 mails held\n"

    @pytest.mark.parametrize(
        "words", [["--older-than", "yesterday"], [], ["--all", "--older-than", "2026-11-23"]]
    )
    def test_it_does_not_guess(self, words: list[str]) -> None:
        with pytest.raises(CommandError):
            _hold(*words)
