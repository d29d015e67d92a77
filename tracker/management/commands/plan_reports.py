from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from tracker.reports import editions


class Command(BaseCommand):
    help = "Make the editions of reports that are due, as the schedule does each minute. Twice adds nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{editions.plan(now=timezone.now())} editions made")
