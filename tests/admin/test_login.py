"""Who guesses a password has to wait; who changes one ends every other login."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client, override_settings

from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(settings: Any) -> None:
    """Speak English to browsers that ask for no language."""
    settings.LANGUAGE_CODE = "en"


LOGIN = "/admin/login/"
PASSWORD = "a-long-password-of-hers"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def anna() -> User:
    return make.make_user(username="anna", password=PASSWORD, is_staff=True)


def answer(client: Client, password: str, username: str = "anna", **said: Any) -> int:
    return client.post(LOGIN, {"username": username, "password": password}, **said).status_code


@pytest.mark.usefixtures("anna")
def test_after_five_wrong_passwords_the_right_one_waits_a_quarter_of_an_hour(
    client: Client, clock: time_machine.Traveller
) -> None:
    wrong = [answer(client, "wrong") for _ in range(5)]

    at_once = answer(client, PASSWORD)
    clock.shift(14 * 60)
    almost = answer(client, PASSWORD)
    clock.shift(61)

    assert wrong == [200, 200, 200, 200, 429]
    assert (at_once, almost, answer(client, PASSWORD)) == (429, 429, 302)


def test_the_page_says_how_long_to_wait_and_what_to_do(client: Client) -> None:
    for _ in range(4):
        answer(client, "wrong")

    page = client.post(LOGIN, {"username": "anna", "password": "wrong"})

    assert page.headers["Retry-After"] == "900"
    assert "will not be for 15 minutes" in page.content.decode()
    assert 'href="/admin/password_reset/"' in page.content.decode()


@pytest.mark.usefixtures("anna")
def test_others_at_the_same_address_and_she_at_another_one_still_come_in(client: Client) -> None:
    make.make_user(username="boris", password=PASSWORD, is_staff=True)
    for _ in range(5):
        answer(client, "wrong")

    answers = [
        answer(Client(), PASSWORD),
        answer(Client(), PASSWORD, "boris"),
        answer(Client(), PASSWORD, REMOTE_ADDR="192.0.2.7"),
    ]

    assert answers == [429, 302, 302]


@pytest.mark.usefixtures("anna")
@override_settings(PROXIES=1)
def test_what_a_client_writes_into_the_header_gives_it_no_new_tries(client: Client) -> None:
    for number in range(5):
        answer(client, "wrong", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}, 192.0.2.1")

    assert answer(client, PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.9, 192.0.2.1") == 429


def test_a_changed_password_ends_the_other_logins_and_keeps_this_one(anna: User) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        assert answer(client, PASSWORD) == 302
    new = "another-long-password"

    here.post(
        "/admin/password_change/",
        {"old_password": PASSWORD, "new_password1": new, "new_password2": new},
    )

    assert here.get("/admin/").status_code == 200
    assert there.get("/admin/").url.startswith(LOGIN)
