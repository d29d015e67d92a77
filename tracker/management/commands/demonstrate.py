from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tracker import mail
from tracker.ingest import demonstration
from tracker.reminders import planning
from tracker.reports import editions


class Command(BaseCommand):
    help = (
        "Add the demonstration's people, decide the day's reminders and the first report, and hand them over."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError(
                "This would add made-up people to real data. Start a demonstration: manage.py up --demo"
            )
        now = timezone.now()
        series = demonstration.furnish(now=now)
        planning.plan(now=now)
        if not series.reports.exists():
            editions.edition_now(series=series, last_day=timezone.localdate(now), now=now)
        sent = mail.send_due(clock=timezone.now)
        self.stdout.write(f"  demonstration: {sent} mails to read at /dev/mail/")
