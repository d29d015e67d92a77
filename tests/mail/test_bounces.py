"""What comes back after a server had taken a mail."""

import datetime as dt
import io
import sys
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.test import override_settings

from tests import factories as make
from tracker.mail import bounces, verp
from tracker.models import Bounce, Mail, Subscription, Suppression

pytestmark = pytest.mark.django_db

ANNA = "Anna@example.org"


@pytest.fixture(autouse=True)
def _bounce_address() -> Iterator[None]:
    with override_settings(BOUNCE_ADDRESS="bounces@tracker.example.org"):
        yield


@pytest.fixture
def sent() -> Mail:
    return make.make_mail(address=ANNA, state="sent", sent_at=make.NOW)


def notice(to: str, *, status: str, action: str = "failed", words: str = "550 no such user") -> bytes:
    """What Postfix sends back."""
    return f"""\
Received: by mx.example.org (Postfix) id 4F2; Mon, 23 Nov 2026 09:00:05 +0000
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="4F2.1"

This is a MIME-encapsulated message.

--4F2.1
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.org.

--4F2.1
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Mon, 23 Nov 2026 09:00:01 +0000

Final-Recipient: rfc822; {ANNA}
Action: {action}
Status: {status}
Remote-MTA: dns; mx2.example.org
Diagnostic-Code: smtp; {words}

--4F2.1
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <{to}>
Subject: Reminder

--4F2.1--
""".encode()


def exchange_notice(to: str) -> bytes:
    """What Exchange sends back: the report is a part of a mixed message, in CRLF, with its own fields."""
    return f"""\
From: Microsoft Outlook <postmaster@example.org>
To: <{to}>
Date: Mon, 23 Nov 2026 09:00:07 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="_000_f6"
Subject: Undeliverable: Reminder
MIME-Version: 1.0

--_000_f6
Content-Type: multipart/alternative; boundary="_001_f6"

--_001_f6
Content-Type: text/html; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

<html><b>Delivery has failed to these recipients</b></html>
--_001_f6--

--_000_f6
Content-Type: message/delivery-status

Reporting-MTA: dns;EX01.example.org
Received-From-MTA: dns;mx.example.org

Original-Recipient: rfc822;{ANNA}
Final-Recipient: rfc822;{ANNA}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found
X-Display-Name: Anna

--_000_f6--
""".replace("\n", "\r\n").encode()


def complaint(to: str) -> bytes:
    """A feedback report; it comes to whoever asked for it, and names the envelope's sender inside."""
    return f"""\
From: <abuse@mailbox.example>
To: <abuse@tracker.example.org>
Subject: FW: Reminder
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="fb"

--fb
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report.

--fb
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <{to}>
Original-Rcpt-To: <{ANNA}>

--fb
Content-Type: message/rfc822

From: <tracker@tracker.example.org>
Subject: Reminder

words
--fb--
""".encode()


def _receive(raw: bytes, *, now: dt.datetime = make.NOW) -> tuple[str, str, bool]:
    bounce, is_new = bounces.receive(raw, now=now)
    return bounce.kind, bounce.status, is_new


def _suppressed() -> dict[str, str]:
    return dict(Suppression.objects.values_list("address", "reason"))


class TestEnvelope:
    def test_each_mail_has_a_sender_of_its_own_that_survives_small_letters(self) -> None:
        first, second = verp.sender_of(7), verp.sender_of(8)

        assert first != second
        assert first == first.lower()
        assert first.startswith("bounces+7-")
        assert [verp.read(address) for address in (first, second, first.upper())] == [7, 8, 7]

    @pytest.mark.parametrize("change", [("+7-", "+8-"), ("@tracker", "@other"), ("bounces", "others")])
    def test_an_altered_one_is_nobody_s(self, change: tuple[str, str]) -> None:
        assert verp.read(verp.sender_of(7).replace(*change)) is None

    def test_without_a_bounce_address_the_author_is_the_sender(self) -> None:
        with override_settings(BOUNCE_ADDRESS="", DEFAULT_FROM_EMAIL="Tracker <tracker@example.org>"):
            assert verp.sender_of(7) == "tracker@example.org"
            assert verp.read("tracker@example.org") is None


