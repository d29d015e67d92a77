"""Does one piece of work several times at once: each waits for the mail server while the others go on."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Event

from django.db import connection

Work = Callable[[Event], int]
"""Ends soon after the event is set, and returns how much it did."""


def abreast(work: Work, number: int) -> int:
    """Do the same work `number` times at once, each in a thread with a database connection of its own.

    Returns how much was done in all. A single one is done in this thread, and so in its transaction. Whatever
    ends one of them, or us, lets the others end in order, and is raised when they have.
    """
    is_over = Event()
    if number == 1:
        return work(is_over)
    with ThreadPoolExecutor(number) as pool:
        pieces = [pool.submit(_with_its_own_connection, work, is_over) for _ in range(number)]
        try:
            return sum(piece.result() for piece in as_completed(pieces))
        except BaseException:
            is_over.set()
            raise


def _with_its_own_connection(work: Work, is_over: Event) -> int:
    try:
        return work(is_over)
    finally:
        connection.close()
