"""So many at a time (itertools.batched comes with Python 3.12 only)."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

_Item = TypeVar("_Item")


def batches(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    """Give the items in their order, `size` at a time; the last batch may be shorter, and none is empty."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
