"""What a party leads and takes part in, and how it stands."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, When

from tracker.models import Initiative, Party, Responsibility, StatusUpdate
from tracker.models.initiative import CLOSED, InitiativeQuerySet
from tracker.overview import tallies
from tracker.overview.tallies import Tally

Role = Responsibility.Role

SHOWN = 50
"""So many initiatives of a role stand on the page of a party; the list has the others."""
REPORTS_SHOWN = 10

WORST_FIRST = (
    Case(When(status__in=CLOSED, then=1), default=0),
    F("due_on").asc(nulls_last=True),
    F("announced_on").desc(nulls_last=True),
    "-pk",
)
"""Open ones first, the earliest deadline first of all."""


@dataclass(frozen=True)
class Part:
    """What a party does in one role; `rows` are the first of `total`."""

    role: str
    label: str
    total: int
    rows: list[Initiative]


def listed(words: str = "", kind: str = "") -> QuerySet[Party]:
    """Give the parties that the public may see, those that lead most first, with `leads` and `supports`.

    `words` stand somewhere in a name, in any language. `supports` counts every other role.
    """
    is_public = Q(responsibilities__initiative__published_at__isnull=False)
    is_lead = Q(responsibilities__role=Role.LEAD)
    rows: Any = Party.objects.published().annotate(
        leads=Count("responsibilities", filter=is_public & is_lead),
        supports=Count("responsibilities", filter=is_public & ~is_lead),
    )
    if words:
        named = (f"name_{language}__icontains" for language in ("ru", "en", "de"))
        rows = rows.filter(Q(*((name, words) for name in named), _connector=Q.OR))
    if kind:
        rows = rows.filter(kind=kind)
    ordered: QuerySet[Party] = rows.order_by("-leads", "-supports", "name", "pk")
    return ordered


def led_by(parties: Iterable[Party], on: dt.date) -> dict[int, Tally]:
    """Count what each of these parties leads; one that leads nothing is left out."""
    led = Initiative.objects.published().filter(
        responsibilities__party__in=[party.pk for party in parties], responsibilities__role=Role.LEAD
    )
    return tallies.by(led, "responsibilities__party", on)


def parts(party: Party) -> list[Part]:
    """Give what a party does in each role that it has, the lead first."""
    public = party.responsibilities.filter(initiative__published_at__isnull=False)
    totals = dict(public.order_by().values_list("role").annotate(Count("pk")))
    found = []
    for role, label in Role.choices:
        if total := totals.get(role, 0):
            found.append(Part(role, str(label), total, list(_in_role(party, role)[:SHOWN])))
    return found


def last_reports(party: Party) -> list[StatusUpdate]:
    """Give the newest reports by a party, or of what it leads."""
    rows = StatusUpdate.objects.standing().filter(initiative__published_at__isnull=False)
    led = Responsibility.objects.filter(party=party, role=Role.LEAD).values("initiative")
    rows = rows.filter(Q(told_by=party) | Q(initiative__in=led))
    rows = rows.select_related("initiative", "quote__source", "told_by")
    return list(rows.newest_first()[:REPORTS_SHOWN])


def _in_role(party: Party, role: str) -> InitiativeQuerySet:
    public: InitiativeQuerySet = Initiative.objects.published()
    rows = public.filter(responsibilities__party=party, responsibilities__role=role)
    return rows.order_by(*WORST_FIRST)
