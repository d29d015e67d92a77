"""The Celery application. It only wakes the work that the database holds."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("tracker")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def give_way(**_said: Any) -> None:
    """Let the web server go first: a reminder can wait for a moment, and whoever opens a page cannot."""
    os.nice(10)
