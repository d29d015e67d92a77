"""What the schedule wakes. Each task is one call; running one twice does no harm."""

from celery import shared_task
from django.utils import timezone

from tracker import mail
from tracker.reports import sending


@shared_task(name="tracker.plan_attention_digests")
def plan_attention_digests() -> None:
    sending.plan_attention_digests(now=timezone.now())


@shared_task(name="tracker.send_outbox")
def send_outbox() -> None:
    mail.send_due(clock=timezone.now)
