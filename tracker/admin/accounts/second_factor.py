"""The second factor: a device that makes codes (TOTP, RFC 6238), and ten recovery codes for its loss."""

import django_otp
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

RECOVERY_CODES = 10
DIGITS = 6
OWED = "owes_second_factor"
"""In the session: whether its user had a second factor when it began, so that no page has to ask again."""
WAITING = "second_factor_waiting"
"""In the session: the device that is being set up."""


def is_owed(request: HttpRequest) -> bool:
    """Answer whether this login wants a code, or a device set up, before it opens the admin."""
    user = request.user
    if not isinstance(user, User) or not user.is_staff or is_confirmed(user):
        return False
    return bool(settings.SECOND_FACTOR == "required" or request.session.get(OWED, True))


def is_confirmed(user: AbstractBaseUser | AnonymousUser) -> bool:
    return getattr(user, "otp_device", None) is not None


def has_one(user: User) -> bool:
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


@receiver(user_logged_in)
def remember_what_is_owed(request: HttpRequest, user: User, **said: object) -> None:
    request.session[OWED] = has_one(user)


def confirm_login(request: HttpRequest, device: Device) -> None:
    """Make the login whole, under a new session key: nobody goes on with one that was seen before."""
    django_otp.login(request, device)
    request.session.cycle_key()


# --- codes ----------------------------------------------------------------------------------------


@transaction.atomic
def matching(user: User, code: str) -> Device | None:
    """Find the device whose code this is, and use the code up; None for a wrong one.

    Devices are locked, so one code opens one door. One that refused a code refuses all for a while.
    """
    devices = TOTPDevice if code.isdecimal() and len(code) == DIGITS else StaticDevice
    for device in devices.objects.devices_for_user(user, confirmed=True).select_for_update():
        if device.verify_token(code):
            return device
    return None


def plain(code: str) -> str:
    """Write a code as it is compared: people copy blanks and dashes along."""
    return "".join(code.split()).replace("-", "").lower()


def codes_left(user: User) -> int:
    return int(StaticToken.objects.filter(device__user=user).count())


# --- setting it up --------------------------------------------------------------------------------


def waiting_device(request: HttpRequest, user: User) -> TOTPDevice:
    """Give the device that this login sets up; a page that is opened again shows the same key.

    Another login gets another key: who knows the password must not see the key that its owner is scanning.
    """
    waiting = TOTPDevice.objects.filter(pk=request.session.get(WAITING), user=user, confirmed=False)
    device = waiting.first() or TOTPDevice.objects.create(user=user, name="", confirmed=False)
    request.session[WAITING] = device.pk
    return device


@transaction.atomic
def set_up(waiting: TOTPDevice, code: str) -> bool:
    """Put the waiting device in the place of any other of its user; answer whether this was its code."""
    device = TOTPDevice.objects.filter(pk=waiting.pk, confirmed=False).select_for_update().first()
    if device is None or not device.verify_token(code):
        return False
    TOTPDevice.objects.filter(user=device.user_id).exclude(pk=device.pk).delete()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    return True


@transaction.atomic
def new_recovery_codes(user: User) -> list[str]:
    """Make ten codes, each of which confirms one login; earlier ones are void."""
    device, _is_new = StaticDevice.objects.get_or_create(user=user, defaults={"name": ""})
    device.token_set.all().delete()
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return [f"{code[:4]}-{code[4:]}" for code in codes]


@transaction.atomic
def remove(user: User) -> bool:
    """Take away a user's devices and codes; answer whether there were any. No login of theirs stays whole."""
    gone = [model.objects.filter(user=user).delete()[0] for model in (TOTPDevice, StaticDevice)]
    return any(gone)
