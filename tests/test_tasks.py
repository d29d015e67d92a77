"""What the schedule wakes, through a real broker and a real worker, to a real mail server."""

import datetime as dt
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.conf import settings
from django.db import connection
from redis import Redis

from config.celery import app
from config.embedded import redis_answers, redis_command
from tests import factories as make
from tests.smtp import PATIENCE, Sink
from tracker.models import Mail


def test_the_schedule_wakes_only_tasks_that_exist() -> None:
    app.loader.import_default_modules()

    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert scheduled == {name for name in app.tasks if not name.startswith("celery.")}


@pytest.mark.parametrize("name", settings.CELERY_BEAT_SCHEDULE)
def test_an_entry_of_the_schedule_expires_before_its_next_run(name: str) -> None:
    entry: Any = settings.CELERY_BEAT_SCHEDULE[name]

    assert 0 < entry["options"]["expires"] < entry["schedule"]


def _wait_until(condition: Callable[[], bool]) -> None:
    """Ask again and again; raise TimeoutError when the patience ends."""
    nobody_calls = threading.Event()
    for _ in range(int(PATIENCE / 0.05)):
        if condition():
            return
        nobody_calls.wait(0.05)
    raise TimeoutError("What was waited for did not happen.")


@pytest.fixture
def broker(short_folder: Path) -> Iterator[str]:
    """The Redis of REDIS_URL, or our own embedded one."""
    if url := os.environ.get("REDIS_URL"):
        yield url
        return
    path = short_folder / "redis.sock"
    with subprocess.Popen(redis_command(path), stdout=subprocess.DEVNULL) as server:
        _wait_until(lambda: path.exists() and redis_answers(path))
        yield f"redis+socket://{path}"
        server.terminate()


@pytest.fixture
def tasks(broker: str, sink: Sink, tmp_path: Path) -> Iterator[Celery]:
    """Run a worker as a child process on this test's database; give the way to wake its tasks."""
    queue = f"test-{uuid.uuid4().hex}"
    command = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "--pool", "solo", "-Q", queue]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    waker = Celery(broker=broker, set_as_current=False)
    waker.conf.task_default_queue = queue
    with (tmp_path / "worker.log").open("wb") as log:
        worker = subprocess.Popen(
            [*command, *quiet], env=_environment(broker, sink), cwd=settings.BASE_DIR, stdout=log, stderr=log
        )
        yield waker
        worker.terminate()
        worker.wait()
    with waker.connection() as connected:
        connected.default_channel.queue_delete(queue)
    waker.close()


def _environment(broker: str, sink: Sink) -> dict[str, str]:
    """Ours, with this test's database, broker and mail server; in a zone where the digest's hour has come."""
    named = {"REDIS_URL": broker, "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}"}
    named["TRACKER_TIME_ZONE"] = "Etc/GMT-12" if dt.datetime.now(dt.UTC).hour < 12 else "UTC"
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        named["TRACKER_DATA"] = str(Path(name).parent)
    else:
        named["DATABASE_URL"] = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}"
    return os.environ | named


@pytest.mark.django_db(transaction=True)
def test_a_digest_planned_twice_arrives_once(tasks: Celery, sink: Sink) -> None:
    make.make_initiative()  # a draft, which calls for attention on any day
    make.make_user(is_staff=True, email="anna@example.org")

    for name in ("plan_attention_digests", "plan_attention_digests", "send_outbox"):
        tasks.send_task(f"tracker.{name}")
    sink.wait_for(1)
    tasks.send_task("tracker.plan_attention_digests")
    make.make_mail(message_id="<last@example.org>", address="last@example.org")
    tasks.send_task("tracker.send_outbox")
    sink.wait_for(2)

    digest, last = Mail.objects.order_by("pk")
    assert sink.message_ids == [digest.message_id, last.message_id]
    assert (digest.kind, digest.address) == ("attention_digest", "anna@example.org")
    _wait_until(lambda: Mail.objects.filter(state="sent").count() == 2)


@pytest.mark.skipif("REDIS_URL" in os.environ, reason="The embedded Redis is for where no other is named.")
def test_the_embedded_redis_keeps_nothing_and_is_ours_alone(broker: str) -> None:
    path = broker.removeprefix("redis+socket://")

    with Redis(unix_socket_path=path) as client:
        kept = client.config_get("save") | client.config_get("appendonly") | client.config_get("port")

    assert kept == {"save": "", "appendonly": "no", "port": "0"}
    assert Path(path).stat().st_mode & 0o077 == 0
