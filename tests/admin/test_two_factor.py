"""The second step of a login: nobody gets past it, a code opens one door, and a lost phone is no end."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests import factories as make
from tests.factories import NOW
from tracker.admin.accounts import second_factor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(settings: Any) -> None:
    """Speak English to browsers that ask for no language."""
    settings.LANGUAGE_CODE = "en"


ASK, SET_UP, KEPT = "/admin/second-factor/", "/admin/second-factor/set-up/", "/admin/second-factor/kept/"
NEW_CODES = "/admin/second-factor/recovery-codes/"
PASSWORD = "a-long-password-of-hers"
RECOVERY = re.compile(r"<code>([a-z2-7]{4}-[a-z2-7]{4})</code>")


@pytest.fixture(autouse=True)
def _required() -> Iterator[None]:
    with override_settings(SECOND_FACTOR="required"):
        yield


@pytest.fixture
def _offered(_required: None) -> Iterator[None]:
    with override_settings(SECOND_FACTOR="offered"):
        yield


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def anna() -> User:
    """She may do everything, once she is in."""
    return make.make_user(username="anna", password=PASSWORD, is_staff=True, is_superuser=True)


def make_device(user: User) -> TOTPDevice:
    return TOTPDevice.objects.create(user=user, name="", confirmed=True)


def code_of(device: TOTPDevice) -> str:
    """The six digits that the phone shows now."""
    return f"{totp(device.bin_key):06d}"


def wrong_code(device: TOTPDevice) -> str:
    """Six digits that no step near now has."""
    near = {totp(device.bin_key, drift=drift) for drift in range(-2, 3)}
    return f"{next(number for number in range(10) if number not in near):06d}"


def log_in(client: Client, user: User) -> None:
    """Give the right password, by the form."""
    form = {"username": user.get_username(), "password": PASSWORD, "next": "/admin/"}
    assert client.post("/admin/login/", form).status_code == 302


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


# --- nobody gets past it --------------------------------------------------------------------------


def addresses_of_the_admin() -> list[str]:
    """Every address of the admin, with a 1 in each of its blanks."""
    entries = get_resolver().url_patterns
    admin = next(entry for entry in entries if isinstance(entry, URLResolver) and entry.app_name == "admin")
    return sorted(f"/admin/{address}" for address in _below(admin))


def _below(resolver: URLResolver) -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern) and entry.name is None:
            continue  # what catches all that has no page
        own = re.sub(r"<[^>]+>", "1", str(entry.pattern)).replace("^", "").replace("$", "")
        if isinstance(entry, URLResolver):
            yield from (own + address for address in _below(entry))
        else:
            yield re.sub(r"\(\?P1.*?\)", "auth", own)


def test_every_address_of_the_admin_leads_to_the_second_step(client: Client, anna: User) -> None:
    make_device(anna)
    log_in(client, anna)
    addresses = set(addresses_of_the_admin()) - {"/admin/login/", "/admin/logout/"}

    led = {address: client.get(address) for address in addresses}

    assert len(addresses) > 80
    assert [a for a, answer in led.items() if not answer.headers.get("Location", "").startswith(ASK)] == []
    assert client.post("/admin/auth/user/add/", {"username": "eve"}).url.startswith(ASK)
    assert client.get("/admin/nothing/here/").url.startswith(ASK)


@pytest.mark.parametrize("with_device", [False, True])
def test_staff_without_a_device_are_led_to_set_one_up_and_others_to_the_code(
    with_device: bool, client: Client, anna: User
) -> None:
    if with_device:
        make_device(anna)
    log_in(client, anna)

    chain = client.get("/admin/tracker/mail/?state=sent", follow=True).redirect_chain

    wanted = "?next=%2Fadmin%2Ftracker%2Fmail%2F%3Fstate%3Dsent"
    assert chain == [(f"{ASK}{wanted}", 302)] + ([] if with_device else [(f"{SET_UP}{wanted}", 302)])


def test_a_password_alone_does_not_replace_a_device(client: Client, anna: User) -> None:
    device = make_device(anna)
    log_in(client, anna)

    answers = [client.get(SET_UP), client.post(SET_UP, {"code": code_of(device)}), client.post(NEW_CODES)]
    client.post(KEPT)

    assert [answer.url.split("?")[0] for answer in answers] == [ASK, ASK, ASK]
    assert list(TOTPDevice.objects.all()) == [device]
    assert not is_in(client)


@pytest.mark.parametrize("path", [ASK, SET_UP])
def test_whoever_has_given_no_password_is_asked_for_it(path: str, client: Client) -> None:
    assert client.get(path).url == f"/admin/login/?next={path}"


def test_somebody_without_rights_to_the_admin_gets_no_device(client: Client) -> None:
    client.force_login(make.make_user())

    assert client.get(SET_UP).url.startswith("/admin/login/")
    assert not TOTPDevice.objects.exists()


def test_a_device_of_somebody_else_confirms_nothing(client: Client, anna: User) -> None:
    make_device(anna)
    other = make_device(make.make_user(is_staff=True))
    log_in(client, anna)

    client.post(ASK, {"code": code_of(other)})

    assert not is_in(client)


# --- setting it up --------------------------------------------------------------------------------


def test_the_first_login_sets_up_a_device_shows_ten_codes_and_then_opens(client: Client, anna: User) -> None:
    log_in(client, anna)
    page = client.get(SET_UP).content.decode()
    device = TOTPDevice.objects.get()

    codes = RECOVERY.findall(client.post(SET_UP, {"code": code_of(device)}).content.decode())
    was_in_before = is_in(client)
    last = client.post(KEPT, {"next": "/admin/tracker/mail/"})

    assert '<svg class="qr"' in page
    assert len(set(codes)) == 10
    assert (was_in_before, last.url, is_in(client)) == (False, "/admin/tracker/mail/", True)


def test_the_key_is_shown_in_letters_and_stays_the_same_until_a_code_arrives(
    client: Client, anna: User
) -> None:
    log_in(client, anna)
    shown = [re.findall(r'<code class="key">([A-Z2-7 ]+)</code>', client.get(SET_UP).content.decode())]
    device = TOTPDevice.objects.get()

    wrong = client.post(SET_UP, {"code": wrong_code(device)}).content.decode()
    shown.append(re.findall(r'<code class="key">([A-Z2-7 ]+)</code>', wrong))

    assert shown[0] == shown[1] != []
    assert "This code does not work" in wrong
    assert not TOTPDevice.objects.filter(confirmed=True).exists()


def test_another_login_with_the_same_password_does_not_see_the_key(client: Client, anna: User) -> None:
    thief = Client()
    pages = []
    for who in (client, thief):
        log_in(who, anna)
        pages.append(re.findall(r'<code class="key">([A-Z2-7 ]+)</code>', who.get(SET_UP).content.decode()))

    hers = TOTPDevice.objects.earliest("pk")
    client.post(SET_UP, {"code": code_of(hers)})

    assert pages[0] != pages[1]
    assert list(TOTPDevice.objects.all()) == [hers]


def test_the_page_with_the_key_is_kept_by_no_cache_and_names_no_other_host(
    client: Client, anna: User
) -> None:
    log_in(client, anna)

    answer = client.get(SET_UP)

    assert "no-store" in answer.headers["Cache-Control"]
    assert "style=" not in answer.content.decode()
    assert "https://" not in answer.content.decode()


def test_another_phone_takes_the_place_of_the_first(
    client: Client, anna: User, clock: time_machine.Traveller
) -> None:
    first = make_device(anna)
    log_in(client, anna)
    client.post(ASK, {"code": code_of(first)})
    client.get(SET_UP)
    second = TOTPDevice.objects.get(confirmed=False)

    client.post(SET_UP, {"code": code_of(second)})
    client.post(KEPT)

    assert list(TOTPDevice.objects.filter(confirmed=True)) == [second]
    assert is_in(client)


# --- codes ----------------------------------------------------------------------------------------


def test_the_code_opens_the_page_that_was_asked_for_and_only_on_our_site(client: Client, anna: User) -> None:
    device = make_device(anna)
    other = make_device(make.make_user(username="boris", password=PASSWORD, is_staff=True))
    log_in(client, anna)
    ours = client.post(ASK, {"code": code_of(device), "next": "/admin/tracker/mail/"})
    log_in(client, other.user)

    foreign = client.post(ASK, {"code": code_of(other), "next": "https://evil.example/"})

    assert [ours.url, foreign.url] == ["/admin/tracker/mail/", "/admin/"]


def test_the_key_of_the_session_changes_with_the_password_and_with_the_code(
    client: Client, anna: User
) -> None:
    device = make_device(anna)
    client.get("/admin/login/")
    log_in(client, anna)
    half = client.session.session_key
    client.post(ASK, {"code": code_of(device)})
    whole = client.session.session_key

    late = Client()
    late.cookies["sessionid"] = half or ""

    assert half != whole
    assert late.get("/admin/").url.startswith("/admin/login/")
    assert is_in(client)


def test_the_same_code_does_not_work_twice(client: Client, anna: User) -> None:
    device = make_device(anna)
    code = code_of(device)
    thief = Client()
    for who in (client, thief):
        log_in(who, anna)

    client.post(ASK, {"code": code})
    refused = thief.post(ASK, {"code": code})

    assert is_in(client)
    assert "was used already" in refused.content.decode()
    assert not is_in(thief)


def test_a_recovery_code_works_once_and_is_read_with_blanks_and_capitals(
    client: Client, anna: User, clock: time_machine.Traveller
) -> None:
    make_device(anna)
    code = second_factor.new_recovery_codes(anna)[0]
    log_in(client, anna)

    client.post(ASK, {"code": f" {code.upper()} "})
    first = is_in(client)
    again = Client()
    log_in(again, anna)
    again.post(ASK, {"code": code})

    assert (first, is_in(again)) == (True, False)
    assert StaticToken.objects.count() == 9


def test_new_recovery_codes_make_the_earlier_ones_void(client: Client, anna: User) -> None:
    device = make_device(anna)
    second_factor.new_recovery_codes(anna)
    before = set(StaticToken.objects.values_list("token", flat=True))
    log_in(client, anna)
    client.post(ASK, {"code": code_of(device)})

    shown = set(RECOVERY.findall(client.post(NEW_CODES).content.decode()))

    kept = set(StaticToken.objects.values_list("token", flat=True))
    assert {code.replace("-", "") for code in shown} == kept
    assert kept.isdisjoint(before)
    assert is_in(client)


def test_after_five_wrong_codes_the_right_one_has_to_wait_even_after_the_password_again(
    client: Client, anna: User, clock: time_machine.Traveller
) -> None:
    device = make_device(anna)
    log_in(client, anna)

    answers = []
    for _ in range(5):
        answers.append(client.post(ASK, {"code": wrong_code(device)}).status_code)
        clock.shift(60)
    locked = client.post(ASK, {"code": code_of(device)})
    password = client.post("/admin/login/", {"username": "anna", "password": PASSWORD})

    assert answers == [200, 200, 200, 200, 429]
    assert [locked.status_code, password.status_code] == [429, 429]
    clock.shift(15 * 60 + 1)
    client.post(ASK, {"code": code_of(device)})
    assert is_in(client)


def test_the_password_again_does_not_give_new_tries_for_the_code(
    client: Client, anna: User, clock: time_machine.Traveller
) -> None:
    device = make_device(anna)

    answers = []
    for _ in range(5):
        log_in(client, anna)
        answers.append(client.post(ASK, {"code": wrong_code(device)}).status_code)
        clock.shift(60)

    assert answers[-1] == 429


def test_a_right_code_forgets_the_wrong_ones_before(anna: User, clock: time_machine.Traveller) -> None:
    device = make_device(anna)

    for client in (Client(), Client(), Client()):
        log_in(client, anna)
        for code in (wrong_code, wrong_code, code_of):
            client.post(ASK, {"code": code(device)})
            clock.shift(60)
        assert is_in(client)


# --- offered --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_offered")
def test_where_it_is_offered_those_without_a_device_come_in_and_others_are_asked(
    client: Client, anna: User
) -> None:
    log_in(client, anna)
    without = is_in(client)
    make_device(anna)
    other = Client()

    log_in(other, anna)

    assert (without, is_in(other)) == (True, False)


@pytest.mark.usefixtures("_offered")
def test_the_page_of_the_password_leads_to_the_second_factor(client: Client, anna: User) -> None:
    log_in(client, anna)

    assert f'href="{ASK}"' in client.get("/admin/password_change/").content.decode()


# --- lost devices ---------------------------------------------------------------------------------


def remove_of(user: User, client: Client) -> None:
    form = {"action": "remove_second_factor", "_selected_action": [user.pk]}
    client.post("/admin/auth/user/", form)


@pytest.mark.usefixtures("_offered")
def test_an_administrator_removes_a_lost_device_and_the_history_tells_of_it(client: Client) -> None:
    boris = make.make_user(username="boris", password=PASSWORD, is_staff=True)
    device = make_device(boris)
    second_factor.new_recovery_codes(boris)
    theirs = Client()
    log_in(theirs, boris)
    theirs.post(ASK, {"code": code_of(device)})
    client.force_login(make.make_user("view_user", "change_user", is_staff=True))

    remove_of(boris, client)

    assert not second_factor.has_one(boris)
    assert not StaticToken.objects.exists()
    assert [entry.get_change_message() for entry in LogEntry.objects.filter(object_id=boris.pk)] == [
        "Removed the second factor."
    ]
    assert theirs.get("/admin/").url.startswith(ASK)


@pytest.mark.usefixtures("_offered")
def test_who_may_only_look_at_users_removes_nothing(client: Client) -> None:
    boris = make.make_user(is_staff=True)
    make_device(boris)
    client.force_login(make.make_user("view_user", is_staff=True))

    remove_of(boris, client)

    assert second_factor.has_one(boris)


@pytest.mark.usefixtures("_offered")
def test_the_list_of_users_tells_who_has_a_second_factor(client: Client) -> None:
    make_device(make.make_user(username="with", is_staff=True))
    client.force_login(make.make_user("view_user", is_staff=True))

    page = client.get("/admin/auth/user/").content.decode()

    assert len(re.findall(r'field-has_second_factor"><img[^>]+alt="True"', page)) == 1


@pytest.mark.usefixtures("_offered")
def test_nobody_reads_keys_or_codes_in_the_admin(client: Client) -> None:
    client.force_login(make.make_user(is_staff=True, is_superuser=True))

    answers = [client.get(f"/admin/{kind}/").status_code for kind in ("otp_totp", "otp_static")]

    assert answers == [404, 404]
