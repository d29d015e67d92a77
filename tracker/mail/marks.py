"""The moves that every mail makes, in SQL: Django takes longer to write them than a database to do them.

Each asks in itself whether the mail is still where we left it, so no race is lost.
"""

import datetime as dt
import re
import select
from collections.abc import Callable
from functools import cache
from typing import Any

import psycopg
from django.db import connection
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn

from tracker.models import Mail

WORDS = ("address", "language", "subject", "text", "html")
TABLE = Mail._meta.db_table
NAMED = re.compile(r"%\((\w+)\)s")
STILL_TAKEN = (
    "(state = 'sending' AND lease_until = %(last_until)s "
    "OR state = 'in_doubt' OR state = 'queued' AND in_doubt_at IS NOT NULL)"
)
"""The server's answer outweighs that somebody has called the mail in doubt meanwhile."""
SENT = (
    f"UPDATE {TABLE} SET state = 'sent', sent_at = %(at)s, reason = '', server_reply = %(reply)s, "  # noqa: S608
    f"lease_until = NULL WHERE id = %(last)s AND {STILL_TAKEN}"
)
SENT_AND_BEGUN = (
    f"UPDATE {TABLE} SET "  # noqa: S608  # fixed names
    "state = CASE id WHEN %(this)s THEN 'sending' ELSE 'sent' END, "
    "sent_at = CASE id WHEN %(this)s THEN sent_at ELSE %(at)s END, "
    "reason = CASE id WHEN %(this)s THEN reason ELSE '' END, "
    "server_reply = CASE id WHEN %(this)s THEN server_reply ELSE %(reply)s END, "
    # The last branch is none's; without it PostgreSQL would take the moment for a text.
    "lease_until = CASE id WHEN %(this)s THEN %(until)s WHEN %(last)s THEN NULL ELSE lease_until END, "
    + ", ".join(f"{name} = CASE id WHEN %(this)s THEN %({name})s ELSE {name} END" for name in WORDS)
    # Both are found by their keys; "id = this AND ... OR id = last AND ..." would be planned for longer.
    + " WHERE id IN (%(this)s, %(last)s) AND CASE id WHEN %(this)s "
    "THEN state = 'leased' AND lease_until = %(leased_until)s "
    f"ELSE {STILL_TAKEN} END RETURNING id"
)


def sent(mail: Mail, words: str, *, at: dt.datetime) -> None:
    """Mark what the server took, with its words."""
    with connection.cursor() as cursor:
        cursor.execute(SENT, _of_last((mail, words), at))


def sent_and_begun(
    last: tuple[Mail, str] | None,
    mail: Mail,
    *,
    leased_until: dt.datetime,
    until: dt.datetime,
    at: dt.datetime,
) -> Callable[[], bool]:
    """Mark the last mail `sent`, if there is one, and this one `sending`, with the words that go.

    It is one statement, and so one commit. What is returned waits for that commit, and answers whether this
    one was still ours; call it before the database is asked anything else. A second call answers the same.
    """
    mail.lease_until = until
    values = {name: getattr(mail, name) for name in WORDS} | _of_last(last, at)
    values |= {"this": mail.pk, "until": _moment(until), "leased_until": _moment(leased_until)}
    ids = _asked(SENT_AND_BEGUN, values)
    return lambda: mail.pk in ids()


def _asked(statement: str, values: dict[str, Any]) -> Callable[[], list[int]]:
    """Ask for a statement, and return what waits for the ids that it returns.

    PostgreSQL is left to work on it: a mail server that is told of the next mail meanwhile costs no time.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            driver: PGconn = connection.connection.pgconn
            numbered, names = _numbered(statement)
            with connection.wrap_database_errors:
                driver.send_query_params(numbered, [_sent_as(values[name]) for name in names])
                driver.flush()
            return cache(lambda: _ids(driver))
        cursor.execute(statement, values)
        ids = [pk for (pk,) in cursor.fetchall()]
        return lambda: ids


@cache
def _numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """Write $1, $2 and so on for the named values, and give their names in that order.

    So the words of a mail reach the server beside the statement, and neither side has to quote or read them.
    """
    names = tuple(dict.fromkeys(NAMED.findall(statement)))
    return NAMED.sub(lambda named: f"${names.index(named[1]) + 1}", statement).encode(), names


def _sent_as(value: Any) -> bytes | None:
    return None if value is None else str(value).encode()


def _ids(driver: PGconn) -> list[int]:
    with connection.wrap_database_errors:
        while driver.is_busy():
            select.select([driver.socket], [], [])
            driver.consume_input()
        results = list(iter(driver.get_result, None))
        if not results:
            raise psycopg.OperationalError(driver.get_error_message())
        if results[-1].status != ExecStatus.TUPLES_OK:
            raise psycopg.errors.error_from_result(results[-1])
        return [int(results[-1].get_value(row, 0) or 0) for row in range(results[-1].ntuples)]


def _of_last(last: tuple[Mail, str] | None, at: dt.datetime) -> dict[str, Any]:
    if last is None:
        return {"last": None, "last_until": None, "reply": "", "at": _moment(at)}
    mail, words = last
    return {"last": mail.pk, "last_until": _moment(mail.lease_until), "reply": words, "at": _moment(at)}


def _moment(moment: dt.datetime | None) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)
