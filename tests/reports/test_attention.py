"""Staff get one digest a day, on days on which something needs attention."""

import datetime as dt

import pytest
from django.conf import settings

from tests import factories as make
from tests.factories import make_user
from tracker.mail import restoring
from tracker.models import Mail
from tracker.reports import attention

pytestmark = pytest.mark.django_db

SEVEN = dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC)
"""Seven o'clock in Moscow."""


@pytest.fixture(autouse=True)
def _moscow() -> None:
    assert (settings.TIME_ZONE, settings.ATTENTION_DIGEST_HOUR) == ("Europe/Moscow", 7)


def _something_to_do() -> None:
    make.set_deadline(make.make_published(announced_on=make.day(-9)), make.day(-1), said_on=make.day(-9))


def test_each_member_of_staff_with_an_address_gets_one() -> None:
    _something_to_do()
    anna = make_user(is_staff=True, email="anna@example.org")
    boris = make_user(is_staff=True, email="boris@example.org")
    make_user(is_staff=True, email="")
    make_user(is_staff=True, is_active=False)
    make_user(is_staff=False)

    written = attention.plan_digests(now=SEVEN)

    assert written == 2
    assert dict(Mail.objects.values_list("key", "address")) == {
        f"attention-digest:2026-11-23:user-{anna.pk}": "anna@example.org",
        f"attention-digest:2026-11-23:user-{boris.pk}": "boris@example.org",
    }


def test_a_second_plan_of_the_day_adds_nothing() -> None:
    _something_to_do()
    make_user(is_staff=True)
    attention.plan_digests(now=SEVEN)

    again = attention.plan_digests(now=SEVEN + dt.timedelta(hours=16))

    assert (again, Mail.objects.count()) == (0, 1)


def test_an_interrupted_plan_is_completed_and_not_repeated() -> None:
    _something_to_do()
    make_user(is_staff=True)
    attention.plan_digests(now=SEVEN)
    make_user(is_staff=True, email="late@example.org")

    rest = attention.plan_digests(now=SEVEN)

    assert rest == 1
    assert Mail.objects.get(address="late@example.org").state == "queued"


def test_the_next_day_has_its_own() -> None:
    _something_to_do()
    make_user(is_staff=True)
    attention.plan_digests(now=SEVEN)

    assert attention.plan_digests(now=SEVEN + dt.timedelta(days=1)) == 1


def test_after_a_restore_the_digest_of_its_day_waits_for_a_person_and_the_next_goes_out() -> None:
    _something_to_do()
    make_user(is_staff=True)
    restoring.remember(now=dt.datetime(2026, 11, 22, 21, 0, tzinfo=dt.UTC))  # midnight in Moscow

    attention.plan_digests(now=SEVEN)
    attention.plan_digests(now=SEVEN + dt.timedelta(days=1))

    assert list(Mail.objects.order_by("pk").values_list("state", "reason")) == [
        ("held", "restored"),
        ("queued", ""),
    ]


def test_the_day_begins_at_the_site_s_hour() -> None:
    _something_to_do()
    make_user(is_staff=True)

    assert attention.plan_digests(now=SEVEN - dt.timedelta(minutes=1)) == 0
    assert attention.plan_digests(now=SEVEN) == 1


def test_a_quiet_day_has_none() -> None:
    make.make_published()
    make_user(is_staff=True)

    assert attention.plan_digests(now=SEVEN) == 0


@pytest.mark.parametrize("language", ["ru", "en", "de"])
def test_it_is_written_in_the_language_of_the_contact(language: str) -> None:
    _something_to_do()
    make.make_contact(user=make_user(is_staff=True), language=language)

    attention.plan_digests(now=SEVEN)

    assert Mail.objects.get().language == language


def test_what_needs_attention_is_named_and_counted() -> None:
    late = [make.make_published(announced_on=make.day(-9)) for _ in range(attention.LISTED + 2)]
    for number, initiative in enumerate(late):
        make.set_deadline(initiative, make.day(-1 - number), said_on=make.day(-9))
    soon = make.make_published()
    make.set_deadline(soon, make.day(3))
    silent = make.make_published(announced_on=make.day(-70))
    make.make_initiative()
    make.make_mail(state="failed")
    make.make_mail(state="in_doubt")

    found = attention.attention(on=make.TODAY)

    assert found.overdue.total == attention.LISTED + 2
    assert list(found.overdue.rows) == late[: -attention.LISTED - 1 : -1]
    assert (found.due_soon.rows, found.silent.rows) == ((soon,), (silent,))
    assert (found.no_deadline, found.drafts, found.mails_failed, found.mails_in_doubt) == (
        2,
        1,
        1,
        1,
    )
