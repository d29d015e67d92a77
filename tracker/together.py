"""The same work on several initiatives: foreseen first, then done to all of them or to none."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from tracker.models import Initiative

Deed = Callable[[Initiative], object]
"""A use case with everything given but the initiative; it objects by raising ValidationError."""
Stand = Callable[[Initiative], str]
"""Says of an initiative, with its parties prefetched, what the work may change."""


@dataclass(frozen=True)
class Foreseen:
    """What the work would do to one initiative; `refusal` says why it would not, else it is empty."""

    initiative: Initiative
    before: str
    after: str
    refusal: str

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


def foresee(*, initiatives: Collection[Initiative], deed: Deed, stand: Stand) -> list[Foreseen]:
    """Tell for each initiative how it stands and how it would stand.

    The work is done in earnest to each by itself and taken back, so what is told is what will be.
    """
    return [_foreseen(initiative.pk, deed, stand) for initiative in initiatives]


def lock(initiatives: Collection[Initiative]) -> None:
    """Make others who write to these initiatives wait; everybody takes them by their keys."""
    keys = [initiative.pk for initiative in initiatives]
    list(Initiative.objects.filter(pk__in=keys).order_by("pk").select_for_update())


@transaction.atomic
def carry_out(
    *,
    initiatives: Collection[Initiative],
    deed: Deed,
    lock: Callable[[Collection[Initiative]], object] = lock,
) -> None:
    """Do the work to every initiative; raise ValidationError, with nothing done, where one is refused."""
    lock(initiatives)
    for initiative in initiatives:
        deed(_read(initiative.pk))


def _foreseen(key: int, deed: Deed, stand: Stand) -> Foreseen:
    with transaction.atomic():
        initiative = _read(key)
        before = after = stand(initiative)
        refusal = _refusal(deed, initiative)
        if not refusal:
            after = stand(_read(key))
        transaction.set_rollback(True)
    return Foreseen(initiative, before, after, refusal)


def _refusal(deed: Deed, initiative: Initiative) -> str:
    try:
        deed(initiative)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _read(key: int) -> Initiative:
    """Read an initiative as it is now: it may have changed since it was chosen."""
    return Initiative.objects.prefetch_related("responsibilities__party").get(pk=key)
