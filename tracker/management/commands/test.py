"""`manage.py test [pytest's arguments]`: the test suite, by pytest instead of Django's runner."""

import os
import sys

from django.conf import settings
from django.core.management.base import BaseCommand

DECIDES_ITSELF = ("-n", "--numprocesses", "-p", "--pdb", "--version", "--help", "-h")


def pytest_arguments(given: list[str]) -> list[str]:
    """Use every core unless the arguments speak of it; tests of one xdist_group share a process."""
    if any(argument.startswith(DECIDES_ITSELF) for argument in given):
        return given
    return ["-n", "auto", "--dist", "loadgroup", *given]


class Command(BaseCommand):
    help = "Runs the tests. All arguments are pytest's."

    def run_from_argv(self, argv: list[str]) -> None:
        """Become pytest, which sets Django up anew by its own settings. Its exit code is ours."""
        os.chdir(settings.BASE_DIR)
        command = [sys.executable, "-m", "pytest", *pytest_arguments(argv[2:])]
        os.execv(sys.executable, command)  # noqa: S606  # our own arguments, once more
