"""Each mail is handed over once, to a real SMTP server, whatever happens on the way."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from django.test import override_settings

from tests import factories as make
from tests.conftest import Clock
from tests.smtp import Sink, hang_up
from tracker import mail
from tracker.mail import leases, letters, sending
from tracker.models import Mail, Relay, Suppression

pytestmark = pytest.mark.django_db

EVEN_ONE_TICK = dt.timedelta(microseconds=1)
A_DAY = dt.timedelta(days=1)
ANNA, BORIS = "anna@example.org", "boris@example.org"


def _states() -> dict[str, str]:
    return dict(Mail.objects.values_list("address", "state"))


def _two_mails() -> None:
    make.make_mail(address=ANNA)
    make.make_mail(address=BORIS)


class TestHandingOver:
    def test_a_mail_is_handed_over_once(self, sink: Sink, clock: Clock) -> None:
        make.make_mail(message_id="<fixed@example.org>", address=ANNA)

        first, second = mail.send_due(clock=clock), mail.send_due(clock=clock)

        row = Mail.objects.get()
        assert (first, second, sink.message_ids) == (1, 0, ["<fixed@example.org>"])
        assert (row.state, row.attempts, row.sent_at, row.lease_until) == ("sent", 1, make.NOW, None)
        assert row.server_reply == "250 OK"

    def test_a_mail_of_later_waits(self, sink: Sink, clock: Clock) -> None:
        make.make_mail(next_attempt_at=make.NOW + EVEN_ONE_TICK)

        assert mail.send_due(clock=clock) == 0
        assert sink.received == []

    def test_batches_go_over_connections_of_a_hundred_mails(
        self, sink: Sink, clock: Clock, settings: Any
    ) -> None:
        settings.MAIL_CONNECTIONS = 1
        number = sending.BATCH + 3
        Mail.objects.bulk_create(make.mail() for _ in range(number))

        sent = mail.send_due(clock=clock)

        assert sent == number
        assert len({*sink.message_ids}) == len(sink.message_ids) == number
        assert sink.connections == 2

    def test_a_connection_is_used_for_a_minute(self, sink: Sink, clock: Clock) -> None:
        Mail.objects.bulk_create(make.mail() for _ in range(4))
        sink.on_data = lambda server: clock.passes(dt.timedelta(seconds=30))

        mail.send_due(clock=clock)

        assert (len(sink.received), sink.connections) == (4, 2)

    def test_a_run_ends_when_it_should(self, sink: Sink, clock: Clock) -> None:
        Mail.objects.bulk_create(make.mail() for _ in range(5))
        sink.on_data = lambda server: clock.passes(dt.timedelta(seconds=10))

        sent = mail.send_due(clock=clock, until=make.NOW + dt.timedelta(seconds=20))

        assert sent == 2
        assert Mail.objects.filter(state="queued", attempts=0).count() == 3

    @pytest.mark.parametrize("state", ["held", "sending", "sent", "failed", "in_doubt", "cancelled"])
    def test_only_queued_mails_are_sent(self, state: str, sink: Sink, clock: Clock) -> None:
        make.make_mail(state=state, sent_at=make.NOW if state == "sent" else None)

        assert mail.send_due(clock=clock) == 0
        assert sink.received == []

    def test_a_row_that_no_form_would_accept_is_recorded_as_sent(self, sink: Sink, clock: Clock) -> None:
        """Nothing stands between what the server said and what is kept of it (F37)."""
        make.make_mail(language="xx", kind="", address=ANNA)

        mail.send_due(clock=clock)

        assert _states() == {ANNA: "sent"}


class TestWhatIsStillWanted:
    """An occasion is asked when its mail goes, and asked again when the answer has aged."""

    @pytest.fixture
    def asked(self, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        """How many mails the occasion of notes was asked for, each time; Boris wants none after Anna's."""
        asked: list[int] = []

        def notes(mails: Sequence[Mail], now: dt.datetime) -> Mapping[int, Any]:
            asked.append(len(mails))
            sent = Mail.objects.filter(address=ANNA, state="sent").exists()
            draft = mail.Draft(template="attention_digest", context={})
            return {
                row.pk: Mail.Reason.UNSUBSCRIBED if sent and row.address == BORIS else draft for row in mails
            }

        monkeypatch.setitem(mail.occasions, "note", notes)
        monkeypatch.setattr(letters, "word", lambda row, draft: None)
        return asked

    def test_it_is_asked_once_for_a_batch(self, asked: list[int], sink: Sink, clock: Clock) -> None:
        Mail.objects.bulk_create(make.mail() for _ in range(sending.BATCH))

        mail.send_due(clock=clock)

        assert asked == [sending.BATCH]

    def test_what_is_no_longer_wanted_does_not_go(self, asked: list[int], sink: Sink, clock: Clock) -> None:
        """He unsubscribed while the mail before his took its time (F29)."""
        _two_mails()
        sink.on_data = lambda server: clock.passes(sending.FRESH + EVEN_ONE_TICK)

        mail.send_due(clock=clock)

        assert asked == [2, 1]
        assert _states() == {ANNA: "sent", BORIS: "cancelled"}
        assert Mail.objects.get(address=BORIS).reason == "unsubscribed"

    def test_when_the_clock_goes_back_it_is_asked_again(
        self, asked: list[int], sink: Sink, clock: Clock
    ) -> None:
        _two_mails()
        sink.on_data = lambda server: clock.passes(-dt.timedelta(hours=1))

        mail.send_due(clock=clock)

        assert asked[:2] == [2, 1]

    def test_a_slow_occasion_does_not_stop_the_queue(
        self, sink: Sink, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def slow(mails: Sequence[Mail], now: dt.datetime) -> Mapping[int, Any]:
            clock.passes(dt.timedelta(seconds=5))
            return {row.pk: mail.Draft(template="", context={}) for row in mails}

        monkeypatch.setitem(mail.occasions, "note", slow)
        monkeypatch.setattr(letters, "word", lambda row, draft: None)
        Mail.objects.bulk_create(make.mail() for _ in range(3))

        assert mail.send_due(clock=clock) == 3

    def test_one_about_which_the_occasion_says_nothing_does_not_go(
        self, sink: Sink, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(mail.occasions, "note", lambda mails, now: {})
        make.make_mail(address=ANNA)

        mail.send_due(clock=clock)

        assert (_states(), Mail.objects.get().reason) == ({ANNA: "cancelled"}, "gone")

    def test_it_goes_where_the_recipient_is_now(
        self, sink: Sink, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        moved = mail.Draft(template="attention_digest", context={}, address=BORIS)
        monkeypatch.setitem(mail.occasions, "note", lambda mails, now: {row.pk: moved for row in mails})
        monkeypatch.setattr(letters, "word", lambda row, draft: None)
        make.make_mail(address=ANNA)

        mail.send_due(clock=clock)

        assert (str(sink.received[0]["To"]), _states()) == (BORIS, {BORIS: "sent"})

    def test_nothing_goes_to_a_suppressed_address(self, sink: Sink, clock: Clock) -> None:
        Suppression.objects.create(address=ANNA, since=make.NOW)
        make.make_mail(address="Anna@Example.org")
        make.make_mail(address=BORIS)

        mail.send_due(clock=clock)

        assert _states() == {"Anna@Example.org": "cancelled", BORIS: "sent"}
        assert Mail.objects.get(state="cancelled").reason == "suppressed"


class TestBadRows:
    """One that cannot be written fails, and the others go in the same run (F14, F15, F39)."""

    def test_a_broken_template_stops_nobody(
        self, sink: Sink, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken = mail.Draft(template="there_is_none", context={})
        monkeypatch.setitem(mail.occasions, "broken", lambda mails, now: {row.pk: broken for row in mails})
        make.make_mail(kind="broken", address=ANNA)
        make.make_mail(address=BORIS)

        mail.send_due(clock=clock)

        assert _states() == {ANNA: "failed", BORIS: "sent"}
        failed = Mail.objects.get(state="failed")
        assert (failed.reason, failed.attempts) == ("writing", 1)
        assert "TemplateDoesNotExist" in failed.server_reply

    def test_an_occasion_that_raises_for_one_is_asked_for_each_alone(
        self, sink: Sink, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def notes(mails: Sequence[Mail], now: dt.datetime) -> Mapping[int, Any]:
            if any(row.address == ANNA for row in mails):
                raise KeyError("about")
            return {row.pk: mail.Draft(template="", context={}) for row in mails}

        monkeypatch.setitem(mail.occasions, "note", notes)
        monkeypatch.setattr(letters, "word", lambda row, draft: None)
        _two_mails()

        mail.send_due(clock=clock)

        assert _states() == {ANNA: "failed", BORIS: "sent"}

    @pytest.mark.parametrize("address", ["no address\nBcc: spy@example.org", "a@b@c", "@", "a b@c", ""])
    def test_an_address_that_is_none_stops_nobody(self, address: str, sink: Sink, clock: Clock) -> None:
        make.make_mail(address=address)
        Mail.objects.bulk_create(make.mail() for _ in range(99))

        sent = mail.send_due(clock=clock)

        failed = Mail.objects.get(state="failed")
        assert (sent, failed.address, failed.reason) == (99, address, "writing")
        assert "is not an address" in failed.server_reply
        assert not Suppression.objects.exists()

    def test_a_newline_in_a_subject_is_no_header(self, sink: Sink, clock: Clock) -> None:
        make.make_mail(subject="Bridge\r\nBcc: spy@example.org\u2028and more")

        mail.send_due(clock=clock)

        [message] = sink.received
        assert (message["Bcc"], str(message["Subject"])) == (None, "Bridge Bcc: spy@example.org and more")

    def test_a_line_with_a_point_alone_does_not_end_the_message(self, sink: Sink, clock: Clock) -> None:
        make.make_mail(text="above\n.\n.below\nend", address=ANNA)

        mail.send_due(clock=clock)

        text = sink.received[0].get_body(("plain",))
        assert text is not None
        assert (
            text.get_content() == "above\r\n.\r\n.below\r\nend"
            or text.get_content() == "above\n.\n.below\nend"
        )

    def test_letters_beyond_ascii_need_a_server_that_takes_them(self, sink: Sink, clock: Clock) -> None:
        make.make_mail(address="имя@example.org")

        mail.send_due(clock=clock)

        assert (_states(), str(sink.received[0]["To"])) == (
            {"имя@example.org": "sent"},
            "имя@example.org",
        )

    def test_without_smtputf8_such_an_address_fails_and_says_why(self, clock: Clock) -> None:
        make.make_mail(address="имя@example.org")
        make.make_mail(address=BORIS)

        with Sink(enable_SMTPUTF8=False) as sink, override_settings(**sink.settings()):
            mail.send_due(clock=clock)

        failed = Mail.objects.get(state="failed")
        assert _states() == {"имя@example.org": "failed", BORIS: "sent"}
        assert failed.reason == "writing"
        assert failed.server_reply == "The server takes only addresses in ASCII letters (no SMTPUTF8)."

    def test_one_larger_than_the_server_takes_fails_and_says_so(self, clock: Clock) -> None:
        make.make_mail(address=ANNA, text="long " * 5000)
        make.make_mail(address=BORIS)

        with Sink(data_size_limit=10_000) as sink, override_settings(**sink.settings()):
            mail.send_due(clock=clock)

        assert _states() == {ANNA: "failed", BORIS: "sent"}
        assert "and the server takes 10000" in Mail.objects.get(state="failed").server_reply


class TestRefusal:
    @pytest.mark.parametrize("answer", ["450 busy", "451 greylisted", "452 full"])
    def test_a_passing_one_is_tried_again_after_growing_waits(
        self, answer: str, sink: Sink, clock: Clock
    ) -> None:
        row = make.make_mail(address=ANNA)
        sink.answers[ANNA] = answer

        waits = []
        for _attempt in range(4):
            mail.send_due(clock=clock)
            row.refresh_from_db()
            assert (row.state, row.server_reply) == ("queued", answer)
            waits.append(row.next_attempt_at - clock.now)
            clock.passes(waits[-1])

        assert all(
            abs(wait / plan - 1) <= sending.JITTER for wait, plan in zip(waits, sending.WAITS, strict=False)
        )
        assert waits[0] >= dt.timedelta(minutes=5)
        assert sorted(waits) == waits
        assert row.attempts == 4

    def test_waits_differ_from_mail_to_mail_and_not_from_call_to_call(self) -> None:
        mails = [make.mail(attempts=1) for _ in range(50)]

        waits = [sending.wait_of(row) for row in mails]

        assert [sending.wait_of(row) for row in mails] == waits
        assert len({*waits}) > 25

    def test_what_was_refused_for_a_while_arrives_under_its_message_id(
        self, sink: Sink, clock: Clock
    ) -> None:
        row = make.make_mail(address=ANNA)
        sink.answers[ANNA] = "451 greylisted"
        mail.send_due(clock=clock)
        del sink.answers[ANNA]

        clock.passes(dt.timedelta(minutes=10))
        mail.send_due(clock=clock)

        assert sink.message_ids == [row.message_id]
        assert Mail.objects.get().attempts == 2

    def test_after_the_last_wait_it_has_failed(self, sink: Sink, clock: Clock) -> None:
        make.make_mail(address=ANNA, attempts=len(sending.WAITS), server_reply="451 greylisted")
        sink.answers[ANNA] = "451 greylisted"

        mail.send_due(clock=clock)

        assert _states() == {ANNA: "failed"}
        assert not Suppression.objects.exists()

    def test_the_waits_make_almost_five_days(self) -> None:
        assert sum(sending.WAITS, dt.timedelta()) == dt.timedelta(days=4, hours=19, minutes=51, seconds=15)
        assert sorted(sending.WAITS) == sending.WAITS

    @pytest.mark.parametrize(
        ("answer", "is_dead"),
        [
            ("550 5.1.1 no such user", True),
            ("550 no such user", True),
            ("553 not allowed", True),
            ("554 no", True),
            ("552 mailbox full", False),
            ("550 5.2.2 over quota", False),
            ("550 5.7.1 blocked by policy", False),
        ],
    )
    def test_a_final_one_fails_in_the_server_s_words_and_others_go(
        self, answer: str, is_dead: bool, sink: Sink, clock: Clock
    ) -> None:
        _two_mails()
        sink.answers[ANNA] = answer

        sent = mail.send_due(clock=clock)

        assert (sent, _states()) == (1, {ANNA: "failed", BORIS: "sent"})
        assert Mail.objects.get(state="failed").server_reply == answer
        assert list(Suppression.objects.values_list("address", "words")) == [(ANNA, answer)] * is_dead

    def test_a_refused_message_says_nothing_of_its_address(self, sink: Sink, clock: Clock) -> None:
        _two_mails()
        sink.content_answers[ANNA] = "554 5.6.0 we do not like it"

        mail.send_due(clock=clock)

        assert _states() == {ANNA: "failed", BORIS: "sent"}
        assert not Suppression.objects.exists()

    @pytest.mark.parametrize("answer", ["421 come back later", "432 too many connections"])
    def test_a_server_that_asks_for_rest_gets_it(self, answer: str, sink: Sink, clock: Clock) -> None:
        """The mail at which it said so waits longer than the others: it cannot stop them."""
        _two_mails()
        sink.answers[ANNA] = answer

        mail.send_due(clock=clock)
        at_once = _states()
        clock.passes(dt.timedelta(minutes=1))
        mail.send_due(clock=clock)

        assert at_once == {ANNA: "queued", BORIS: "queued"}
        assert _states() == {ANNA: "queued", BORIS: "sent"}

    @pytest.mark.parametrize("answer", ["550 5.7.1 you may not", "530 5.7.0 log in first"])
    def test_a_refused_sender_stops_the_server_and_costs_no_mail_an_attempt(
        self, answer: str, sink: Sink, clock: Clock
    ) -> None:
        _two_mails()
        sink.sender_answer = answer

        mail.send_due(clock=clock)

        relay = Relay.objects.get()
        assert _states() == {ANNA: "queued", BORIS: "queued"}
        assert set(Mail.objects.values_list("attempts", "next_attempt_at")) == {(0, make.NOW)}
        assert (relay.needs_a_person, relay.words) == (True, answer)


class TestBrokenConnection:
    def test_while_the_server_is_down_mails_wait(self, sink: Sink, clock: Clock) -> None:
        make.make_mail(address=ANNA)
        sink.stop()

        sent = mail.send_due(clock=clock)

        row = Mail.objects.get()
        assert (sent, row.state, row.attempts, row.lease_until) == (0, "queued", 0, None)

    @pytest.mark.parametrize("step", ["MAIL", "RCPT"])
    def test_what_breaks_before_the_message_was_begun_is_in_no_doubt(
        self, step: str, sink: Sink, clock: Clock
    ) -> None:
        _two_mails()
        sink.drops_at = step

        mail.send_due(clock=clock)

        assert _states() == {ANNA: "queued", BORIS: "queued"}
        assert dict(Mail.objects.values_list("address", "attempts")) == {ANNA: 1, BORIS: 0}
        assert set(Mail.objects.values_list("in_doubt_at", flat=True)) == {None}

    def test_a_lost_answer_is_in_doubt_and_the_next_mail_goes_later(self, sink: Sink, clock: Clock) -> None:
        """The server kept the message and hung up (F3, RFC 1047)."""
        _two_mails()
        sink.drops_at = "DATA"

        mail.send_due(clock=clock)
        sink.drops_at = ""
        clock.passes(A_DAY)
        mail.send_due(clock=clock)

        assert _states() == {ANNA: "in_doubt", BORIS: "sent"}
        assert len(sink.message_ids) == 2
        assert Mail.objects.get(address=ANNA).reason == "answer_lost"

    def test_a_kind_that_may_be_is_sent_once_more_under_its_message_id(
        self, sink: Sink, clock: Clock
    ) -> None:
        row = make.make_mail(address=ANNA)
        sink.drops_at = "DATA"

        with override_settings(RESENT_WHEN_IN_DOUBT=[row.kind]):
            for _run in range(4):
                mail.send_due(clock=clock)
                clock.passes(A_DAY)

        assert (_states(), sink.message_ids) == ({ANNA: "in_doubt"}, [row.message_id] * 2)

    def test_it_waits_before_so_that_somebody_sees_it_and_no_copies_follow_each_other(
        self, sink: Sink, clock: Clock
    ) -> None:
        row = make.make_mail(address=ANNA)
        sink.drops_at = "DATA"

        with override_settings(RESENT_WHEN_IN_DOUBT=[row.kind], RESENT_AFTER_MINUTES=10):
            mail.send_due(clock=clock)
            sink.drops_at = ""
            clock.passes(dt.timedelta(minutes=10) - EVEN_ONE_TICK)
            too_early = mail.send_due(clock=clock)
            waiting = Mail.objects.get()
            clock.passes(EVEN_ONE_TICK)

            assert (too_early, mail.send_due(clock=clock)) == (0, 1)
        assert (waiting.state, waiting.in_doubt_at) == ("queued", make.NOW)

    def test_when_the_server_dies_at_most_one_mail_is_in_doubt(self, sink: Sink, clock: Clock) -> None:
        Mail.objects.bulk_create(make.mail() for _ in range(5))

        def dies(server: SMTP) -> None:
            sink.close_port()
            hang_up(server)

        sink.on_data = dies

        mail.send_due(clock=clock)

        assert sorted(_states().values()) == ["in_doubt", "queued", "queued", "queued", "queued"]
        assert Mail.objects.filter(state="queued", attempts=0, lease_until=None).count() == 4

    @pytest.mark.parametrize(
        ("step", "state"), [("EHLO", "queued"), ("MAIL", "queued"), ("RCPT", "queued"), ("DATA", "in_doubt")]
    )
    def test_a_server_that_hangs_is_left_in_time(
        self, step: str, state: str, sink: Sink, clock: Clock
    ) -> None:
        make.make_mail(address=ANNA)
        sink.hangs_at = step

        with override_settings(EMAIL_TIMEOUT=0.3):
            mail.send_due(clock=clock)

        assert _states() == {ANNA: state}


class TestLease:
    def test_one_that_ran_out_goes_back_to_the_queue(self, sink: Sink, clock: Clock) -> None:
        """A sender died after it had taken the mail, before it said anything (F2)."""
        make.make_mail(state="leased", attempts=1, lease_until=make.NOW - EVEN_ONE_TICK, address=ANNA)

        assert mail.send_due(clock=clock) == 1
        assert _states() == {ANNA: "sent"}

    def test_one_that_still_runs_is_left_alone(self, sink: Sink, clock: Clock) -> None:
        make.make_mail(state="leased", lease_until=make.NOW, address=ANNA)

        assert mail.send_due(clock=clock) == 0
        assert _states() == {ANNA: "leased"}

    def test_a_begun_delivery_is_in_doubt_and_not_sent_again(self, sink: Sink, clock: Clock) -> None:
        make.make_mail(state="sending", lease_until=make.NOW - EVEN_ONE_TICK, address=ANNA)

        assert mail.send_due(clock=clock) == 0
        assert (_states(), sink.received) == ({ANNA: "in_doubt"}, [])

    def test_a_slow_server_lets_no_lease_run_out(self, sink: Sink, clock: Clock) -> None:
        Mail.objects.bulk_create(make.mail() for _ in range(30))
        sink.on_data = lambda server: clock.passes(dt.timedelta(seconds=20))

        sent = mail.send_due(clock=clock)

        assert sent == 30
        assert len({*sink.message_ids}) == len(sink.message_ids) == 30
        assert clock.now - make.NOW > sending.LEASE

    def test_one_that_was_taken_back_meanwhile_is_not_sent(
        self, sink: Sink, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Between its lease and its turn somebody cancelled it (F27, F29)."""
        _two_mails()
        monkeypatch.setattr(letters, "word", _cancels(BORIS))
        monkeypatch.setitem(mail.occasions, "note", _plain_notes)

        mail.send_due(clock=clock)

        assert _states() == {ANNA: "sent", BORIS: "cancelled"}
        assert len(sink.received) == 1

    def test_one_that_another_sender_has_now_is_not_sent(
        self, sink: Sink, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """This sender slept longer than its lease (F26)."""
        make.make_mail(address=ANNA)

        def sleeps(row: Mail, draft: mail.Draft) -> None:
            taken_over = make.NOW + 2 * sending.LEASE
            Mail.objects.filter(pk=row.pk).update(lease_until=taken_over)

        monkeypatch.setattr(letters, "word", sleeps)
        monkeypatch.setitem(mail.occasions, "note", _plain_notes)

        assert mail.send_due(clock=clock) == 0
        assert (_states(), sink.received) == ({ANNA: "leased"}, [])

    def test_what_the_server_says_outweighs_that_it_was_called_in_doubt(
        self, sink: Sink, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The answer came after the lease; another sender had given up on it."""
        make.make_mail(address=ANNA)
        settle = sending._Sender._settle

        def late(sender: sending._Sender) -> None:
            Mail.objects.filter(state="sending").update(
                state="in_doubt", reason="answer_lost", lease_until=None, in_doubt_at=make.NOW
            )
            settle(sender)

        monkeypatch.setattr(sending._Sender, "_settle", late)

        mail.send_due(clock=clock)

        assert _states() == {ANNA: "sent"}

    def test_the_clock_may_go_back(self, sink: Sink, clock: Clock) -> None:
        """F26: what was sent stays so, and nothing goes twice."""
        Mail.objects.bulk_create(make.mail() for _ in range(3))
        mail.send_due(clock=clock)
        clock.passes(-dt.timedelta(hours=1))

        mail.send_due(clock=clock)

        assert len(sink.received) == 3

    def test_a_mail_over_which_senders_died_goes_alone(self, sink: Sink, clock: Clock) -> None:
        """So it takes no other with it when it kills the next one."""
        make.make_mail(address=ANNA, attempts=1)
        make.make_mail(address=BORIS)

        first, second = leases.take(clock.now), leases.take(clock.now)

        assert [row.address for row in first.waiting] == [ANNA]
        assert [row.address for row in second.waiting] == [BORIS]


def _plain_notes(mails: Sequence[Mail], now: dt.datetime) -> Mapping[int, mail.Draft]:
    return {row.pk: mail.Draft(template="", context={}) for row in mails}


def _cancels(address: str) -> Any:
    def word(row: Mail, draft: mail.Draft) -> None:
        mail.cancel(Mail.objects.filter(address=address), reason=Mail.Reason.CLOSED)

    return word


def test_a_backend_that_is_not_smtp_gets_the_message(clock: Clock, mailoutbox: list[Any]) -> None:
    """The embedded mode keeps mail in a folder."""
    make.make_mail(address=ANNA, subject="Мост")

    sent = mail.send_due(clock=clock)

    assert (sent, _states()) == (1, {ANNA: "sent"})
    assert [message.to for message in mailoutbox] == [[ANNA]]
