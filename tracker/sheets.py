"""What the sheets that we write and those that we read have in common."""

import re

from django.utils.translation import gettext_lazy as _

LANGUAGES = {"ru": _("in Russian"), "en": _("in English"), "de": _("in German")}
LONGEST_TEXT = 32_767
"""Letters that a cell of a workbook has room for."""
LIST_SEPARATOR = " | "
"""Parts the values of a list in one cell. A reader takes it without the blanks as well."""

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
"""What a spreadsheet may run; apostrophes before it count, so that `undone` knows ours."""


def defused(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def undone(text: str) -> str:
    """Take away the apostrophe of `defused`."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
