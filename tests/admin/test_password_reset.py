"""A forgotten password: a link by mail, the same answer for any address, no way around the second factor."""

import mailbox
import re
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client, RequestFactory, override_settings
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests import factories as make
from tests.factories import NOW
from tests.smtp import Sink
from tracker.admin.accounts.passwords import AskView
from tracker.models import Mail

pytestmark = pytest.mark.django_db

ASK = "/admin/password_reset/"
OLD, NEW = "a-long-password-of-hers", "another-long-password"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def post_office(tmp_path: Path) -> Iterator[mailbox.Maildir]:
    """Mail that can be read here, while the site takes it for sent."""
    kept = {"EMAIL_BACKEND": "config.maildir.EmailBackend", "MAIL_DIR": tmp_path / "mail"}
    with override_settings(**kept, SHOWS_KEPT_MAIL=False):
        yield mailbox.Maildir(tmp_path / "mail")


@pytest.fixture
def anna() -> User:
    return make.make_user(username="anna", password=OLD, email="anna@example.org", is_staff=True)


def link_in(message: Message) -> str:
    """Find the link in the text of a mail; without the address of the site."""
    text = next(part for part in message.walk() if part.get_content_type() == "text/plain")
    content = text.get_payload(decode=True)
    assert isinstance(content, bytes)
    found = re.search(r"^http://127\.0\.0\.1:8000(/admin/reset/\S+)", content.decode(), re.MULTILINE)
    assert found is not None, content.decode()
    return found[1]


def choose(client: Client, link: str, password: str = NEW) -> int:
    """Follow the link and type in the password; 302 where it is taken, 200 where it is refused."""
    form = client.get(link, follow=True)
    form_path = form.redirect_chain[-1][0] if form.redirect_chain else link
    return client.post(form_path, {"new_password1": password, "new_password2": password}).status_code


def test_the_link_of_the_mail_sets_another_password(
    client: Client, anna: User, post_office: mailbox.Maildir
) -> None:
    client.post(ASK, {"email": "ANNA@example.org"})
    (message,) = post_office

    status = choose(client, link_in(message))

    anna.refresh_from_db()
    assert (message["To"], status, anna.check_password(NEW)) == ("anna@example.org", 302, True)


def test_the_answer_is_the_same_for_an_address_that_nobody_has(
    client: Client, anna: User, post_office: mailbox.Maildir
) -> None:
    known, unknown = (client.post(ASK, {"email": address}) for address in (anna.email, "eve@example.org"))

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url) == (302, f"{ASK}done/")
    assert [message["To"] for message in post_office] == [anna.email]


def test_the_mail_goes_after_the_answer_so_its_time_tells_nothing(
    rf: RequestFactory, anna: User, post_office: mailbox.Maildir
) -> None:
    request = rf.post(ASK, {"email": anna.email})
    request._dont_enforce_csrf_checks = True
    answer = AskView.as_view()(request)
    before = len(post_office)

    answer.close()

    assert (answer.status_code, before, len(list(post_office))) == (302, 0, 1)


def test_the_mail_server_gets_it(client: Client, anna: User, sink: Sink) -> None:
    client.post(ASK, {"email": anna.email})

    assert len(sink.received) == 1


def test_the_answer_is_the_same_when_no_mail_server_is_there(client: Client, anna: User) -> None:
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=1
    ):
        assert client.post(ASK, {"email": anna.email}).url == f"{ASK}done/"


@pytest.mark.usefixtures("anna")
def test_the_outbox_keeps_no_link(client: Client, post_office: mailbox.Maildir) -> None:
    client.post(ASK, {"email": "anna@example.org"})

    assert (len(post_office), Mail.objects.count()) == (1, 0)


def test_a_link_works_once(client: Client, anna: User, post_office: mailbox.Maildir) -> None:
    client.post(ASK, {"email": anna.email})
    link = link_in(next(iter(post_office)))

    statuses = [choose(Client(), link), choose(Client(), link, "a-third-long-password")]

    anna.refresh_from_db()
    assert statuses == [302, 200]
    assert anna.check_password(NEW)


@pytest.mark.parametrize(("hours", "status"), [(71, 302), (73, 200)])
def test_a_link_works_for_three_days(
    hours: int,
    status: int,
    client: Client,
    anna: User,
    post_office: mailbox.Maildir,
    clock: time_machine.Traveller,
) -> None:
    client.post(ASK, {"email": anna.email})

    clock.shift(hours * 3600)

    assert choose(client, link_in(next(iter(post_office)))) == status


def test_a_mailbox_is_not_flooded(
    client: Client, anna: User, post_office: mailbox.Maildir, clock: time_machine.Traveller
) -> None:
    for _ in range(3):
        client.post(ASK, {"email": anna.email})
    within = len(list(post_office))
    clock.shift(301)

    client.post(ASK, {"email": anna.email})

    assert (within, len(list(post_office))) == (1, 2)


def test_another_password_ends_every_login_and_asks_for_the_second_factor_as_ever(
    client: Client, anna: User, post_office: mailbox.Maildir
) -> None:
    client.force_login(anna)
    TOTPDevice.objects.create(user=anna, name="", confirmed=True)
    other = Client()
    other.post(ASK, {"email": anna.email})

    choose(other, link_in(next(iter(post_office))))
    ended = client.get("/admin/").url
    other.post("/admin/login/", {"username": "anna", "password": NEW})

    assert ended.startswith("/admin/login/")
    assert other.get("/admin/").url.startswith("/admin/second-factor/")


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize("language", ["ru", "en", "de"])
def test_the_mail_is_in_the_language_of_the_page(
    language: str, client: Client, post_office: mailbox.Maildir
) -> None:
    client.post(ASK, {"email": "anna@example.org"}, headers={"Accept-Language": language})

    assert [message["Content-Language"] for message in post_office] == [language]


def test_who_is_inactive_or_has_no_password_yet_gets_no_link(
    client: Client, post_office: mailbox.Maildir
) -> None:
    make.make_user(email="gone@example.org", password=OLD, is_active=False)
    make.make_user(email="invited@example.org")

    for address in ("gone@example.org", "invited@example.org"):
        client.post(ASK, {"email": address})

    assert list(post_office) == []


@pytest.mark.usefixtures("anna")
def test_where_everybody_reads_the_mail_no_link_is_sent(client: Client, post_office: mailbox.Maildir) -> None:
    with override_settings(SHOWS_KEPT_MAIL=True):
        page = client.post(ASK, {"email": "anna@example.org"})

    assert "python3 manage.py changepassword NAME" in page.content.decode()
    assert list(post_office) == []
