"""What is said at the start about settings that are legal and wrong."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import override_settings
from redis import Redis

from config import checks
from config.embedded import redis_answers, redis_command
from tests.starting import wait_until


@pytest.fixture
def broker(short_folder: Path) -> Iterator[Redis]:
    """A Redis of our own, whose settings nobody else sees."""
    path = short_folder / "redis.sock"
    with subprocess.Popen(redis_command(path), stdout=subprocess.DEVNULL) as server:
        wait_until(lambda: path.exists() and redis_answers(path), seconds=10)
        with (
            Redis(unix_socket_path=str(path)) as client,
            override_settings(CELERY_BROKER_URL=f"redis+socket://{path}"),
        ):
            yield client
        server.terminate()


def _said() -> list[str]:
    return [str(message.id) for message in checks.broker_keeps_what_waits(None)]


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl", "allkeys-random"])
def test_a_redis_that_may_throw_away_is_warned_of(broker: Redis, policy: str) -> None:
    broker.config_set("maxmemory-policy", policy)

    [warning] = checks.broker_keeps_what_waits(None)

    assert warning.id == "tracker.W001"
    assert policy in warning.msg
    assert warning.hint
    assert "noeviction" in warning.hint


def test_the_redis_that_comes_with_us_throws_nothing_away(broker: Redis) -> None:
    assert _said() == []


@pytest.mark.parametrize(
    "url",
    [
        "redis+socket:///nowhere/redis.sock",
        "redis://127.0.0.1:1/0",
        "rediss://127.0.0.1:1/0?ssl_cert_reqs=CERT_REQUIRED",
        "memory://",
    ],
)
def test_nothing_is_said_of_a_redis_that_is_away(url: str) -> None:
    with override_settings(CELERY_BROKER_URL=url):
        assert _said() == []


def test_it_is_said_when_a_command_starts_and_stops_nothing(broker: Redis) -> None:
    broker.config_set("maxmemory-policy", "allkeys-lru")

    call_command("check")  # warns

    with pytest.raises(SystemCheckError, match="allkeys-lru"):
        call_command("check", fail_level="WARNING")
