"""What is legal in the settings and wrong all the same; Django says it when a command or a worker starts."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

PATIENCE = 1.0
"""Seconds for each word of a Redis that may be away."""
KEEPS = "noeviction"


def broker_keeps_what_waits(app_configs: Sequence[Any] | None, **said: Any) -> list[CheckMessage]:
    """Warn of a Redis that throws keys away when it is full: wakings would go, and nobody would know.

    Nothing is said of a Redis that is away or hides its settings: no mail depends on it.
    """
    policy = _eviction_policy(settings.CELERY_BROKER_URL)
    if policy in (None, KEEPS):
        return []
    return [
        Warning(
            f"The Redis at REDIS_URL throws away what waits in it when it is full: its maxmemory-policy is "
            f"{policy}.",
            hint=f"Set “maxmemory-policy {KEEPS}” in redis.conf. Until then wakings may be lost; "
            "the next run of the schedule makes up for each.",
            id="tracker.W001",
        )
    ]


def _eviction_policy(url: str) -> str | None:
    """Ask Redis, once and briefly; None if it does not say."""
    waits: dict[str, Any] = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}
    try:
        address = url.replace("redis+socket://", "unix://", 1)
        with Redis.from_url(address, retry=Retry(NoBackoff(), 0), **waits) as broker:
            policy = broker.info("memory").get("maxmemory_policy")
    except (RedisError, OSError, ValueError):
        return None
    return None if policy is None else str(policy)
