"""What is asked of a reader who follows by mail, or wants the link to their page."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker import mail
from tracker.mail.message import UnwritableError, route
from tracker.models import Series
from tracker.public.guarded_form import GuardedForm

FREQUENCIES = [
    (Series.Frequency.AT_ONCE.value, gettext_lazy("At once, whenever something changes")),
    (Series.Frequency.WEEKLY.value, gettext_lazy("Weekly, a report on Monday")),
    (Series.Frequency.MONTHLY.value, gettext_lazy("Monthly, a report on the first day")),
]
NO_ADDRESS = gettext_lazy("This is no e-mail address. Write it as name@example.org.")


class AddressForm(GuardedForm):
    PURPOSE = "link"

    address = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": gettext_lazy("Enter your e-mail address."),
            "invalid": NO_ADDRESS,
            "max_length": NO_ADDRESS,
        },
    )

    def clean_address(self) -> str:
        """Take what a mail server takes, written as addresses are compared."""
        address = mail.normalised(self.cleaned_data["address"])
        try:
            route(address)
        except UnwritableError:
            raise ValidationError(NO_ADDRESS) from None
        return address


class SubscribeForm(AddressForm):
    PURPOSE = "subscribe"

    frequency = forms.ChoiceField(
        label=gettext_lazy("How often"),
        choices=FREQUENCIES,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how often you want to hear.")},
    )
    language = forms.ChoiceField(
        label=gettext_lazy("In which language"),
        choices=settings.LANGUAGES,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a language.")},
    )
    field_order = ["frequency", "language", "address"]


class LanguageForm(forms.Form):
    """A choice on the page of one's subscriptions."""

    language = forms.ChoiceField(choices=settings.LANGUAGES)


class FrequencyForm(forms.Form):
    """How often one subscription comes; `pk` names it."""

    pk = forms.IntegerField()
    frequency = forms.ChoiceField(choices=FREQUENCIES)


class LeaveForm(forms.Form):
    pk = forms.IntegerField()


def problem_of(form: forms.Form) -> str:
    """Say what is marked; nothing where a form is well, or was not sent."""
    return _("Nothing is sent yet. Look at what is marked.") if form.errors else ""


FORMS: dict[str, Any] = {"language": LanguageForm, "frequency": FrequencyForm, "leave": LeaveForm}
