"""How many lists of 50 rows a second does the site serve out of 100,000 initiatives, against an empty page?

    python -m tests.benchmarks.list [NUMBER]                                          # on SQLite
    DATABASE_URL=postgres://postgres@127.0.0.1:5432/bench python -m tests.benchmarks.list

It needs `wrk`. It makes a database of its own (on PostgreSQL `test_` and the name given) and drops it at
the end. The server is that of `manage.py up`; the empty page passes the same middleware. Both are asked in
turns, each request on a connection of its own, and what is printed is the median of the turns. Cold: no
answer is kept, so each list is read from the database and put together. What is kept as always: the numbers
around the list, and names, until the next write; and the lines written last, by all that they show. Of “any
page” hardly a line was written before. Warm: answers are kept. The bars: cold 1/12 of the empty page, warm
1/2. Printed besides: filtered lists, tables, the first list after a write, and how much goes over the wire.
"""

import contextlib
import gzip
import http.client
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

import django

from tests.benchmarks.database import own_database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
BAR_COLD, BAR_WARM = 1 / 12, 1 / 2
ROUNDS, SECONDS, CONNECTIONS = 3, 4, 16
ANY_PAGE = 'request = function() return wrk.format("GET", "/en/?page=" .. math.random(1, {last})) end'


@contextlib.contextmanager
def site(port: int, environment: dict[str, str], *, keeps: bool) -> Iterator[None]:
    from config.embedded import web_command

    command = [str(part) for part in web_command("127.0.0.1", port)]
    command[command.index("config.wsgi:application")] = "tests.benchmarks.list_site:application"
    said = environment | {"BENCHMARK_KEEPS_PAGES": "yes" if keeps else "no"}
    with subprocess.Popen(command, env=os.environ | said) as process:
        for _ in range(300):
            with contextlib.suppress(OSError):
                get(port, "/empty/")
                break
            time.sleep(0.1)
        try:
            yield
        finally:
            process.terminate()


def get(port: int, path: str, **headers: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    assert answer.status == 200, (path, answer.status)
    content = answer.read()
    connection.close()
    return content


def rate(port: int, path: str, *more: str, seconds: int = SECONDS) -> float:
    """Ask over and over; give the answers in a second. Anything but 200 and 304 ends it."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}", "--timeout", "30s"]
    command += ["-H", "Connection: close", *more]  # kept ones fall to one of the two workers by chance
    told = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True
    )
    assert "Non-2xx" not in told.stdout, told.stdout
    return float(re.findall(r"Requests/sec:\s+([\d.]+)", told.stdout)[0])


def in_turns(port: int, path: str, *more: str) -> tuple[float, float]:
    """Ask for the empty page and for another one in turns; give the median of each."""
    rate(port, path, *more, seconds=1)  # every thread has its connection, every template is read
    rounds = [(rate(port, "/empty/"), rate(port, path, *more)) for _ in range(ROUNDS)]
    empty, other = zip(*rounds, strict=True)
    return statistics.median(empty), statistics.median(other)


def tell(what: str, empty: float, other: float, bar: float | None = None) -> bool:
    wanted = f" (bar 1/{1 / bar:.0f})" if bar else ""
    print(f"{what}: {other:.0f}/s, an empty page {empty:.0f}/s: 1/{empty / other:.1f}{wanted}", flush=True)
    return bar is None or other / empty >= bar


def measure(port: int, number: int, folder: str, environment: dict[str, str]) -> bool:
    script = f"{folder}/any_page.lua"
    with open(script, "w") as file:
        file.write(ANY_PAGE.format(last=max(1, number // 50)))
    with site(port, environment, keeps=False):
        held = tell("cold", *in_turns(port, "/en/"), BAR_COLD)
        tell("cold, any page", *in_turns(port, "/en/", "-s", script))
        tell("cold, filtered", *in_turns(port, "/en/?status=announced&sector=trade"))
        tell("cold, as a table", *in_turns(port, "/en/?view=table"))
    with site(port, environment, keeps=True):
        held &= tell("warm", *in_turns(port, "/en/"), BAR_WARM)
        tell("warm, packed", *in_turns(port, "/en/", "-H", "Accept-Encoding: gzip"))
        page = get(port, "/en/")
        print(f"a page is {len(page) / 1000:.0f} kB, packed {len(gzip.compress(page, 6)) / 1000:.0f} kB")
        print(f"the first list after a write: {after_a_write(port):.0f} ms")
    return held


def after_a_write(port: int) -> float:
    """Give the median of the milliseconds that the first list takes after something was written."""
    from tracker.models import Initiative

    taken = []
    for turn in range(5):
        Initiative.objects.filter(pk=Initiative.objects.order_by("pk").values("pk")[:1]).update(
            measure=str(turn)
        )
        began = time.perf_counter()
        get(port, "/en/")
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def main(number: int) -> int:
    from django.db import connection
    from django.utils import timezone

    from tests.benchmarks.list_rows import fill
    from tests.smtp import free_port

    with own_database() as environment:
        fill(number, today=timezone.localdate())
        subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"],
            env=os.environ | environment,
            check=True,
        )
        print(f"{connection.vendor}, {number} initiatives, {CONNECTIONS} connections", flush=True)
        held = measure(free_port(), number, environment["TRACKER_DATA"], environment)
    return int(not held)


if __name__ == "__main__":
    if not shutil.which("wrk"):
        sys.exit("wrk is not installed. It asks for the pages: apt install wrk")
    django.setup()
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
