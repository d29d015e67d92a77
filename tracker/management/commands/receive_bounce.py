import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from tracker.mail import bounces


class Command(BaseCommand):
    help = (
        "Read a returned mail or a complaint from standard input, as a mail server pipes it: "
        "manage.py receive_bounce < message. It ends well whatever it reads, so that no bounce bounces."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--recipient", default="", help="the address that it was delivered to")

    def handle(self, *args: Any, recipient: str, **options: Any) -> None:
        raw = sys.stdin.buffer.read(bounces.LONGEST_NOTICE)
        try:
            bounce, is_new = bounces.receive(raw, now=timezone.now(), recipient=recipient)
        except bounces.NoEffectError as reason:
            self.stdout.write(f"No effect: {reason}")
        else:
            known = "" if is_new else " (known already)"
            self.stdout.write(f"Mail {bounce.mail_id}: {bounce.kind} {bounce.status}{known}")
