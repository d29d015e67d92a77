"""A message is decided once; a person may hold it, take it back or let it go."""

from typing import Any

import pytest

from tests import factories as make
from tests.conftest import Clock
from tests.smtp import Sink
from tracker import mail
from tracker.models import Mail

pytestmark = pytest.mark.django_db

EVERY_STATE = ["held", "queued", "leased", "sending", "sent", "failed", "in_doubt", "cancelled"]


def _queue(**values: Any) -> bool:
    """Decide a digest of what needs attention."""
    defaults: dict[str, Any] = {
        "kind": "attention_digest",
        "key": "digest:2026-11-23:user-1",
        "address": "anna@example.org",
        "language": "en",
        "about": {"day": make.TODAY.isoformat()},
        "now": make.NOW,
    }
    return mail.queue(**{**defaults, **values})


def _in_every_state() -> None:
    """One mail in each state; its address names it."""
    for state in EVERY_STATE:
        make.make_mail(
            state=state, address=f"{state}@example.org", sent_at=make.NOW if state == "sent" else None
        )


def _moved_to(state: str) -> set[str]:
    """Which mails are in a state now, by the state they were in."""
    addresses = Mail.objects.filter(state=state).values_list("address", flat=True)
    return {address.removesuffix("@example.org") for address in addresses} - {state}


def test_a_second_message_under_a_key_is_not_made() -> None:
    first = _queue()
    kept = Mail.objects.values().get()

    second = _queue(address="boris@example.org", now=make.moment(1))

    assert (first, second) == (True, False)
    assert Mail.objects.values().get() == kept


def test_the_message_id_follows_from_the_key() -> None:
    _queue(key="a")
    _queue(key="b")
    first, second = Mail.objects.order_by("key").values_list("message_id", flat=True)
    Mail.objects.all().delete()

    _queue(key="a", now=make.moment(9))

    assert Mail.objects.get().message_id == first
    assert first != second


def test_one_that_is_decided_held_waits_for_a_person(sink: Sink, clock: Clock) -> None:
    _queue(held=Mail.Reason.BRAKE)

    mail.send_due(clock=clock)

    row = Mail.objects.get()
    assert (row.state, row.reason, sink.received) == ("held", "brake", [])


def test_what_stopped_can_be_let_go() -> None:
    _in_every_state()

    released = mail.release(Mail.objects.all(), now=make.moment(1))

    assert released == 4
    assert _moved_to("queued") == {"held", "failed", "in_doubt", "cancelled"}
    again = Mail.objects.get(address="failed@example.org")
    assert (again.attempts, again.next_attempt_at, again.reason) == (0, make.moment(1), "")


def test_what_no_server_has_can_be_taken_back() -> None:
    _in_every_state()

    cancelled = mail.cancel(Mail.objects.all(), reason=Mail.Reason.CLOSED)

    assert cancelled == 4
    assert _moved_to("cancelled") == {"held", "queued", "leased", "failed"}


def test_only_a_person_settles_what_is_in_doubt() -> None:
    _in_every_state()

    mail.cancel(Mail.objects.all(), reason=Mail.Reason.BY_HAND)

    assert "in_doubt" in _moved_to("cancelled")


def test_what_has_not_gone_can_be_held() -> None:
    _in_every_state()

    held = mail.hold(Mail.objects.all(), reason=Mail.Reason.RESTORED)

    assert held == 3
    assert _moved_to("held") == {"queued", "leased", "sending"}
