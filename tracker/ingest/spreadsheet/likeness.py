"""Which titles and quotes are close to one another, among tens of thousands.

Comparing each with each would take minutes. So only those are compared that share one of the rarest
beginnings of words; two texts that are close share most of their words, hence one of these.
"""

import re
from collections import defaultdict
from typing import Generic, TypeVar

from rapidfuzz import fuzz, process

CLOSE = 85
"""Per cent of letters alike, the words in alphabetical order."""
SHORTEST = 8
"""Shorter texts are only alike if they are equal."""
BEGINNING = 5
"""Letters of a word that outlast most endings of Russian and German."""

_WORD = re.compile(r"\w+")
_Label = TypeVar("_Label")
_Key = tuple[tuple[str, ...], str]
"""The figures of a text, and the beginning of one of its words: other figures are another undertaking."""


class Likeness(Generic[_Label]):
    """Texts, each with a label by which it is named when it is found."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._labels: list[_Label] = []
        self._equal: dict[str, int] = {}
        self._sharing: defaultdict[_Key, list[int]] = defaultdict(list)

    def add(self, text: str, label: _Label) -> None:
        words = _words(text)
        number, plain = len(self._texts), " ".join(words)
        self._texts.append(plain)
        self._labels.append(label)
        self._equal.setdefault(plain, number)
        for key in _keys(words):
            self._sharing[key].append(number)

    def closest(self, text: str) -> _Label | None:
        """Give the label of the closest text, if one is close."""
        words = _words(text)
        plain = " ".join(words)
        if plain and plain in self._equal:
            return self._labels[self._equal[plain]]
        if len(plain) < SHORTEST:
            return None
        numbers = self._candidates(words)
        texts = [self._texts[number] for number in numbers]
        found = process.extractOne(plain, texts, scorer=fuzz.ratio, score_cutoff=CLOSE)
        return self._labels[numbers[found[2]]] if found else None

    def _candidates(self, words: list[str]) -> list[int]:
        sharing = sorted((self._sharing.get(key, []) for key in _keys(words)), key=len)
        return sorted({number for found in sharing[: len(sharing) // 3 + 1] for number in found})


def _words(text: str) -> list[str]:
    return sorted(_WORD.findall(text.lower().replace("ё", "е").replace("ß", "ss")))


def _keys(words: list[str]) -> set[_Key]:
    figures = tuple(word for word in words if word.isdigit())
    return {(figures, word[:BEGINNING]) for word in words}
