import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from tracker import mail
from tracker.mail import restoring
from tracker.models import Mail
from tracker.reminders import planning

TOLD = """\
{held} mails held that waited in the backup
{decided} mails decided and held with the reminders of {day} and of the days before
The digest of {day} and reports on the days before are held when they are made; later ones go out.
What is held goes when a person has released it, or is cancelled:
{address}"""


class Command(BaseCommand):
    help = (
        "After a database was restored from a backup, and before anything is started on it: hold the mails "
        "that have not gone, and those that are decided anew about days up to this one, for they may have "
        "gone since the backup. Staff release or cancel them in the admin. Call it again if it breaks off."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--all", action="store_true", help="every mail that has not gone")
        which.add_argument(
            "--older-than",
            metavar="MOMENT",
            help="only those decided before the moment of the backup: 2026-11-23T09:00+03:00",
        )

    def handle(self, *args: Any, older_than: str | None, **options: Any) -> None:
        mails = Mail.objects.all()
        if older_than is not None:
            mails = mails.filter(decided_at__lt=_moment(older_than))
        now = timezone.now()
        restoring.remember(now=now)
        held = mail.hold(mails, reason=Mail.Reason.RESTORED)
        decided = planning.plan_today(now=now)
        self.stdout.write(
            TOLD.format(held=held, decided=decided, day=timezone.localdate(now), address=_address())
        )


def _moment(text: str) -> dt.datetime:
    """Read a moment; without a zone it is the site's."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(
            f"“{text}” is no moment. Write it like 2026-11-23T09:00 or 2026-11-23T09:00+03:00."
        )
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _address() -> str:
    """Give the page of the mails that are held since the restore."""
    page = reverse("admin:tracker_mail_changelist")
    return f"{settings.SITE_URL}{page}?state__exact=held&reason__exact={Mail.Reason.RESTORED}"
