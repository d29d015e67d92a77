"""Work on one or many initiatives from the list: chosen, foreseen, and only then done, to all or to none."""

import datetime as dt
import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin import widgets
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracker import progress, publishing, responsibilities, together
from tracker.models import Deadline, Initiative, Responsibility, StatusUpdate
from tracker.together import Deed, Foreseen
from tracker.wording import day

REASON_LENGTH = 100
"""So much the history keeps of a reason."""


class Work(forms.Form):
    """One kind of work: `deed` gives what is done to each initiative.

    `needs` names the right to it; one that only records something beside an initiative needs no right to
    change it.
    """

    title: ClassVar[Any]
    needs: ClassVar[str]
    only_records: ClassVar[bool] = False
    lock: ClassVar[Callable[..., object]] = staticmethod(together.lock)
    unchanged: ClassVar[Any] = _("stays as it is")

    def deed(self, *, now: dt.datetime, by: Any) -> Deed:
        raise NotImplementedError

    def stand(self, initiative: Initiative) -> str:
        """Say, in the reader's language, what this work may change in an initiative."""
        raise NotImplementedError

    def foresee(self, chosen: list[Initiative], **who_and_when: Any) -> list[Foreseen]:
        return together.foresee(initiatives=chosen, deed=self.deed(**who_and_when), stand=self.stand)

    def carry_out(self, chosen: list[Initiative], **who_and_when: Any) -> None:
        together.carry_out(initiatives=chosen, deed=self.deed(**who_and_when), lock=self.lock)

    def _what_is_said(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class RecordedWork(Work):
    """Work that leaves a row of its own, also where a newer one keeps holding."""

    only_records = True
    unchanged = _("recorded; what holds today stays")


class ReportWork(RecordedWork, forms.ModelForm):
    title = _("Record a status update")
    needs = "tracker.add_statusupdate"

    class Meta:
        model = StatusUpdate
        fields = ["status", "happened_on", "happened_precision", "note", "url", "told_by", "confidence"]
        widgets = {
            "happened_on": widgets.AdminDateWidget,
            "note": forms.Textarea(attrs={"rows": 3}),
            "url": forms.URLInput(attrs={"class": "vURLField"}),
            "told_by": widgets.AutocompleteSelect(StatusUpdate._meta.get_field("told_by"), admin.site),
        }

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if not said.get("url") and not said.get("told_by") and "url" not in self.errors:
            raise ValidationError(
                gettext("A report needs its evidence: a quote, an address, or the party that told us.")
            )
        return said

    def deed(self, **who_and_when: Any) -> Deed:
        said = self._what_is_said()
        return lambda initiative: progress.report(
            update=StatusUpdate(initiative=initiative, **said), **who_and_when
        )

    def stand(self, initiative: Initiative) -> str:
        status = capfirst(initiative.get_status_display())
        reported = initiative.last_reported_on
        said = day(reported) if reported else gettext("no report yet")
        return f"{status} ({said})"


class DeadlineWork(RecordedWork, forms.ModelForm):
    title = _("Set or move the deadline")
    needs = "tracker.add_deadline"

    class Meta:
        model = Deadline
        fields = ["due_on", "precision", "wording", "said_on", "reason", "moved_by", "url"]
        widgets = {
            "due_on": widgets.AdminDateWidget,
            "said_on": widgets.AdminDateWidget,
            "reason": forms.Textarea(attrs={"rows": 3}),
            "url": forms.URLInput(attrs={"class": "vURLField"}),
            "moved_by": widgets.AutocompleteSelect(Deadline._meta.get_field("moved_by"), admin.site),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = True

    def deed(self, **who_and_when: Any) -> Deed:
        said = self._what_is_said()
        return lambda initiative: progress.set_deadline(
            deadline=Deadline(initiative=initiative, **said), **who_and_when
        )

    def stand(self, initiative: Initiative) -> str:
        if initiative.due_on:
            return day(initiative.due_on, initiative.due_precision)
        return initiative.due_wording or gettext("no deadline")


class ReasonedWork(Work):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=_("Kept in the history of each initiative; seen by staff alone."),
    )


class AssignWork(ReasonedWork, forms.ModelForm):
    title = _("Assign an owner or another role")
    needs = "tracker.change_responsibility"

    class Meta:
        model = Responsibility
        fields = ["party", "role"]
        widgets = {"party": widgets.AutocompleteSelect(Responsibility._meta.get_field("party"), admin.site)}
        help_texts = {"role": _("Whoever led before supports from now on. Public.")}

    field_order = ["party", "role", "reason"]

    def deed(self, **who_and_when: Any) -> Deed:
        return partial(_given_one, responsibilities.assign, **self.cleaned_data)

    def stand(self, initiative: Initiative) -> str:
        return "; ".join(str(part) for part in initiative.responsibilities.all()) or gettext("no party yet")


class PublishWork(ReasonedWork):
    title = _("Publish")
    needs = "tracker.change_initiative"
    lock = staticmethod(publishing.lock)

    def deed(self, *, now: dt.datetime, by: Any) -> Deed:
        return partial(_given_one, publishing.publish, now=now, reason=self.cleaned_data["reason"])

    def stand(self, initiative: Initiative) -> str:
        return gettext("published") if initiative.is_published else gettext("draft")


class HideWork(PublishWork):
    title = _("Hide from the public")

    def deed(self, *, now: dt.datetime, by: Any) -> Deed:
        return partial(_given_one, publishing.hide, reason=self.cleaned_data["reason"])


WORKS: dict[str, type[Work]] = {
    "report": ReportWork,
    "assign": AssignWork,
    "deadline": DeadlineWork,
    "publish": PublishWork,
    "hide": HideWork,
}


def mark_of(foreseen: list[Foreseen]) -> str:
    """Give a mark of what was foreseen; another one says that the form or an initiative has changed since."""
    told = [(row.initiative.pk, row.before, row.after, row.refusal) for row in foreseen]
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _given_one(use_case: Any, initiative: Initiative, **said: Any) -> None:
    use_case(initiative=initiative, **said)
