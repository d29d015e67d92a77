"""Every sentence of ours is told in Russian and German, with the same blanks to fill."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import django
import polib
import pytest
from django.conf import settings

LOCALE: Path = settings.BASE_DIR / "tracker" / "locale"
LANGUAGES = ["ru", "de"]
GETTEXT = {
    "_",
    "gettext",
    "gettext_lazy",
    "gettext_noop",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "pgettext_lazy",
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z](?![a-z])|\{\w*\}")

pytestmark = pytest.mark.parametrize("language", LANGUAGES)


def _file(language: str, kind: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"django.{kind}"


def _entries(language: str) -> list[polib.POEntry]:
    """Every sentence in use; a commented-out one is none."""
    assert _file(language, "po").exists(), f"{_file(language, 'po')} is missing: write it."
    return [entry for entry in polib.pofile(str(_file(language, "po"))) if not entry.obsolete]


def _told(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_there_is_something_to_tell(language: str) -> None:
    assert len(_entries(language)) > 100


def _said_in_the_code() -> Iterator[str]:
    """Every sentence that the code hands to gettext, wherever it stands."""
    for file in (settings.BASE_DIR / "tracker").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in GETTEXT:
                sentence = node.args[1 if node.func.id.startswith("p") else 0]
                if isinstance(sentence, ast.Constant):
                    yield str(sentence.value)


def test_no_sentence_of_the_code_is_missing(language: str) -> None:
    """The extraction is blind to what stands inside an f-string."""
    known = {entry.msgid for entry in _entries(language)}

    assert {*_said_in_the_code()} - known == set()


def test_every_sentence_is_translated(language: str) -> None:
    assert [entry.msgid for entry in _entries(language) if not all(_told(entry))] == []


def test_no_translation_is_a_guess(language: str) -> None:
    assert [entry.msgid for entry in _entries(language) if entry.fuzzy] == []


def test_every_number_has_its_form(language: str) -> None:
    rule = polib.pofile(str(_file(language, "po"))).metadata["Plural-Forms"]
    forms = set(range(int(rule.removeprefix("nplurals=")[0])))

    counted = [entry for entry in _entries(language) if entry.msgid_plural]
    assert [entry.msgid for entry in counted if set(entry.msgstr_plural) != forms] == []
    assert len(forms) >= {"ru": 3, "de": 2}[language]


def test_a_translation_has_the_blanks_of_its_sentence(language: str) -> None:
    wrong = []
    for entry in _entries(language):
        blanks = {*PLACEHOLDER.findall(entry.msgid), *PLACEHOLDER.findall(entry.msgid_plural or "")}
        wrong += [told for told in filter(None, _told(entry)) if {*PLACEHOLDER.findall(told)} != blanks]

    assert wrong == []


def test_both_languages_tell_the_same_sentences(language: str) -> None:
    [other] = {*LANGUAGES} - {language}

    assert {entry.msgid_with_context for entry in _entries(language)} == {
        entry.msgid_with_context for entry in _entries(other)
    }


def test_what_is_compiled_is_what_was_written(language: str) -> None:
    assert _file(language, "mo").exists(), f"{_file(language, 'mo')} is missing: compile it."
    compiled = polib.mofile(str(_file(language, "mo")))

    assert {entry.msgid_with_context: _told(entry) for entry in compiled} == {
        entry.msgid_with_context: _told(entry)
        for entry in _entries(language)
        if all(_told(entry)) and not entry.fuzzy
    }


def test_what_django_says_to_staff_is_not_said_in_another_language(language: str) -> None:
    """Django falls back to our first language where its own catalogue has no translation."""
    missing = []
    for folder in ("conf", "contrib/admin", "contrib/auth"):
        for domain in ("django", "djangojs"):
            said = Path(django.__path__[0]) / folder / "locale" / "{}" / "LC_MESSAGES" / f"{domain}.po"
            if (english := Path(str(said).format("en"))).exists():
                catalogues = [Path(str(said).format(language)), _file(language, "po").with_stem(domain)]
                told = {
                    entry.msgid
                    for catalogue in catalogues
                    if catalogue.exists()
                    for entry in polib.pofile(str(catalogue))
                    if entry.translated()
                }
                missing += [entry.msgid for entry in polib.pofile(str(english)) if entry.msgid not in told]

    assert missing == []
