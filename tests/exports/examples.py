"""Initiatives that are in no database."""

from typing import Any

from tests import factories as make
from tracker.models import Initiative


def titled(title: str, **values: Any) -> Initiative:
    """An initiative without parties, places and quotes, as `rows.loaded` would give it."""
    row = make.initiative(pk=1, title_en=title, created_at=make.NOW, updated_at=make.NOW, **values)
    row._prefetched_objects_cache = {  # as Django keeps them
        name: [] for name in ("responsibilities", "places", "quotes")
    }
    return row
