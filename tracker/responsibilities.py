"""The one way a party is given a role in an initiative: with a reason, kept in the history."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tracker.models import Initiative, Party, Responsibility

Role = Responsibility.Role


@transaction.atomic
def assign(*, initiative: Initiative, party: Party, role: str, reason: str) -> None:
    """Give a party a role in an initiative; where another party led, that one supports from now on.

    The history keeps the reason with each row that changes. Raises ValidationError without a reason. A
    second call changes nothing.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Say why this party is assigned.")})
    Initiative.objects.select_for_update(no_key=True).get(pk=initiative.pk)
    parts = {part.party_id: part for part in Responsibility.objects.filter(initiative=initiative)}
    if role == Role.LEAD:
        for part in parts.values():
            if part.role == Role.LEAD and part.party_id != party.pk:
                _give(part, Role.SUPPORT, reason)
    _give(parts.get(party.pk) or Responsibility(initiative=initiative, party=party), role, reason)


def _give(part: Responsibility, role: str, reason: str) -> None:
    if part.role != role:
        part.role = role
        part._change_reason = reason  # type: ignore[attr-defined]  # simple-history reads it
        part.save()
