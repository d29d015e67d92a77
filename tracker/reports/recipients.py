"""Who gets a series, in which language, and why. One address is one recipient, however it is spelt."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext as _

from tracker import mail
from tracker.models import Series, Subscription


@dataclass(frozen=True)
class Recipient:
    address: str
    language: str
    party: str | None = None
    """The party as whose contact it is reached, by its name in the active language."""
    is_staff: bool = False

    @property
    def follows(self) -> bool:
        """Answer whether the reader subscribed."""
        return not self.is_staff and self.party is None

    @property
    def why(self) -> str:
        """Say in the active language how the reader got onto the list."""
        if self.is_staff:
            return _("You get this report because the tracker’s staff have put you on its list.")
        if self.party is not None:
            return _("You get this report because it goes to the contacts of “%(party)s”.") % {
                "party": self.party
            }
        return _("You get this report because you follow it by mail.")


@dataclass
class Readers:
    """Who is reached by a series, and who has left it, by normalised address."""

    reached: dict[str, Recipient] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)


def readers_of(series: Iterable[Series]) -> dict[int, Readers]:
    """Find the readers of each series, in a number of queries that no number of series or readers changes.

    Who has left is not reached, though it be staff. Who is on the list twice is reached as a subscriber,
    whose language is its own choice; else as staff; else as the contact of a party.
    """
    named = Series.objects.filter(pk__in=[row.pk for row in series])
    rows = named.prefetch_related("staff__contact", "parties__contacts")
    found = {row.pk: Readers() for row in rows}
    _add_subscribers(found)
    for row in rows:
        for recipient in _on_the_list(row):
            _add(found[row.pk], recipient)
    return found


def _add_subscribers(found: dict[int, Readers]) -> None:
    columns = ("series_id", "address", "language", "confirmed_at", "unsubscribed_at")
    rows = Subscription.objects.order_by("pk").filter(series__in=found).values_list(*columns)
    for series, address, language, confirmed_at, unsubscribed_at in rows:
        if unsubscribed_at is not None:
            found[series].left.add(mail.normalised(address))
        elif confirmed_at is not None:
            _add(found[series], Recipient(address, language))


def _on_the_list(series: Series) -> Iterable[Recipient]:
    for user in series.staff.all():
        if user.is_active and user.email:
            contact = getattr(user, "contact", None)
            language = contact.language if contact else settings.LANGUAGE_CODE
            yield Recipient(user.email, language, is_staff=True)
    for party in series.parties.all():
        for contact in party.contacts.all():
            yield Recipient(contact.email, contact.language, party=party.name)


def _add(readers: Readers, recipient: Recipient) -> None:
    address = mail.normalised(recipient.address)
    if address not in readers.left:
        readers.reached.setdefault(address, recipient)
