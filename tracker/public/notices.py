"""What every page says of this installation."""

from django.conf import settings
from django.http import HttpRequest


def demonstration(request: HttpRequest) -> dict[str, bool]:
    """Tell templates whether this is a demonstration (a context processor)."""
    return {"demonstration": settings.DEMONSTRATION}
