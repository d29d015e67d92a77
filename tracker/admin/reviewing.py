"""The forms of a review: what is accepted, as the reviewer leaves it, and the note of one that is not."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib.admin import widgets
from django.contrib.auth.models import User
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tracker import proposals
from tracker.models import Correction, Deadline, Party, Proposal, StatusUpdate

WIDGETS = {
    "happened_on": widgets.AdminDateWidget,
    "due_on": widgets.AdminDateWidget,
    "note": forms.Textarea(attrs={"rows": 3}),
    "reason": forms.Textarea(attrs={"rows": 3}),
    "before": forms.Textarea(attrs={"rows": 3}),
    "after": forms.Textarea(attrs={"rows": 3}),
    "why": forms.Textarea(attrs={"rows": 3}),
    "url": forms.URLInput(attrs={"class": "vURLField"}),
}


class ReportChanges(forms.ModelForm):
    class Meta:
        model = StatusUpdate
        fields = ["status", "happened_on", "note", "url", "confidence"]
        widgets = WIDGETS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["happened_on"].required = True


class DeadlineChanges(forms.ModelForm):
    class Meta:
        model = Deadline
        fields = ["due_on", "reason", "url"]
        widgets = WIDGETS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_on"].required = True


class ResponsibilityChanges(forms.Form):
    successor: forms.ModelChoiceField = forms.ModelChoiceField(
        Party.objects.all(),
        label=_("Who answers instead"),
        required=False,
        help_text=_("Gets the role that the party gives up. Empty: nobody, until somebody is found."),
    )


class CorrectionChanges(forms.ModelForm):
    """The words of the public log. The entry itself is mended on its own page, before this."""

    class Meta:
        model = Correction
        fields = ["before", "after", "why"]
        widgets = WIDGETS


CHANGES: dict[str, type[Any]] = {
    Proposal.Kind.REPORT: ReportChanges,
    Proposal.Kind.DEADLINE: DeadlineChanges,
    Proposal.Kind.RESPONSIBILITY: ResponsibilityChanges,
    Proposal.Kind.CORRECTION: CorrectionChanges,
}

WORDED_BY_THE_REVIEWER = (Proposal.Kind.CORRECTION,)
"""Kinds that cannot be accepted as they came: what is recorded are the reviewer's own words."""


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Note"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("When it is returned, whoever sent it reads this in a mail."),
    )


DONE = {
    "accept": _("Accepted: %(what)s"),
    "give_back": _("Returned: %(what)s"),
    "reject": _("Rejected: %(what)s"),
    "merge": _("Closed as recorded already: %(what)s"),
}
"""The buttons of a review, by the name of what they do, with what is said afterwards."""


class Review:
    """The two forms of one review: `changes` is what is accepted, `note` is for one that is not.

    There are no changes to a kind of proposal that is not accepted here.
    """

    def __init__(self, proposal: Proposal, posted: QueryDict | None = None) -> None:
        self.proposal = proposal
        self.action = posted.get("do", "") if posted else ""
        form_class = CHANGES.get(proposal.kind)
        initial = {**proposal.wanted, "url": proposal.url}
        said = posted if self.action == "accept" else None
        self.changes = form_class(said, initial=initial) if form_class else None
        noted = posted if self.action in DONE and self.action != "accept" else None
        self.note = NoteForm(noted, prefix="review")  # the changes may have a note of their own
        self.note.fields["note"].required = self.action != "merge"

    @property
    def can_give_back(self) -> bool:
        return proposals.can_be_given_back(self.proposal)

    @property
    def pressed(self) -> Any:
        """The form that belongs to the button; None where there is none."""
        if self.action not in DONE:
            return None
        return self.changes if self.action == "accept" else self.note

    @property
    def objections(self) -> list[str]:
        """What stands against it as a whole, and not against one field."""
        return list(self.pressed.non_field_errors()) if self.pressed else []

    def carry_out(self, *, by: User, now: dt.datetime) -> bool:
        """Do what the button says; answer whether it was done. Objections become errors of the forms."""
        form = self.pressed
        if form is None or not form.is_valid():
            return False
        try:
            self._decide(form.cleaned_data, by, now)
        except ValidationError as error:
            _object_to(form, error)
            return False
        return True

    def _decide(self, said: dict[str, Any], by: User, now: dt.datetime) -> None:
        if self.action == "accept":
            changes = {name: _as_json(value) for name, value in said.items()}
            proposals.accept(proposal=self.proposal, changes=changes, by=by, now=now)
        else:
            decide: dict[str, Any] = {
                "give_back": proposals.give_back,
                "reject": proposals.reject,
                "merge": proposals.merge,
            }
            decide[self.action](proposal=self.proposal, note=said["note"], by=by, now=now)


def _object_to(form: Any, error: ValidationError) -> None:
    """Show the objections of a use case beside their fields, or above the form."""
    objections = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    for name, errors in objections.items():
        form.add_error(name if name in form.fields else None, errors)


def _as_json(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return value.pk if isinstance(value, Party) else value
