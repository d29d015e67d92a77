"""Full text in three languages, the same on both databases.

Words are reduced to stems in Python, so that "центров" finds "центр" and "Parks" finds "Park" without a
dictionary in the database. An initiative's stems stand in one column, each with a blank before it.
"""

import re
import sqlite3
import threading
from functools import lru_cache
from typing import Any

import snowballstemmer
from django.db.models import Lookup, Q, QuerySet, TextField
from django.db.models.signals import post_delete, post_save

from tracker.models import Initiative, Party, Quote, Responsibility, Source

MAX_QUERY_LENGTH = 300

_WORD = re.compile(r"\w+")
_CYRILLIC = re.compile(r"[а-я]")
_STEMMERS = {language: snowballstemmer.stemmer(language) for language in ("russian", "english", "german")}
_ONE_AT_A_TIME = threading.Lock()  # a stemmer keeps the word that it is at in itself


@lru_cache(maxsize=20_000)  # a word takes 50 µs, and a register says the same words again and again
def stems(word: str) -> tuple[str, ...]:
    """Give the stems under which one word is found: a Cyrillic word has one, a Latin one at most two."""
    word = word.lower().replace("ß", "ss")
    languages = ("russian",) if _CYRILLIC.search(word) else ("english", "german")
    with _ONE_AT_A_TIME:
        return tuple(sorted({_STEMMERS[language].stemWord(word) for language in languages}))


def matching(query: str) -> Q:
    """Return the condition that every word of `query`, or a word that begins so, stands in an initiative.

    A query without any letter or digit matches everything.
    """
    found = Q()
    for word in _WORD.findall(query):
        found &= Q.create([("search_stems__has_stem", f" {stem}") for stem in stems(word)], Q.OR)
    return found


@TextField.register_lookup
class HasStem(Lookup):
    """Answers whether a stem, given with the blank before it, or one that begins so, stands in the column.

    As LIKE would, but stems are in lower case: SQLite then need not ask Python row by row.
    """

    lookup_name = "has_stem"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        stem, more = self.process_rhs(compiler, connection)
        function = "instr" if connection.vendor == "sqlite" else "strpos"
        return f"{function}({column}, {stem}) > 0", (*params, *more)


def index(initiatives: "QuerySet[Initiative]") -> None:
    """Write the stems of these initiatives anew. Needed by hand only after writes that send no signals.

    They are written by their keys, so that two who index the same ones never wait for each other in a circle.
    """
    for initiative in initiatives.order_by("pk").prefetch_related(
        "quotes__source", "responsibilities__party"
    ):
        texts = [
            getattr(initiative, f"{field}_{code}") or ""
            for field in ("title", "summary")
            for code in ("ru", "en", "de")
        ]
        texts += [quote.exact for quote in initiative.quotes.all() if _may_be_found(quote.source, initiative)]
        parties = [responsibility.party for responsibility in initiative.responsibilities.all()]
        for party in parties:
            if _may_be_found(party, initiative):
                texts += [getattr(party, f"name_{code}") or "" for code in ("ru", "en", "de")]
        words = {stem for text in texts for word in _WORD.findall(text) for stem in stems(word)}
        Initiative.objects.filter(pk=initiative.pk).update(
            search_stems="".join(f" {word}" for word in sorted(words))
        )


def _may_be_found(row: Party | Source, initiative: Initiative) -> bool:
    """Keep what the public may not see from being found by the public; a draft is found by staff alone."""
    return row.is_published or not initiative.is_published


def keep_current() -> None:
    """Index an initiative whenever it, a quote or source of it, or a party of it is saved. Called once."""
    post_save.connect(_index_initiative, sender=Initiative, dispatch_uid="tracker.search.initiative")
    for model in (Quote, Responsibility):
        for signal in (post_save, post_delete):
            signal.connect(_index_owner, sender=model, dispatch_uid=f"tracker.search.{model.__name__}")
    post_save.connect(_index_named, sender=Party, dispatch_uid="tracker.search.party")
    post_save.connect(_index_quoted, sender=Source, dispatch_uid="tracker.search.source")


def _index_initiative(instance: Initiative, **kwargs: Any) -> None:
    index(Initiative.objects.filter(pk=instance.pk))


def _index_owner(instance: Quote | Responsibility, **kwargs: Any) -> None:
    if instance.initiative_id is not None:
        index(Initiative.objects.filter(pk=instance.initiative_id))


def _index_named(instance: Party, **kwargs: Any) -> None:
    index(Initiative.objects.filter(parties=instance))


def _index_quoted(instance: Source, **kwargs: Any) -> None:
    index(Initiative.objects.filter(quotes__source=instance).distinct())


def read_cyrillic(connection: Any, **kwargs: Any) -> None:
    """Teach SQLite that upper and lower case are one in every alphabet; its own LIKE knows only ASCII.

    The admin's search asks for `LIKE '%…%' ESCAPE '\\'`, which SQLite answers by its function like/3.
    """
    if connection.vendor == "sqlite":
        raw: sqlite3.Connection = connection.connection
        raw.create_function("like", 3, _like, deterministic=True)


def _like(pattern: str | None, text: str | None, escape: str) -> bool | None:
    if pattern is None or text is None:
        return None
    return _like_expression(pattern, escape).fullmatch(str(text)) is not None


def _like_expression(pattern: str, escape: str) -> re.Pattern[str]:
    parts, characters = [], iter(pattern)
    for character in characters:
        if character == escape:
            parts.append(re.escape(next(characters, escape)))
        else:
            parts.append({"%": ".*", "_": "."}.get(character, re.escape(character)))
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)
