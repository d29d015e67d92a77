"""How long do the pages of staff take, and how many queries, in a register of 100,000 initiatives?

    python -m tests.benchmarks.staff [NUMBER]                                         # on SQLite
    DATABASE_URL=postgres://postgres@127.0.0.1:5432/bench python -m tests.benchmarks.staff

It makes a database of its own (on PostgreSQL `test_` and the name given) and drops it at the end. Every page
that the matrix of roles names is opened in this process by an administrator, and a few more of the list:
searched, narrowed, turned. Printed are the best of three in milliseconds, the slowest first, and the queries.
The bar is 15 queries a page.
"""

import os
import sys
import time
from typing import Any

import django

from tests.benchmarks.database import own_database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
ROUNDS = 3
SHOWN = 25
MORE = {
    "home": "",
    "list, searched": "tracker/initiative/?q=мост",
    "list, silent": "tracker/initiative/?health=silent",
    "list, overdue in one sector": "tracker/initiative/?health=overdue&sector__exact=trade",
    "list, of a party": "tracker/initiative/?with_party=1",
    "list, by status, page 100": "tracker/initiative/?o=3&p=100",
    "list, one year": "tracker/initiative/?announced_on__year=2025",
    "list, with counts": "tracker/initiative/?_facets=True",
    "quotes, searched": "tracker/quote/?q=откроется",
    "parties, typed": "autocomplete/?app_label=tracker&model_name=responsibility&field_name=party&term=мин",
    "initiatives, typed": "autocomplete/?app_label=tracker&model_name=quote&field_name=initiative&term=мост",
}


def measured(client: Any, address: str) -> tuple[float, int]:
    """Open a page; return milliseconds and queries."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
            if answer.streaming:
                next(iter(answer))
        times.append(1_000 * (time.perf_counter() - began))
    return min(times), len(queries)


def main(number: int) -> None:
    from django.db import connection
    from django.test import Client
    from django.utils import timezone

    from tests import factories as make
    from tests.admin import matrix
    from tests.benchmarks import list_rows
    from tracker.roles import Role

    with own_database():
        list_rows.fill(number, today=timezone.localdate())
        party = make.make_party()
        pages = matrix.addresses(matrix.rows(party))
        pages |= {name: f"/admin/{path}" for name, path in MORE.items()}
        client = Client()
        client.force_login(matrix.person(Role.ADMINISTRATOR, party))
        found = {name: measured(client, address) for name, address in pages.items()}
    print(f"{connection.vendor}, {number} initiatives; {len(found)} pages")
    for name, (passed, queries) in sorted(found.items(), key=lambda item: -item[1][0])[:SHOWN]:
        print(f"  {name:<40}{passed:9.0f} ms{queries:5} queries")
    over = sorted(name for name, (_passed, queries) in found.items() if queries > 15)
    print(f"  more than 15 queries: {', '.join(over) or 'none'}")


if __name__ == "__main__":
    django.setup()
    from django.conf import settings
    from django.test.utils import override_settings, setup_test_environment

    setup_test_environment()
    unhashed = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": unhashed}):  # none is collected
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
