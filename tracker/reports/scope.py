"""What a series tells of: any filter of the public list, said as its query string."""

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from tracker.filters import InitiativeFilter
from tracker.models import Initiative


def problems(scope: str, *, today: dt.date) -> list[str]:
    """Say what is wrong with a scope, in the filter's own words; nothing when all is well."""
    asked = _filter(scope, today)
    found = [f"{name}: {error}" for name, errors in asked.problems.items() for error in errors]
    if "on" in asked.data:
        found.append(_("on: leave this out; each edition tells the state at the end of its period."))
    return found


def chosen(scope: str, *, on: dt.date) -> frozenset[int] | None:
    """Give the primary keys of the initiatives in a scope as it stood at the end of a day; None: all.

    Drafts are among them: who may be shown is not the scope's to say. Raises ValidationError for a scope
    that the list would refuse.
    """
    if not scope:
        return None
    if found := problems(scope, today=on):
        raise ValidationError(found)
    return frozenset(_filter(f"{scope}&on={on.isoformat()}", on).qs.values_list("pk", flat=True))


def plain(pks: Iterable[int] | None) -> tuple[int, ...] | None:
    """Write chosen initiatives as they are kept."""
    return None if pks is None else tuple(sorted(pks))


def _filter(scope: str, today: dt.date) -> InitiativeFilter:
    return InitiativeFilter(QueryDict(scope), Initiative.objects.all(), today=today)
