"""The Celery application. It only wakes the work that the database holds."""

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


@worker_init.connect
def give_way(**_said: Any) -> None:
    """Let the web server go first: a reminder can wait for a moment, and whoever opens a page cannot."""
    os.nice(10)
