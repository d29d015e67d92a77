"""What is asked on the answer page, for each of the answers. A field is named as the column it is for."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from tracker import wording
from tracker.models import Initiative, Status
from tracker.proposals import Evidence
from tracker.public.evidence import EvidenceField
from tracker.reminders.answering import Answer

MAX_WORDS = 2000
FARTHEST = dt.timedelta(days=50 * 365)

STANDS = [
    (Status.ANNOUNCED.value, _("Not begun yet")),
    (Status.IN_PROGRESS.value, _("In progress")),
    (Status.PARTLY_DONE.value, _("Partly done")),
]


def _words(**values: Any) -> forms.CharField:
    """A field for some sentences. A longer text is refused by us: the browser would cut it without a word."""
    field = forms.CharField(max_length=MAX_WORDS, widget=forms.Textarea(attrs={"rows": 4}), **values)
    field.widget.attrs.pop("maxlength")
    field.error_messages["max_length"] = _(
        "This has %(show_value)d characters. Shorten it to %(limit_value)d, or attach it as a file."
    )
    return field


def _day(**values: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **values)


class PageField(forms.URLField):
    """An address that can be opened in a browser, and does nothing else there."""

    default_validators = [URLValidator(schemes=["http", "https"])]
    default_error_messages = {
        "invalid": _(
            "This is no address of a page. Write it with http:// or https://, as https://example.org."
        ),
    }


def _link() -> PageField:
    return PageField(
        label=_("Link"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=_("A page that shows it. Becomes public."),
    )


def _file() -> EvidenceField:
    return EvidenceField(
        label=_("File"),
        required=False,
        help_text=_("One file, at most 5 MB: PDF, picture, text or table. Seen by staff alone."),
    )


class AnswerForm(forms.Form):
    """The fields of one answer about one initiative; `label` is what the answer is called."""

    use_required_attribute = False  # fields of an answer that is not chosen are hidden, and stay empty

    def __init__(self, *args: Any, label: Any, initiative: Initiative, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.label, self.initiative, self.today = label, initiative, today

    def clean_happened_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["happened_on"]
        if day > self.today:
            raise ValidationError(
                _("%(day)s lies in the future. Enter a day up to today.") % {"day": wording.day(day)}
            )
        return day

    @property
    def said(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in ("url", "file")}

    @property
    def link(self) -> str:
        return str(self.cleaned_data.get("url", ""))

    @property
    def attached(self) -> Evidence | None:
        return self.cleaned_data.get("file")


class OnTrackForm(AnswerForm):
    note = _words(
        label=_("What was done"),
        help_text=_("A sentence or two. Becomes public."),
        error_messages={"required": _("Say in a sentence what was done.")},
    )
    happened_on = _day(label=_("On which day"), error_messages={"required": _("Enter the day.")})
    status = forms.ChoiceField(label=_("Where it stands now"), choices=STANDS, widget=forms.RadioSelect)
    url = _link()
    file = _file()


class MoreTimeForm(AnswerForm):
    due_on = _day(
        label=_("By which day it will be done"), error_messages={"required": _("Enter the new day.")}
    )
    reason = _words(
        label=_("Why it takes longer"),
        help_text=_("Becomes public, beside the new day."),
        error_messages={"required": _("Say why it takes longer.")},
    )

    def clean_due_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["due_on"]
        if day <= self.today:
            raise ValidationError(_("%(day)s is over. Enter a day to come.") % {"day": wording.day(day)})
        if self.initiative.due_on and day <= self.initiative.due_on:
            raise ValidationError(
                _("%(day)s is not later than the present deadline, %(due)s. Enter a later day.")
                % {
                    "day": wording.day(day),
                    "due": wording.day(self.initiative.due_on, self.initiative.due_precision),
                }
            )
        if day > self.today + FARTHEST:
            raise ValidationError(_("%(day)s is too far away. Look at the year.") % {"day": wording.day(day)})
        return day


class DoneForm(AnswerForm):
    note = _words(label=_("What was achieved"), required=False, help_text=_("Becomes public."))
    happened_on = _day(label=_("On which day"), error_messages={"required": _("Enter the day.")})
    url = _link()
    file = _file()

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = self.cleaned_data
        if not any(said.get(name) or name in self.errors for name in ("note", "url", "file")):
            raise ValidationError(
                _("Nothing shows yet that it is done. Add a sentence, a link or a file: one is enough.")
            )
        return said


class NotMineForm(AnswerForm):
    instead = _words(
        label=_("Who answers for it instead"),
        required=False,
        help_text=_("Name the body or person, if you know. Seen by staff alone."),
    )


FORMS: dict[Answer, type[AnswerForm]] = {
    Answer.ON_TRACK: OnTrackForm,
    Answer.MORE_TIME: MoreTimeForm,
    Answer.DONE: DoneForm,
    Answer.NOT_MINE: NotMineForm,
}
