"""What keeps programs out of a form that anybody may send: no cookie, no script, no outside service."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SHORTEST = dt.timedelta(seconds=2)
LONGEST = dt.timedelta(days=1)
"""Between opening the page and sending it. No person is faster."""

_signer = Signer(sep=".", salt="tracker.public.guarded_form")


def stamp(purpose: str, now: dt.datetime) -> str:
    """Sign that a form of this purpose was opened now."""
    return _signer.sign(f"{purpose}.{int(now.timestamp())}")


def opened_at(purpose: str, signed: str) -> dt.datetime | None:
    """Read when a form was opened; None from a stamp that is none of ours, or of another purpose."""
    try:
        of, _dot, moment = _signer.unsign(signed).rpartition(".")
    except BadSignature:
        return None
    return dt.datetime.fromtimestamp(int(moment), dt.UTC) if of == purpose else None


class GuardedForm(forms.Form):
    """A form with a field that stays empty, and a stamp that says when it was opened."""

    PURPOSE = ""
    use_required_attribute = False  # our own words say what is missing, beside the field

    telex = forms.CharField(
        label=gettext_lazy("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    opened = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, now: dt.datetime, initial: dict[str, Any] | None = None) -> None:
        opened = {"opened": stamp(self.PURPOSE, now)}
        super().__init__(data, label_suffix="", initial={**(initial or {}), **opened})
        self.now = now

    def clean_telex(self) -> str:
        if self.cleaned_data["telex"]:
            raise ValidationError(_("This field is there to catch programs. Empty it, then send again."))
        return ""

    def clean(self) -> dict[str, Any]:
        opened = opened_at(self.PURPOSE, self.data.get("opened", ""))
        if opened is None:
            self.add_error(None, _("This form was not opened here. Look through it, then send it again."))
        elif self.now - opened < SHORTEST:
            self.add_error(None, _("That was faster than a person writes. Wait a moment, then send again."))
        elif self.now - opened > LONGEST:
            self.add_error(
                None, _("This page was open for more than a day. Look through it, then send it again.")
            )
        return self.cleaned_data

    def renewed(self) -> "GuardedForm":
        """Stamp a refused form anew, where its stamp will not do; what was typed stays."""
        opened = opened_at(self.PURPOSE, self.data.get("opened", ""))
        if opened is None or self.now - opened > LONGEST:
            self.data = {**dict(self.data.items()), "opened": stamp(self.PURPOSE, self.now)}
        return self
