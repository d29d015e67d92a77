#!/usr/bin/env python3
"""Run the tracker: `python3 manage.py up`. Run its tests: `python3 manage.py test`.

Both install what they need into .venv first, so a fresh machine needs Python alone.
"""

import os
import sys


def main() -> None:
    from config.install import ensure_installed

    ensure_installed(sys.argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        import config.settings  # noqa: F401  # so that a bad variable is told in one line
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
