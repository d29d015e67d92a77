"""A sender is killed where it stands: what it was at is found again, one mail a connection is in doubt."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from tests import factories as make
from tests.smtp import Sink
from tracker import mail
from tracker.mail import leases
from tracker.models import Mail

pytestmark = pytest.mark.django_db(transaction=True)

SENDER = """
    import os, signal
    import django
    django.setup()
    from django.utils import timezone
    from tracker import mail

    def killing(mails, now):
        draft = mail.Draft(template="attention_digest", context={"attention": Killing()})
        return {row.pk: draft for row in mails}

    class Killing:
        def __getattr__(self, name):  # which a template does
            os.kill(os.getpid(), signal.SIGKILL)

    mail.occasions["killing"] = killing
    mail.send_due(clock=timezone.now)
"""


def _environment(sink: Sink) -> dict[str, str]:
    """Ours, with this test's database and mail server."""
    named = {"EMAIL_URL": f"smtp://127.0.0.1:{sink.port}", "DJANGO_SETTINGS_MODULE": "config.settings"}
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        named["TRACKER_DATA"] = str(Path(name).parent)
    else:
        named["DATABASE_URL"] = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}"
    return os.environ | named


def _sender(sink: Sink) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", textwrap.dedent(SENDER)]
    return subprocess.Popen(command, env=_environment(sink), cwd=settings.BASE_DIR)


def _queue(number: int, **values: Any) -> None:
    due = timezone.now()
    Mail.objects.bulk_create(make.mail(decided_at=due, next_attempt_at=due, **values) for _ in range(number))


def _leases_end() -> None:
    """Let the time pass that a dead sender's mails stay its own."""
    taken = Mail.objects.filter(lease_until__isnull=False)
    taken.update(lease_until=timezone.now() - leases.LEASE)


def test_a_sender_killed_in_the_middle_leaves_one_mail_for_each_connection_in_doubt(
    sink: Sink,
) -> None:
    """F1, F2: all others have arrived, and none twice."""
    _queue(150)
    kills: list[int] = []

    def kill_now_and_then(*_asked: object) -> None:
        if len(sink.received) in (20, 60, 110):
            kills.append(len(sink.received))
            running[-1].kill()

    sink.on_data = kill_now_and_then
    running: list[subprocess.Popen[bytes]] = []
    for _start in range(4):
        running.append(_sender(sink))
        running[-1].wait()
        _leases_end()

    in_doubt = Mail.objects.filter(state="in_doubt").count()
    assert len(kills) == 3
    assert in_doubt <= 3 * settings.MAIL_CONNECTIONS
    assert Mail.objects.filter(state="sent").count() == 150 - in_doubt
    sent = set(Mail.objects.filter(state="sent").values_list("message_id", flat=True))
    assert len(sink.message_ids) == len({*sink.message_ids})
    assert sent <= {*sink.message_ids}


def test_a_mail_that_kills_each_sender_fails_in_the_end_and_the_others_go(sink: Sink) -> None:
    """F14: its attempt is counted before the work, and it goes alone after its first death.

    The mail that the server was thinking about at that death is in doubt; no other ever is.
    """
    _queue(10)
    _queue(1, kind="killing", address="anna@example.org")
    _queue(10)

    ends = []
    for _start in range(leases.DEATHS + 1):
        process = _sender(sink)
        ends.append(process.wait())
        _leases_end()

    poison = Mail.objects.get(kind="killing")
    assert ends == [-signal.SIGKILL] * leases.DEATHS + [0]
    assert (poison.state, poison.reason, poison.attempts) == ("failed", "writing", leases.DEATHS)
    in_doubt = Mail.objects.filter(state="in_doubt").count()
    assert in_doubt <= 1
    assert Mail.objects.filter(state="sent").count() == 20 - in_doubt
    assert len({*sink.message_ids}) == len(sink.message_ids) >= 20 - in_doubt
    assert mail.send_due(clock=timezone.now) == 0
