"""One worker's turn at one import: how it says that it lives, and hears that it shall stop."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from tracker.models import Import

Clock = Callable[[], dt.datetime]


class StoppedError(Exception):
    """Somebody cancelled the import, or another worker took it over."""


class Turn:
    """One worker's turn at one import. It is over when the row no longer has this worker's beat."""

    def __init__(self, upload: Import, clock: Clock) -> None:
        self.upload, self.clock = upload, clock
        self._beat = upload.beat_at

    def at(self, done: int, **values: Any) -> None:
        """Say that so many rows are done. Raises StoppedError where nobody wants more."""
        now = self.clock()
        self._write(Q(is_cancel_asked=False), rows_done=done, beat_at=now, **values)
        self._beat = now

    def must_be_wanted(self) -> None:
        """Ask within a transaction whether to go on. Raises StoppedError as `at` does."""
        if not self._mine().filter(is_cancel_asked=False).exists():
            raise StoppedError

    def stores(self, **values: Any) -> None:
        """End a transaction with this, after which nothing can be cancelled. Raises StoppedError as `at`."""
        self._write(Q(is_cancel_asked=False), **values)

    def ends(self, **values: Any) -> None:
        self._write(Q(), beat_at=None, **values)

    def gives_up(self) -> None:
        """Call the import cancelled, if that is why it stopped."""
        cancelled = self._mine().filter(is_cancel_asked=True)
        if cancelled.update(state=Import.State.CANCELLED, content=b"", beat_at=None):
            self.upload.rows.all().delete()

    def _write(self, condition: Q, **values: Any) -> None:
        if not self._mine().filter(condition).update(**values):
            raise StoppedError

    def _mine(self) -> QuerySet[Import]:
        return Import.objects.filter(pk=self.upload.pk, beat_at=self._beat)
