"""The embedded mode shows at /dev/mail/ what it kept instead of sending."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client, override_settings

from tests import factories as make
from tests.conftest import Clock
from tracker import mail
from tracker.models import Mail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _kept_in_a_folder(tmp_path: Path) -> Iterator[None]:
    with override_settings(EMAIL_BACKEND="config.maildir.EmailBackend", MAIL_DIR=tmp_path / "mail"):
        yield


def test_before_the_first_mail_the_page_is_empty(client: Client) -> None:
    answer = client.get("/dev/mail/")

    assert (answer.status_code, answer.context["messages_kept"]) == (200, [])


def test_a_mail_that_was_sent_can_be_read(client: Client, clock: Clock) -> None:
    make.make_mail(
        subject="Мост", text="Мост готов", html="<p>Мост <b>готов</b></p>", address="anna@example.org"
    )

    sent = mail.send_due(clock=clock)

    [(key, _message)] = client.get("/dev/mail/").context["messages_kept"]
    shown, html = client.get(f"/dev/mail/?show={key}"), client.get(f"/dev/mail/{key}.html")
    assert (sent, Mail.objects.get().state) == (1, "sent")
    assert shown.context["text"].strip() == "Мост готов"
    assert "anna@example.org" in shown.content.decode()
    assert html.content.decode().strip() == "<p>Мост <b>готов</b></p>"
    assert html["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@pytest.mark.parametrize("path", ["/dev/mail/?show=nothing", "/dev/mail/nothing.html", "/dev/mail/?show=%00"])
def test_a_mail_that_is_not_there_is_not_found(path: str, client: Client) -> None:
    assert client.get(path).status_code == 404
