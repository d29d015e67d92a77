from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from tracker import mail


class Command(BaseCommand):
    help = "Hand over every mail that is due, as the schedule does each minute."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{mail.send_due(clock=timezone.now)} mails handed over")
