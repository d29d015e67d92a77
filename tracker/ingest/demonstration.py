"""What a demonstration adds to the seeds: people at example.org, and a weekly report.

The texts of the seeds name no addresses, and none is invented for real use: example.org is set aside for
documentation (RFC 2606), and a demonstration sends no mail.
"""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tracker.models import Contact, Party, Responsibility, Series, Subscription

ANSWERING = (*Responsibility.OWNING_ROLES, Responsibility.Role.CONTROLLER)
SPEAK_OTHERWISE = {
    "russian-embassy-belarus": "en",
    "omutninsk-metallurgical-plant": "de",
    "belarus-khabarovsk-working-group": "en",
}
"""Parties whose people read another language than Russian, so that each language is seen."""
LEADERSHIP = "khabarovsk-krai"
SERIES = "BY / RU-KHA"
"""Codes of ISO 3166: a series has one name, and here its readers have three languages."""


@transaction.atomic
def furnish(*, now: dt.datetime) -> Series:
    """Give each answering party a contact, name a leadership, and return the weekly report on everything.

    A second call adds nothing.
    """
    for party in Party.objects.filter(responsibilities__role__in=ANSWERING).distinct():
        _contact(party, party.slug, SPEAK_OTHERWISE.get(party.slug, "ru"))
    party = Party.objects.get(slug=LEADERSHIP)
    _contact(party, f"head.{party.slug}", "ru", is_head=True)
    series = _series(now)
    for language, _name in settings.LANGUAGES:
        person = _contact(party, f"leadership.{language}", language, is_head=True, is_leadership=True)
        Subscription.objects.get_or_create(
            series=series, address=person.email, defaults={"language": language, "confirmed_at": now}
        )
    return series


def _contact(party: Party, mailbox: str, language: str, **rank: bool) -> Contact:
    with translation.override(language):
        name = _("For the demonstration: %(mailbox)s") % {"mailbox": mailbox}
    contact, _is_new = Contact.objects.get_or_create(
        party=party, email=f"{mailbox}@example.org", defaults={"name": name, "language": language, **rank}
    )
    return contact


def _series(now: dt.datetime) -> Series:
    series = Series.objects.order_by("pk").first()
    return series or Series.objects.create(
        name=SERIES,
        frequency=Series.Frequency.WEEKLY,
        starts_on=timezone.localdate(now) + dt.timedelta(days=1),
        is_public=True,
    )
