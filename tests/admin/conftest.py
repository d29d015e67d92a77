"""Who opens the pages of staff, and in which language."""

import pytest
from django.contrib.auth.models import User
from django.test import Client


@pytest.fixture(autouse=True)
def _english_browser(client: Client) -> None:
    """The admin speaks the language that the browser asks for."""
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


@pytest.fixture
def staff(client: Client) -> User:
    """Somebody who may do everything, logged in."""
    user = User.objects.create_superuser("anna", "anna@example.org", "secret")
    client.force_login(user)
    return user
