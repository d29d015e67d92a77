"""What a series tells of: any filter of the public list, said as its query string."""

import datetime as dt
from collections.abc import Iterable, Sequence
from urllib.parse import quote_plus

import django_filters
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from tracker.filters import InitiativeFilter
from tracker.models import Initiative

LEFT_OUT = ("page", "view", "ordering", "on", "changed_since")
"""What the address of a list may hold and no scope does: how it is shown, and which moment it looks at."""


def of_list(query: QueryDict) -> str:
    """Write what the address of a list filters by as a scope: the same filters give the same scope.

    Names that the list does not know are kept, for `problems` to tell.
    """
    said = {name: _values(name, given) for name, given in sorted(query.lists()) if name not in LEFT_OUT}
    return "&".join(f"{quote_plus(name)}={values}" for name, values in said.items() if values)


def _values(name: str, texts: Sequence[str]) -> str:
    if isinstance(InitiativeFilter.base_filters.get(name), django_filters.MultipleChoiceFilter):
        values = {value for text in texts for value in text.split(",") if value}
        return ",".join(quote_plus(value) for value in sorted(values))
    return quote_plus(texts[-1].strip())


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


def within(scope: str, pks: Iterable[int], *, on: dt.date) -> frozenset[int]:
    """Keep of these initiatives those in a scope as it stood at the end of a day.

    None is kept where the list would refuse the scope, as when what it names is not public at present.
    """
    if not scope:
        return frozenset(pks)
    if problems(scope, today=on):
        return frozenset()
    rows = _filter(f"{scope}&on={on.isoformat()}", on).qs.filter(pk__in=list(pks))
    return frozenset(rows.values_list("pk", flat=True))


def plain(pks: Iterable[int] | None) -> tuple[int, ...] | None:
    """Write chosen initiatives as they are kept."""
    return None if pks is None else tuple(sorted(pks))


def read(scope: str, *, today: dt.date) -> InitiativeFilter:
    """Give the filter that a scope stands for. Read its `problems` before anything else."""
    return _filter(scope, today)


def _filter(scope: str, today: dt.date) -> InitiativeFilter:
    return InitiativeFilter(QueryDict(scope), Initiative.objects.all(), today=today)
