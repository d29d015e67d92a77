"""A stamp on everything the public reads: it changes with each write, in the write's own transaction.

Triggers of the database give it, so that no writer can forget to: a form, a bulk insert and a line of SQL are
seen alike. What was made under a stamp is right for as long as the stamp stands.

On PostgreSQL each writing transaction adds a row of its own, for if all wrote into one, they would wait for
each other, and two that hold what the other wants would be stuck. The stamp is the set of rows that can be
seen: a transaction that ends late changes it, too. On SQLite one writes at a time, into one row.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

from django.db import connection, connections
from django.db.models import Model

from tracker.models import (
    Correction,
    Deadline,
    Figure,
    Initiative,
    Milestone,
    Party,
    Place,
    PublicWrite,
    Quote,
    Responsibility,
    Source,
    StatusUpdate,
)

WATCHED: tuple[type[Model], ...] = (
    Deadline,
    Figure,
    Initiative,
    Initiative.places.through,
    Milestone,
    Party,
    Place,
    Correction,
    Quote,
    Responsibility,
    Source,
    StatusUpdate,
)
"""What the public pages read. Drafts are written to the same tables: they cost a stamp, and show nothing."""

KEPT_ROWS = 50
TRIGGER = "stamps_what_the_public_reads"
_LOG = PublicWrite._meta.db_table

_POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {TRIGGER}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO {_LOG} (transaction, token) VALUES (txid_current(), gen_random_uuid())
    ON CONFLICT (transaction) DO UPDATE SET token = excluded.token;
  DELETE FROM {_LOG} WHERE id IN (
    SELECT id FROM {_LOG}
    WHERE id < (SELECT max(id) FROM {_LOG}) - {KEPT_ROWS} AND transaction <> txid_current()
    FOR UPDATE SKIP LOCKED
  );
  RETURN NULL;
END $$
"""  # noqa: S608  # names of our own
_POSTGRESQL_TRIGGER = """
CREATE TRIGGER {trigger} AFTER INSERT OR UPDATE OR DELETE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION {trigger}()
"""
_SQLITE_TRIGGER = f"""
CREATE TRIGGER IF NOT EXISTS {{table}}_{{event}}_{TRIGGER} AFTER {{event}} ON {{table}} BEGIN
  INSERT INTO {_LOG} (id, "transaction", token) VALUES (1, 0, lower(hex(randomblob(16))))
    ON CONFLICT (id) DO UPDATE SET token = excluded.token;
END
"""  # noqa: S608  # names of our own

_Made = TypeVar("_Made")


def unwatch(using: str, plan: Sequence[tuple[Any, bool]] = (), **said: Any) -> None:
    """Take the triggers away before a migration backwards, which may take the table of stamps away.

    `plan` is that of Django's signal: each migration, and whether it goes backwards.
    """
    if not any(is_backwards for _migration, is_backwards in plan):
        return
    with connections[using].cursor() as cursor:
        if connections[using].vendor == "postgresql":
            cursor.execute(f"DROP FUNCTION IF EXISTS {TRIGGER}() CASCADE")
            return
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [f"%{TRIGGER}"]
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")


def watch(using: str, **said: Any) -> None:
    """Put the triggers where they are missing. To be called after every migration.

    A migration that rebuilds a table on SQLite loses its triggers, so they are not made by one. Where the
    table of stamps is not there yet, or no longer, nothing is watched.
    """
    database = connections[using]
    with database.cursor() as cursor:
        tables = {*database.introspection.table_names(cursor)}
        if _LOG not in tables:
            return
        watched = [model._meta.db_table for model in WATCHED if model._meta.db_table in tables]
        if database.vendor == "postgresql":
            _watch_postgresql(cursor, watched)
        else:
            for table in watched:
                for event in ("insert", "update", "delete"):
                    cursor.execute(_SQLITE_TRIGGER.format(table=table, event=event))


def _watch_postgresql(cursor: Any, tables: list[str]) -> None:
    cursor.execute(
        "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = %s AND NOT tgisinternal", [TRIGGER]
    )
    missing = {*tables} - {table for (table,) in cursor.fetchall()}
    cursor.execute(_POSTGRESQL_FUNCTION)
    for table in sorted(missing):
        cursor.execute(_POSTGRESQL_TRIGGER.format(trigger=TRIGGER, table=table))


def current() -> str:
    """Give the stamp of what can be seen now; one query."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT token FROM {_LOG} ORDER BY id")  # noqa: S608  # a name of our own
        tokens = "".join(token for (token,) in cursor.fetchall())
    return hashlib.blake2b(tokens.encode(), digest_size=12).hexdigest()


class Kept(Generic[_Made]):
    """Keeps in this process what was made under the newest stamp, `size` things of it; the oldest goes first.

    Two threads that want the same thing at the same time make it once.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._stamp = ""
        self._made: OrderedDict[Hashable, _Made] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, stamp: str, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """Give what was kept, else what `make` makes. It is not kept if another stamp came meanwhile."""
        found = self._find(stamp, key)
        if found is not None:
            return found
        with self._lock:
            making = self._making.setdefault((stamp, key), threading.Lock())
        try:
            with making:
                found = self._find(stamp, key)
                return found if found is not None else self._keep(stamp, key, make())
        finally:
            with self._lock:
                self._making.pop((stamp, key), None)

    def clear(self) -> None:
        with self._lock:
            self._made.clear()

    def _find(self, stamp: str, key: Hashable) -> _Made | None:
        with self._lock:
            if stamp != self._stamp:
                self._made.clear()
                self._stamp = stamp
            found = self._made.get(key)
            if found is not None:
                self._made.move_to_end(key)
            return found

    def _keep(self, stamp: str, key: Hashable, made: _Made) -> _Made:
        with self._lock:
            if stamp == self._stamp:
                self._made[key] = made
                while len(self._made) > self._size:
                    self._made.popitem(last=False)
        return made
