"""What the schedule wakes. Each task is one call; running one twice does no harm."""

import datetime as dt

from celery import shared_task
from django.utils import timezone

from tracker import mail, proposals
from tracker.following import forgetting
from tracker.following import planning as following
from tracker.ingest.spreadsheet import importing
from tracker.mail import watching
from tracker.reminders import planning
from tracker.reports import attention, editions

SHIFT = dt.timedelta(seconds=50)
"""A sender that stayed longer would keep the planners from their turn."""


@shared_task(name="tracker.plan_attention_digests")
def plan_attention_digests() -> None:
    attention.plan_digests(now=timezone.now())
    watching.beat("digests", now=timezone.now())


@shared_task(name="tracker.plan_reminders")
def plan_reminders() -> None:
    planning.plan(now=timezone.now())
    watching.beat("reminders", now=timezone.now())


@shared_task(name="tracker.forget_readers")
def forget_readers() -> None:
    proposals.forget_readers(now=timezone.now())


@shared_task(name="tracker.forget_requests")
def forget_requests() -> None:
    forgetting.forget_requests(now=timezone.now())


@shared_task(name="tracker.plan_notices")
def plan_notices() -> None:
    following.plan(now=timezone.now())
    watching.beat("notices", now=timezone.now())


@shared_task(name="tracker.plan_reports")
def plan_reports() -> None:
    editions.plan(now=timezone.now())
    watching.beat("reports", now=timezone.now())


@shared_task(name="tracker.send_outbox")
def send_outbox() -> None:
    """Send for most of the minute; what is left then is the next run's."""
    mail.send_due(clock=timezone.now, until=timezone.now() + SHIFT)
    watching.beat("sender", now=timezone.now())


@shared_task(name="tracker.work_on_import")
def work_on_import(pk: int | None = None) -> None:
    """Read or apply one import; woken by the schedule, all that no worker has taken up."""
    for waiting in [pk] if pk is not None else importing.waiting(now=timezone.now()):
        importing.work(pk=waiting, clock=timezone.now)
