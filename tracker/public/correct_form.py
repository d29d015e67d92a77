"""What is asked of a reader who corrects an entry."""

import datetime as dt
import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tracker.public.answer_forms import PageField
from tracker.public.guarded_form import GuardedForm

MAX_WORDS = 2000
MAX_QUOTE = 1000
MAX_LINKS = 3
"""In the texts; the link has its own field."""

LINK = re.compile(r"https?://|www\.", re.IGNORECASE)


def purpose(slug: str) -> str:
    """Name what a stamp of this form is for: a correction of this entry and of no other."""
    return f"correct:{slug}"


def _text(most: int, **values: Any) -> forms.CharField:
    """A field for some sentences. A longer text is refused by us: the browser would cut it without a word."""
    field = forms.CharField(max_length=most, widget=forms.Textarea(attrs={"rows": 4}), **values)
    field.widget.attrs.pop("maxlength")
    field.error_messages["max_length"] = gettext_lazy(
        "This has %(show_value)d characters. Shorten it to %(limit_value)d."
    )
    return field


class CorrectForm(GuardedForm):
    """A correction, or a new source. It needs a link or a quote, and no name."""

    field_order = ("words", "url", "quote", "name", "address")

    words = _text(
        MAX_WORDS,
        label=gettext_lazy("What is wrong, or what is new?"),
        help_text=gettext_lazy("A few sentences, in Russian, English or German."),
        error_messages={"required": gettext_lazy("Say what is wrong, or what is new.")},
    )
    url = PageField(
        label=gettext_lazy("A link that shows it"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=gettext_lazy("An article, a document, a register. A link or a quote is needed."),
    )
    quote = _text(
        MAX_QUOTE,
        label=gettext_lazy("Or the words that show it"),
        required=False,
        help_text=gettext_lazy("Exactly as they stand, with where and when they were published."),
    )
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=gettext_lazy("May be left empty. Never becomes public."),
    )
    address = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=gettext_lazy(
            "May be left empty. Only for asking back, if something is unclear. Never becomes public."
        ),
        error_messages={
            "invalid": gettext_lazy(
                "This is no e-mail address. Write it as name@example.org, or leave it empty."
            )
        },
    )

    def __init__(self, data: Any = None, *, slug: str, now: dt.datetime) -> None:
        self.PURPOSE = purpose(slug)
        super().__init__(data, now=now)

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            parts = urlsplit(url)
            has_a_login = "@" in parts.netloc
        except ValueError:
            has_a_login = True
        if has_a_login:
            raise ValidationError(_("This address holds a name or a password. Give it without them."))
        return url

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        self._refuse_many_links(said)
        if not any(said.get(name) or name in self.errors for name in ("url", "quote")):
            self.add_error(
                "url", _("Nothing shows it yet. Add a link, or the words of a source: one is enough.")
            )
        return said

    def _refuse_many_links(self, said: dict[str, Any]) -> None:
        for name in ("words", "quote"):
            if len(LINK.findall(said.get(name, ""))) > MAX_LINKS:
                text = ngettext(
                    "This holds more than %(most)d link. Keep the one that matters.",
                    "This holds more than %(most)d links. Keep those that matter.",
                    MAX_LINKS,
                )
                self.add_error(name, text % {"most": MAX_LINKS})
