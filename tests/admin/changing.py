"""Changes made to initiatives, and what their history tells of them."""

from typing import Any

from django.urls import reverse

from tracker.admin.history.changes import Change, changes_of
from tracker.models import Initiative


def address(name: str, *arguments: Any) -> str:
    return reverse(f"admin:tracker_initiative_{name}", args=arguments)


def changed(initiative: Initiative, **values: Any) -> Any:
    """Change an initiative, and give the row that its history got."""
    row = Initiative.objects.get(pk=initiative.pk)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row.history.latest()


def newest(initiative: Initiative) -> Change:
    return changes_of(initiative)[0]


def told(change: Change) -> tuple[str, str, str]:
    return change.who, change.what, change.why