class TestNotices:
    @pytest.mark.parametrize("status", ["5.1.1", "5.4.4", "5.0.0"])
    def test_a_dead_address_gets_nothing_more(self, status: str, sent: Mail) -> None:
        received = _receive(notice(verp.sender_of(sent.pk), status=status))

        assert received == ("hard", status, True)
        assert _suppressed() == {"anna@example.org": "bounced"}
        assert Bounce.objects.get().words == "550 no such user"

    def test_exchange_is_understood(self, sent: Mail) -> None:
        received = _receive(exchange_notice(verp.sender_of(sent.pk)))

        assert received == ("hard", "5.1.10", True)
        assert _suppressed() == {"anna@example.org": "bounced"}

    @pytest.mark.parametrize("status", ["4.2.2", "4.4.1", "5.2.2", "5.7.1"])
    def test_the_third_soft_one_stops_the_address(self, status: str, sent: Mail) -> None:
        address, so_far = verp.sender_of(sent.pk), []

        for number in range(3):
            assert _receive(notice(address, status=status, words=f"try {number}")) == ("soft", status, True)
            so_far.append(len(_suppressed()))

        assert so_far == [0, 0, 1]

    def test_soft_ones_of_long_ago_count_no_more(self, sent: Mail) -> None:
        address = verp.sender_of(sent.pk)

        for number in range(3):
            raw = notice(address, status="4.2.2", words=f"try {number}")
            _receive(raw, now=make.moment(60 * number))

        assert _suppressed() == {}

    def test_a_complaint_ends_every_subscription_of_the_address(self, sent: Mail) -> None:
        series = make.make_series()
        Subscription.objects.create(series=series, address="anna@EXAMPLE.org", language="en")
        Subscription.objects.create(series=series, address="boris@example.org", language="en")

        received = _receive(complaint(verp.sender_of(sent.pk)))

        assert received == ("complaint", "", True)
        assert _suppressed() == {"anna@example.org": "complained"}
        assert dict(Subscription.objects.values_list("address", "unsubscribed_at")) == {
            "anna@EXAMPLE.org": make.NOW,
            "boris@example.org": None,
        }

    def test_the_same_notice_twice_counts_once(self, sent: Mail) -> None:
        raw = notice(verp.sender_of(sent.pk), status="4.2.2")

        first = _receive(raw)
        again = _receive(b"Received: from another hop\n" + raw)

        assert (first, again) == (("soft", "4.2.2", True), ("soft", "4.2.2", False))
        assert Bounce.objects.count() == 1

    def test_a_mail_that_was_delivered_or_waits_is_no_bounce(self, sent: Mail) -> None:
        for action, status in (("delivered", "2.0.0"), ("delayed", "4.4.1"), ("relayed", "2.0.0")):
            with pytest.raises(bounces.NoEffectError, match="no failure"):
                _receive(notice(verp.sender_of(sent.pk), status=status, action=action))

        assert not Bounce.objects.exists()

    def test_an_altered_signature_has_no_effect_and_says_so(self, sent: Mail) -> None:
        other = make.make_mail(address="boris@example.org")
        altered = verp.sender_of(sent.pk).replace(f"+{sent.pk}-", f"+{other.pk}-")

        with pytest.raises(bounces.NoEffectError, match="signature was altered"):
            _receive(notice(altered, status="5.1.1"))

        assert (_suppressed(), Bounce.objects.count()) == ({}, 0)

    @pytest.mark.parametrize("raw", [b"", b"\xff\x00", b"Subject: Out of office\n\nI am away."])
    def test_what_is_no_notice_has_no_effect(self, raw: bytes, sent: Mail) -> None:
        for head in (b"", f"To: {verp.sender_of(sent.pk)}\n".encode()):
            with pytest.raises(bounces.NoEffectError):
                _receive(head + raw)

        assert not Bounce.objects.exists()


class TestPipe:
    """A mail server pipes a notice in. It ends well whatever it reads, so that no notice bounces."""

    def _piped(self, raw: bytes, monkeypatch: pytest.MonkeyPatch, *options: str) -> str:
        told = io.StringIO()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        call_command("receive_bounce", *options, stdout=told)
        return told.getvalue()

    def test_a_notice_is_recorded(self, sent: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
        raw = notice(verp.sender_of(sent.pk), status="5.1.1")

        told = [self._piped(raw, monkeypatch), self._piped(raw, monkeypatch)]

        assert told == [f"Mail {sent.pk}: hard 5.1.1\n", f"Mail {sent.pk}: hard 5.1.1 (known already)\n"]

    def test_the_server_may_say_to_whom_it_came(self, sent: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
        raw = notice("hidden@tracker.example.org", status="5.1.1")

        self._piped(raw, monkeypatch, "--recipient", verp.sender_of(sent.pk))

        assert Bounce.objects.get().mail == sent

    def test_what_has_no_effect_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self._piped(b"nonsense", monkeypatch).startswith("No effect: ")
