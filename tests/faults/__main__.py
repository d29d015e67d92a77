"""`python -m tests.faults [--short] [--on DATABASE] [--only WORDS] [--seed N]`"""

import argparse
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.faults.case import DATABASES, heading, line
from tests.faults.programs import MissingError, end_with_parent

Counts = tuple[int, list[str]]
"""How many cases passed, and the lines of those that failed."""


def main() -> int:
    said = _arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(f"seed {said.seed}\n{heading()}", flush=True)
    runs = [_start(database, said) for database in said.on]
    try:
        counts = [_ended(*run) for run in runs]
    except KeyboardInterrupt:
        for process, _told in runs:
            process.terminate()
            process.join()
        return 130
    passed = sum(count for count, _failed in counts)
    failed = [told for _count, told_of in counts for told in told_of]
    print(*failed, sep="\n")  # once more, where the end of a long output is read
    print(f"{passed} passed, {len(failed)} failed")
    return 1 if failed or not passed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="The fault rig.")
    parser.add_argument("--short", action="store_true", help="the form that CI runs")
    parser.add_argument("--on", action="append", choices=DATABASES, help="only this database")
    parser.add_argument("--only", default="", help="only cases whose line has this, as F30 or “Redis”")
    parser.add_argument("--keep", action="store_true", help="keep the folder with data and logs, and name it")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="to kill at the same moments")
    said = parser.parse_args()
    said.on = said.on or list(DATABASES)
    return said


def _start(database: str, said: argparse.Namespace) -> tuple[BaseProcess, Connection]:
    """Run the cases on one database. Django's settings belong to a process, so each database has its own."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_run, args=(database, said, there))
    process.start()
    there.close()  # so that the child's end is the end of what is told
    return process, here


def _ended(process: BaseProcess, told: Connection) -> Counts:
    try:
        counts: Counts = told.recv()
    except EOFError:
        counts = 0, ["a run broke off"]
    process.join()
    return counts


def _run(database: str, said: argparse.Namespace, told: Connection) -> None:
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for our parent, which then ends us
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    random.seed(said.seed)
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    folder.chmod(0o711)  # PostgreSQL runs as another user, and walks through
    try:
        told.send(_cases(database, said, folder))
    except MissingError as missing:
        told.send(_without(database, str(missing)))
    except KeyboardInterrupt:
        print(f"{database}: stopped", flush=True)
    finally:
        if said.keep:
            print(f"kept: {folder}", flush=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _cases(database: str, said: argparse.Namespace, folder: Path) -> Counts:
    from tests.faults.world import World

    world = World(folder, on=database, short=said.short)
    passed, failed = 0, []
    with world.open():
        from tests.faults import cases
        from tests.faults.case import catalogue, outcome

        assert cases
        for case in catalogue.cases:
            if database in case.on and said.only.lower() in f"{case.faults} {case.name}".lower():
                found = outcome(case, world)
                print(line(found), flush=True)
                passed += found.passed
                failed += [] if found.passed else [line(found)]
    return passed, failed


def _without(database: str, why: str) -> Counts:
    """What is missing fails where everything must be there, and is said elsewhere."""
    must_be_here = os.environ.get("CI") == "true"
    told = f"{database}: {'FAILED' if must_be_here else 'left out'}. {why}"
    print(told, flush=True)
    return 0, [told] if must_be_here else []


if __name__ == "__main__":
    sys.exit(main())
