"""The forms that change an initiative's state: report, move a deadline, withdraw."""

from typing import Any

from django import forms
from django.contrib.admin import widgets
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tracker import progress
from tracker.models import Deadline, Initiative, Party, Quote, StatusUpdate

WITHDRAWABLE: dict[str, tuple[Any, str]] = {
    "report": (StatusUpdate, "tracker.change_statusupdate"),
    "deadline": (Deadline, "tracker.change_deadline"),
}
"""What is never edited but taken back, and the right to do so."""

EVIDENCE = {
    "url": forms.URLInput(attrs={"class": "vURLField"}),
}


class EvidenceForm(forms.ModelForm):
    """Offers only this initiative's own quotes and parties as evidence."""

    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.initiative = initiative
        choices: dict[str, QuerySet[Any]] = {
            "quote": Quote.objects.filter(initiative=initiative),
            "told_by": Party.objects.filter(initiatives=initiative),
            "moved_by": Party.objects.filter(initiatives=initiative),
        }
        for name, rows in choices.items():
            if name in self.fields:
                self.fields[name].queryset = rows  # type: ignore[attr-defined]  # a model choice, as named above

    def record(self, **who_and_when: Any) -> bool:
        """Hand the row to its use case; answer whether it was accepted. Objections become form errors."""
        if not self.is_valid():
            return False
        try:
            self.hand_over(**who_and_when)
        except ValidationError as error:
            self.add_error(None, error)
            return False
        return True

    def hand_over(self, **who_and_when: Any) -> None:
        raise NotImplementedError


class ReportForm(EvidenceForm):
    title = _("Record a status update")

    class Meta:
        model = StatusUpdate
        fields = [
            "status",
            "happened_on",
            "happened_precision",
            "note",
            "url",
            "told_by",
            "quote",
            "confidence",
        ]
        widgets = {
            "happened_on": widgets.AdminDateWidget,
            "note": forms.Textarea(attrs={"rows": 3}),
            **EVIDENCE,
        }

    def hand_over(self, **who_and_when: Any) -> None:
        progress.report(update=self.instance, **who_and_when)


class DeadlineForm(EvidenceForm):
    title = _("Set or move the deadline")

    class Meta:
        model = Deadline
        fields = ["due_on", "precision", "wording", "said_on", "reason", "moved_by", "url", "quote"]
        widgets = {
            "due_on": widgets.AdminDateWidget,
            "said_on": widgets.AdminDateWidget,
            "reason": forms.Textarea(attrs={"rows": 3}),
            **EVIDENCE,
        }

    def hand_over(self, **who_and_when: Any) -> None:
        progress.set_deadline(deadline=self.instance, **who_and_when)


class WithdrawalForm(forms.Form):
    title = _("Withdraw")
    reason = forms.CharField(
        label=_("reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The row stays and is shown as withdrawn; what stood before it stands again."),
    )
