"""How long a migration may wait: everybody who comes after it waits in the queue behind it.

On PostgreSQL an ALTER TABLE waits until the last transaction that has read the table ends, and whoever wants
the table meanwhile waits for the ALTER TABLE. So a migration that does not get its lock soon gives up, is
undone as a whole, and is run again by whoever ran it.
"""

from typing import Any

from django.db import connections

LOCK_TIMEOUT = "3s"


def wait_briefly(using: str, **said: Any) -> None:
    """Before migrations."""
    _set(using, f"SET lock_timeout = '{LOCK_TIMEOUT}'")


def wait_as_ever(using: str, **said: Any) -> None:
    """After them: the connection may be used on."""
    _set(using, "RESET lock_timeout")


def _set(using: str, statement: str) -> None:
    connection = connections[using]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(statement)
