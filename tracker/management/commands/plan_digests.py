from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from tracker.reports import attention


class Command(BaseCommand):
    help = "Write the day's digest of what needs attention to staff who have none yet, as the schedule does."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{attention.plan_digests(now=timezone.now())} digests written to the outbox")
