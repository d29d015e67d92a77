import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tracker.reminders import planning
from tracker.reminders.foresight import foreseen


class Command(BaseCommand):
    help = "Decide who is reminded of what today, as the schedule does each minute. Twice adds nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--on",
            metavar="DATE",
            help="plan this day in every time zone, as if its hour had come: 2026-11-23",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="write nothing; print who would be told what, and why"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        day = _day(options["on"]) if options["on"] else None
        if options["dry_run"]:
            self._foretell(day)
        elif day:
            self.stdout.write(f"{planning.plan_day(day=day, now=timezone.now())} mails written to the outbox")
        else:
            self.stdout.write(f"{planning.plan(now=timezone.now())} mails written to the outbox")

    def _foretell(self, day: dt.date | None) -> None:
        now = timezone.now()
        found = planning.expected(first=day, last=day) if day else planning.due_now(now=now)
        rows = foreseen(found)
        for row in rows:
            self.stdout.write(f"{row.day} {row.reader.email}: {row.initiative.title}\n    {row.why}")
        self.stdout.write(f"{len({(row.day, row.reader) for row in rows})} mails; nothing was written")


def _day(given: str) -> dt.date:
    try:
        return dt.date.fromisoformat(given)
    except ValueError:
        raise CommandError(f"“{given}” is no day. Write it as 2026-11-23.") from None
