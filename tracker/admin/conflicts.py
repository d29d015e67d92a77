"""Two people at one initiative: a save over a newer version shows both, and loses nothing.

The form carries the version that was read, signed. A version is made of the newest rows of the history of the
initiative and of the parts that stand below it, so a change of any of them makes another one.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Max, OuterRef, Subquery
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from tracker.admin.history.changes import Change, changes_of
from tracker.admin.history.recorded import MANY
from tracker.models import Initiative, Milestone, Quote, Responsibility

SIGNER = signing.Signer(salt="tracker.admin.conflicts")
PARTS = {
    Initiative: "id",
    Responsibility: "initiative_id",
    Quote: "initiative_id",
    Milestone: "initiative_id",
}
"""What the page of an initiative writes, with the column of its history that names the initiative."""


@dataclass(frozen=True)
class Version:
    """`marks` are the keys of the newest rows of each history; `read_at` is when the page was made."""

    marks: tuple[int | None, ...]
    read_at: dt.datetime

    @classmethod
    def current(cls, initiative: Initiative) -> "Version":
        newest = [_newest(model, column) for model, column in PARTS.items()]
        return cls(Initiative.objects.filter(pk=initiative.pk).values_list(*newest).get(), timezone.now())

    @classmethod
    def read(cls, text: str) -> "Version | None":
        """Read what `sign` wrote; None for anything else."""
        try:
            marks, at = SIGNER.unsign_object(text)
        except signing.BadSignature:
            return None
        return cls(tuple(marks), dt.datetime.fromisoformat(at))

    def sign(self) -> str:
        return SIGNER.sign_object([self.marks, self.read_at.isoformat()])


def _newest(model: Any, column: str) -> Subquery:
    rows = model.history.filter(**{column: OuterRef("pk")}).order_by().values(column)
    return Subquery(rows.annotate(newest=Max("history_id")).values("newest"))


class Difference(NamedTuple):
    """One field of the form: as it was read, as it is now, as it is wanted; and whether to choose there."""

    label: str
    read: str
    now: str
    wanted: str
    is_contested: bool


@dataclass(frozen=True)
class Conflict:
    """What others changed since the page was read, and the fields in which the versions differ."""

    changes: list[Change]
    differences: list[Difference]


class VersionField(forms.CharField):
    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class VersionedForm(forms.ModelForm):
    """Refuses to be saved over a version that was not read.

    What others changed and this form left alone is then taken over into it, so that saving it again, which
    the renewed version allows, writes over nothing but what was contested.
    """

    version = VersionField(required=False)
    conflict: Conflict | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and not self.is_bound:
            self.initial["version"] = Version.current(self.instance).sign()

    def clean(self) -> Any:
        said = super().clean()
        if self.instance.pk:
            self._compare()
        return said

    def _compare(self) -> None:
        stored = Initiative.objects.select_for_update(no_key=True).get(pk=self.instance.pk)
        read = Version.read(self.data.get("version", ""))
        now = Version.current(self.instance)
        if read and read.marks == now.marks:
            return
        self._take_over(read, now, stored)
        raise ValidationError(
            _("This has been changed since you opened it. Nothing is saved yet; nothing you typed is lost.")
        )

    def _take_over(self, read: Version | None, now: Version, stored: Initiative) -> None:
        before = _read_then(read.marks[0]) if read else {}
        after = _facts(stored)
        data: Any = self.data.copy()  # type: ignore[attr-defined]  # a query dict
        data["version"] = now.sign()
        differences = []
        for name, bound in self._written():
            wanted, is_ = self._wanted(name), after.get(name, "")
            was = before.get(name, "")
            if wanted == was:
                _put(data, name, is_)
            elif wanted != is_:
                read_, now_, wanted_ = (_told(bound, value) for value in (was, is_, wanted))
                differences.append(Difference(bound.label, read_, now_, wanted_, was != is_))
        since = read.read_at if read else now.read_at
        changes = [change for change in changes_of(self.instance) if change.at >= since]
        self.data = data
        self.conflict = Conflict(changes, differences)

    def _written(self) -> Iterator[tuple[str, Any]]:
        return ((name, self[name]) for name in self.fields if name != "version")

    def _wanted(self, name: str) -> Any:
        """Give a field as it is wanted, also where it is no value yet."""
        value: Any = self.cleaned_data.get(name, self.data.get(name))
        return sorted(row.pk for row in value) if hasattr(value, "model") else _plain(value)


def _read_then(mark: int | None) -> dict[str, Any]:
    """Give what an earlier version of the initiative itself held, as `_facts` gives what it holds now."""
    record = Initiative.history.filter(history_id=mark).first()  # type: ignore[attr-defined]  # simple-history adds it
    if record is None:
        return {}
    facts = {field.name: _plain(getattr(record, field.attname)) for field in record.tracked_fields}
    for many in MANY:
        keys = getattr(record, many.name).values_list(f"{many.m2m_reverse_field_name()}_id", flat=True)
        facts[many.name] = sorted(keys)
    return facts


def _facts(stored: Initiative) -> dict[str, Any]:
    """Give each field of an initiative by its name, what it is joined to as sorted keys."""
    facts = {field.name: _plain(getattr(stored, field.attname)) for field in stored._meta.concrete_fields}
    joined = {many.name: sorted(getattr(stored, many.name).values_list("pk", flat=True)) for many in MANY}
    return {**facts, **joined}


def _plain(value: Any) -> Any:
    """Take what is missing for empty: forms and columns disagree about which it is."""
    return "" if value is None else value


def _put(data: Any, name: str, value: Any) -> None:
    """Write a value as a browser would send it."""
    if isinstance(value, list):
        data.setlist(name, [str(key) for key in value])
    else:
        data[name] = formats.localize_input(value)


def _told(bound: Any, value: Any) -> str:
    """Say a value as the form says it."""
    if isinstance(value, list):
        return ", ".join(map(str, bound.field.queryset.filter(pk__in=value))) or "—"
    if isinstance(value, dt.date):
        return formats.date_format(value, "DATE_FORMAT")
    return str(dict(getattr(bound.field, "choices", ())).get(value, value)) if value else "—"
