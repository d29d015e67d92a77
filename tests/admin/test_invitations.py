"""Administrators make users without a password, and invite them to choose one."""

import mailbox
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client, override_settings
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests import factories as make
from tests.admin.test_password_reset import NEW, choose, link_in
from tests.factories import NOW

pytestmark = pytest.mark.django_db

ADD = "/admin/auth/user/add/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def post_office(tmp_path: Path) -> Iterator[mailbox.Maildir]:
    with override_settings(
        EMAIL_BACKEND="config.maildir.EmailBackend", MAIL_DIR=tmp_path / "mail", SHOWS_KEPT_MAIL=False
    ):
        yield mailbox.Maildir(tmp_path / "mail")


@pytest.fixture(autouse=True)
def _administrator(client: Client) -> None:
    permissions = ["view_user", "add_user", "change_user"]
    client.force_login(make.make_user(*permissions, is_staff=True, first_name="Olga", last_name="Ivanova"))


def invited(**values: str) -> User:
    return make.make_user(is_staff=True, **{"username": "anna", "email": "anna@example.org", **values})


def invite(client: Client, user: User) -> list[str]:
    answer = client.post(f"/admin/auth/user/{user.pk}/invite/", follow=True)
    return [str(message) for message in answer.context["messages"]]


def test_a_user_is_made_with_name_address_and_groups_and_without_a_password(client: Client) -> None:
    group = Group.objects.create(name="officers")
    form = {"username": "anna", "first_name": "Anna", "last_name": "Orlova", "groups": [group.pk]}

    refused = client.post(ADD, {**form, "email": ""})
    client.post(ADD, {**form, "email": "anna@example.org"})

    anna = User.objects.get(username="anna")
    assert "This field is required." in refused.content.decode()
    assert (anna.email, anna.is_staff, anna.has_usable_password()) == ("anna@example.org", True, False)
    assert list(anna.groups.all()) == [group]


def test_the_invited_choose_a_password_set_up_the_second_factor_and_are_in(
    client: Client, post_office: mailbox.Maildir
) -> None:
    anna = invited()
    said = invite(client, anna)
    theirs = Client()

    with override_settings(SECOND_FACTOR="required"):
        status = choose(theirs, link_in(next(iter(post_office))))
        theirs.post("/admin/login/", {"username": "anna", "password": NEW})
        theirs.get("/admin/", follow=True)
        device = TOTPDevice.objects.get(user=anna)
        theirs.post("/admin/second-factor/set-up/", {"code": f"{totp(device.bin_key):06d}"})
        theirs.post("/admin/second-factor/kept/")

        assert (said, status) == (["anna@example.org is invited."], 302)
        assert theirs.get("/admin/").status_code == 200


def test_the_invitation_says_who_invites_and_under_which_name(
    client: Client, post_office: mailbox.Maildir
) -> None:
    invite(client, invited())

    (message,) = post_office
    text = next(part for part in message.walk() if part.get_content_type() == "text/plain")
    words = " ".join(str(text.get_payload()).split())

    assert message["Subject"] == "Your invitation to the commitment tracker"
    assert "Olga Ivanova invites you to work with the commitment tracker. Your user name is anna." in words
    assert "until 26 November 2026" in words


def test_two_invitations_lead_to_one_password(client: Client, post_office: mailbox.Maildir) -> None:
    anna = invited()
    invite(client, anna)
    invite(client, anna)
    first, second = (link_in(message) for message in post_office)

    statuses = [choose(Client(), second), choose(Client(), first, "a-third-long-password")]

    anna.refresh_from_db()
    assert statuses == [302, 200]
    assert anna.check_password(NEW)


def test_an_invitation_ends_after_three_days(
    client: Client, post_office: mailbox.Maildir, clock: time_machine.Traveller
) -> None:
    invite(client, invited())

    clock.shift(3 * 24 * 3600 + 1)

    assert choose(Client(), link_in(next(iter(post_office)))) == 200


@pytest.mark.parametrize("values", [{"password": "chosen-already"}, {"email": ""}, {"is_active": False}])
def test_nobody_is_invited_who_has_a_password_no_address_or_no_access(
    values: dict[str, str], client: Client, post_office: mailbox.Maildir
) -> None:
    anna = invited(**values)

    said = invite(client, anna)

    assert said == ["No invitation was sent: anna has chosen a password, has no address, or is not active."]
    assert list(post_office) == []
    assert "/invite/" not in client.get(f"/admin/auth/user/{anna.pk}/change/").content.decode()


def test_the_button_is_there_for_who_waits_for_a_password(client: Client) -> None:
    anna = invited()

    assert (
        f"/admin/auth/user/{anna.pk}/invite/"
        in client.get(f"/admin/auth/user/{anna.pk}/change/").content.decode()
    )


def test_the_history_tells_of_the_invitation(client: Client) -> None:
    anna = invited()

    invite(client, anna)

    assert [entry.get_change_message() for entry in LogEntry.objects.filter(object_id=anna.pk)] == [
        "Sent an invitation."
    ]


def test_a_mail_server_that_is_away_is_told_of_and_nothing_is_written_into_the_history(
    client: Client,
) -> None:
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=1
    ):
        said = invite(client, invited())

    assert said[0].startswith("The invitation could not be sent: ")
    assert not LogEntry.objects.exists()


def test_who_may_not_change_users_invites_nobody(client: Client, post_office: mailbox.Maildir) -> None:
    client.force_login(make.make_user("view_user", is_staff=True))

    assert client.post(f"/admin/auth/user/{invited().pk}/invite/").status_code == 403
    assert list(post_office) == []


def test_looking_invites_nobody(client: Client, post_office: mailbox.Maildir) -> None:
    assert client.get(f"/admin/auth/user/{invited().pk}/invite/").status_code == 405
    assert list(post_office) == []


def test_it_is_written_in_the_language_of_the_contact(client: Client, post_office: mailbox.Maildir) -> None:
    anna = invited()
    make.make_contact(user=anna, language="de")

    invite(client, anna)

    (message,) = post_office
    assert message["Content-Language"] == "de"


def test_where_everybody_can_read_mail_no_invitation_is_sent(
    client: Client, post_office: mailbox.Maildir
) -> None:
    anna = invited()

    with override_settings(SHOWS_KEPT_MAIL=True):
        told = invite(client, anna)

    assert told == [
        "Mail is kept on this site for everybody to read, so no invitation is sent. "
        "Set a first password: manage.py changepassword anna"
    ]
    assert len(post_office) == 0


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Reader: looks"), ("de", "Lesezugriff"), ("ru", "Читатель")]
)
def test_the_list_is_narrowed_by_what_somebody_may_do(client: Client, language: str, said: str) -> None:
    page = client.get(reverse("admin:auth_user_changelist"), headers={"Accept-Language": language})

    assert f">{said}" in page.content.decode()
