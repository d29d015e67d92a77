"""The Celery application. It only wakes the work that the database holds."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import worker_init
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("tracker")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def wake(task: str, *arguments: Any) -> None:
    """Let a worker do a task now. That the broker is away is no error: the schedule finds what waits."""
    try:
        with app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, timeout=2)  # without, it would try for ever
            app.send_task(task, args=arguments, connection=connection, retry=False)
    except OperationalError:
        return


RARELY = 50_000
"""So many more objects than at the last look, and Python looks for rings of them again (by itself: 700)."""


@worker_init.connect
def settle_in(**_said: Any) -> None:
    """Let the web server go first: a reminder can wait for a moment, and whoever opens a page cannot.

    And look for rings rarely: a mail makes thousands of objects that go when it has gone, nearly none of them
    in a ring, and looking at those that stay takes a tenth of a sender's time.
    """
    os.nice(10)
    gc.set_threshold(RARELY)
