"""Queries on the rows of one page, put into SQL once: to put one together takes longer than to answer it."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import get_language

Make = Callable[[Sequence[int]], "QuerySet[Any, Any]"]

PAGE_SIZE = 50
_FIRST_MARK = -1_000_000
"""Stands in for the first key; no row has it."""


class _Sql(NamedTuple):
    text: str
    params: tuple[Any, ...]
    converters: dict[int, tuple[list[Callable[..., Any]], Any]]


def plain(rows: "QuerySet[Any, Any]") -> "QuerySet[Any, Any]":
    """Give the same rows without the rewriting of translated columns, which shuffles `values_list`."""
    return QuerySet(model=rows.model, query=rows.query.chain())


def rows_of(make: Make, keys: Sequence[int]) -> list[tuple[Any, ...]]:
    """Give what `make(keys)` gives, a `values_list` for up to `PAGE_SIZE` keys.

    `make` may depend on the active language and on nothing else.
    """
    if not keys:
        return []
    sql = _sql(make, get_language() or "", connection.vendor)
    given = [*keys, *[keys[-1]] * (PAGE_SIZE - len(keys))]
    with connection.cursor() as cursor:
        cursor.execute(sql.text, [_filled(param, given) for param in sql.params])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return [_converted(row, sql) for row in rows]


def slice_of(name: str, make: Callable[[], "QuerySet[Any, Any]"], first: int) -> list[tuple[Any, ...]]:
    """Give `PAGE_SIZE` rows of what `make()` gives, from `first` on; one `name` is always the same rows."""
    key = (name, get_language() or "", connection.vendor)
    sql = _slices.get(key)
    if sql is None:
        sql = _slices[key] = _compiled(make()[:PAGE_SIZE])
    with connection.cursor() as cursor:
        cursor.execute(f"{sql.text} OFFSET {first:d}", sql.params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return [_converted(row, sql) for row in rows]


_slices: dict[tuple[str, str, str], _Sql] = {}


@lru_cache(maxsize=64)
def _sql(make: Make, language: str, vendor: str) -> _Sql:
    """Put a query together for a whole page of marks in place of keys."""
    return _compiled(make([_FIRST_MARK - place for place in range(PAGE_SIZE)]))


def _compiled(queryset: "QuerySet[Any, Any]") -> _Sql:
    compiler = queryset.query.get_compiler(connection=connection)
    text, params = compiler.as_sql()
    converters = compiler.get_converters([column for column, _sql, _alias in compiler.select])
    return _Sql(text, tuple(params), converters)


def _filled(param: Any, keys: Sequence[int]) -> Any:
    is_mark = isinstance(param, int) and _FIRST_MARK - PAGE_SIZE < param <= _FIRST_MARK
    return keys[_FIRST_MARK - param] if is_mark else param


def _converted(row: tuple[Any, ...], sql: _Sql) -> tuple[Any, ...]:
    if not sql.converters:
        return row
    values = list(row)
    for place, (converters, expression) in sql.converters.items():
        for convert in converters:
            values[place] = convert(values[place], expression, connection)
    return tuple(values)
