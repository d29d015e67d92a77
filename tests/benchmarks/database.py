"""A database for one benchmark alone."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def own_database() -> Iterator[dict[str, str]]:
    """Make an empty database (on PostgreSQL `test_` and the name given), and drop it at the end.

    Gives what another process needs in its environment to use it, too.
    """
    from django.db import connection

    is_postgres = connection.vendor == "postgresql"
    with tempfile.TemporaryDirectory() as folder:
        connection.settings_dict["TEST"]["NAME"] = None if is_postgres else f"{folder}/tracker.sqlite3"
        name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
        environment = {"TRACKER_DATA": folder}
        if is_postgres:
            environment["DATABASE_URL"] = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}"
        try:
            yield environment
        finally:
            connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
