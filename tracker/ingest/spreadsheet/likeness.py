"""Which titles and quotes are close to one another, among tens of thousands.

Comparing each with each would take minutes. So only those are compared that share one of the rarest
beginnings of words; two texts that are close share most of their words, hence one of these.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
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
_Figures = tuple[str, ...]


class Likeness(Generic[_Label]):
    """Texts, each with a label by which it is named when it is found."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._labels: list[_Label] = []
        self._equal: defaultdict[str, list[int]] = defaultdict(list)
        self._sharing: defaultdict[_Figures, defaultdict[str, list[int]]] = defaultdict(
            lambda: defaultdict(list)
        )

    def add(self, text: str, label: _Label) -> None:
        words = _words(text)
        number, plain = len(self._texts), " ".join(words)
        self._texts.append(plain)
        self._labels.append(label)
        self._equal[plain].append(number)
        figures, beginnings = _keys(words)
        for beginning in beginnings:
            self._sharing[figures][beginning].append(number)

    def close(self, text: str) -> Iterator[tuple[_Label, float]]:
        """Give the label of each text that is close, and how many per cent are alike; in no order."""
        words = _words(text)
        plain = " ".join(words)
        if len(plain) < SHORTEST:
            for number in self._equal.get(plain, []) if plain else []:
                yield self._labels[number], 100
            return
        numbers = self._candidates(words)
        texts = [self._texts[number] for number in numbers]
        found = process.extract_iter(plain, texts, scorer=fuzz.ratio, score_cutoff=CLOSE)
        for _text, alike, place in found:
            yield self._labels[numbers[place]], alike

    def _candidates(self, words: list[str]) -> list[int]:
        figures, beginnings = _keys(words)
        sharing = self._sharing.get(figures)
        if sharing is None:
            return []
        rarest = sorted((sharing.get(beginning, ()) for beginning in beginnings), key=len)
        return sorted({number for found in rarest[: len(rarest) // 3 + 1] for number in found})


def _words(text: str) -> list[str]:
    return sorted(_WORD.findall(text.lower().replace("ё", "е").replace("ß", "ss")))


def _keys(words: list[str]) -> tuple[_Figures, set[str]]:
    """Give the figures of a text, for other figures are another undertaking, and how its words begin."""
    return tuple(filter(str.isdigit, words)), {word[:BEGINNING] for word in words}
