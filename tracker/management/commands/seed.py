from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tracker.ingest import seeds


class Command(BaseCommand):
    help = "Load the initiatives of the first texts. Repeatable; never overwrites what staff changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--texts",
            type=Path,
            default=settings.SEED_TEXTS_DIR,
            help="Folder with the full texts, to check every quote against (default: SEED_TEXTS_DIR).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        texts = Path(options["texts"]) if options["texts"] else None
        try:
            loaded = seeds.load(folder=settings.SEEDS_DIR, texts=texts, now=timezone.now(), say=self._say)
        except seeds.SeedError as error:
            raise CommandError(f"Nothing was loaded. {error}") from None
        checked = (
            f"quotes checked against {loaded.texts_checked} texts" if texts else "full texts not at hand"
        )
        self._say(f"{loaded.initiatives} initiatives, {loaded.new} of them new; {checked}")

    def _say(self, line: str) -> None:
        self.stdout.write(f"  seeds: {line}")
