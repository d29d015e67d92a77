"""A mail is decided once and handed over once, to a real SMTP server."""

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from django.db import connections

from tests import factories as make
from tests.conftest import Clock
from tests.smtp import Sink
from tracker import mail
from tracker.models import Mail
from tracker.reports.content import Attention, Section

pytestmark = pytest.mark.django_db

EVEN_ONE_TICK = dt.timedelta(microseconds=1)


def _attention(*titles: str) -> Attention:
    rows = tuple(make.make_initiative(title=title, due_on=make.day(-3)) for title in titles)
    empty = Section(rows=(), total=0)
    return Attention(
        on=make.TODAY,
        overdue=Section(rows=rows, total=len(rows)),
        due_soon=empty,
        silent=empty,
        no_deadline=0,
        drafts=0,
        mails_failed=0,
        mails_in_doubt=0,
    )


def _queue(**values: Any) -> bool:
    defaults: dict[str, Any] = {
        "kind": "attention_digest",
        "key": "digest:2026-11-23:user-1",
        "address": "anna@example.org",
        "language": "en",
        "context": {"attention": _attention("Bridge"), "site_url": "https://tracker.example.org"},
        "now": make.NOW,
    }
    return mail.queue(**{**defaults, **values})


def _states() -> dict[str, str]:
    return dict(Mail.objects.values_list("address", "state"))


class TestQueue:
    def test_a_second_message_under_a_key_is_not_made(self) -> None:
        first = _queue()
        kept = Mail.objects.values().get()

        second = _queue(address="boris@example.org", now=make.moment(1))

        assert (first, second) == (True, False)
        assert Mail.objects.values().get() == kept

    def test_the_message_id_follows_from_the_key(self) -> None:
        _queue(key="a")
        _queue(key="b")
        first, second = Mail.objects.order_by("key").values_list("message_id", flat=True)
        Mail.objects.all().delete()

        _queue(key="a", now=make.moment(9))

        assert Mail.objects.get().message_id == first
        assert first != second

    @pytest.mark.parametrize("language", ["ru", "en", "de"])
    def test_it_is_written_in_the_reader_s_language(self, language: str) -> None:
        initiative = make.make_initiative(
            title_ru="Мост", title_en="Bridge", title_de="Brücke", due_on=make.day(-3)
        )
        section = Section(rows=(initiative,), total=1)
        attention = Attention(make.TODAY, section, Section((), 0), Section((), 0), 0, 0, 0, 0)

        _queue(language=language, context={"attention": attention, "site_url": "https://tracker.example.org"})

        row, title = Mail.objects.get(), {"ru": "Мост", "en": "Bridge", "de": "Brücke"}[language]
        assert title in row.text
        assert title in row.html
        assert "https://tracker.example.org/" in row.text

    def test_text_is_not_escaped_and_html_is(self) -> None:
        _queue(context={"attention": _attention("Tom & <Jerry>"), "site_url": "https://tracker.example.org"})

        row = Mail.objects.get()
        assert "Tom & <Jerry>" in row.text
        assert "Tom &amp; &lt;Jerry&gt;" in row.html


class TestHandingOver:
    def test_a_mail_is_handed_over_once(self, sink: Sink, clock: Clock) -> None:
        make.make_mail(message_id="<fixed@example.org>", subject="Мост — Brücke", address="anna@example.org")

        first, second = mail.send_due(clock=clock), mail.send_due(clock=clock)

        row, [message] = Mail.objects.get(), sink.received
        assert (first, second) == (1, 0)
        assert (row.state, row.attempts, row.sent_at, row.lease_until) == ("sent", 1, make.NOW, None)
        headers = ("Message-ID", "Subject", "To", "Auto-Submitted", "Content-Language", "Date")
        assert {name: str(message[name]) for name in headers} == {
            "Message-ID": "<fixed@example.org>",
            "Subject": "Мост — Brücke",
            "To": "anna@example.org",
            "Auto-Submitted": "auto-generated",
            "Content-Language": "en",
            "Date": "Mon, 23 Nov 2026 09:00:00 +0000",
        }

    def test_it_has_a_text_and_an_html_part(self, sink: Sink, clock: Clock) -> None:
        make.make_mail(text="Мост готов", html="<p>Мост готов</p>")

        mail.send_due(clock=clock)

        parts = [
            (part.get_content_type(), part.get_content().strip()) for part in sink.received[0].iter_parts()
        ]
        assert parts == [("text/plain", "Мост готов"), ("text/html", "<p>Мост готов</p>")]

    def test_a_newline_in_a_title_makes_no_header(self, sink: Sink, clock: Clock) -> None:
        title = "Bridge\r\nBcc: spy@example.org\u2028and more"
        _queue(context={"attention": _attention(title), "site_url": "https://tracker.example.org"})

        sent = mail.send_due(clock=clock)

        [message] = sink.received
        assert sent == 1
        assert message["Bcc"] is None
        assert "\n" not in str(message["Subject"])

    def test_a_mail_of_later_waits(self, sink: Sink, clock: Clock) -> None:
        make.make_mail(next_attempt_at=make.NOW + EVEN_ONE_TICK)

        assert mail.send_due(clock=clock) == 0
        assert sink.received == []

    def test_more_than_one_batch_goes_in_one_run(self, sink: Sink, clock: Clock) -> None:
        Mail.objects.bulk_create(make.mail() for _ in range(mail.BATCH + 3))

        sent = mail.send_due(clock=clock)

        assert sent == mail.BATCH + 3
        assert len({*sink.message_ids}) == len(sink.message_ids) == mail.BATCH + 3

    @pytest.mark.parametrize("state", ["sending", "sent", "failed", "in_doubt", "cancelled"])
    def test_only_queued_mails_are_sent(self, state: str, sink: Sink, clock: Clock) -> None:
        make.make_mail(state=state, sent_at=make.NOW if state == "sent" else None)

        assert mail.send_due(clock=clock) == 0
        assert sink.received == []


class TestRefusal:
    @pytest.mark.parametrize("answer", ["450 busy", "451 greylisted", "452 full"])
    def test_a_passing_one_is_tried_again_after_growing_waits(
        self, answer: str, sink: Sink, clock: Clock
    ) -> None:
        make.make_mail(address="anna@example.org")
        sink.answers["anna@example.org"] = answer

        waits = []
        for _attempt in range(4):
            mail.send_due(clock=clock)
            row = Mail.objects.get()
            assert (row.state, row.server_reply) == ("queued", answer)
            waits.append(row.next_attempt_at - clock.now)
            clock.passes(waits[-1])

        assert [wait.total_seconds() / 60 for wait in waits] == [5, 15, 30, 60]

    def test_what_was_refused_for_a_while_arrives_under_its_message_id(
        self, sink: Sink, clock: Clock
    ) -> None:
        row = make.make_mail(address="anna@example.org")
        sink.answers["anna@example.org"] = "451 greylisted"
        mail.send_due(clock=clock)
        del sink.answers["anna@example.org"]

        clock.passes(dt.timedelta(minutes=5))
        mail.send_due(clock=clock)

        assert sink.message_ids == [row.message_id]
        assert Mail.objects.get().attempts == 2

    def test_after_the_last_wait_it_has_failed(self, sink: Sink, clock: Clock) -> None:
        make.make_mail(address="anna@example.org", attempts=len(mail.WAITS))
        sink.answers["anna@example.org"] = "451 greylisted"

        mail.send_due(clock=clock)

        assert _states() == {"anna@example.org": "failed"}

    def test_the_waits_make_almost_five_days(self) -> None:
        assert sum(mail.WAITS, dt.timedelta()) == dt.timedelta(days=4, hours=19, minutes=50)
        assert sorted(mail.WAITS) == mail.WAITS

    @pytest.mark.parametrize("answer", ["550 no such user", "552 too big", "553 not allowed", "554 no"])
    def test_a_final_one_fails_in_the_server_s_words_and_others_go(
        self, answer: str, sink: Sink, clock: Clock
    ) -> None:
        make.make_mail(address="anna@example.org")
        make.make_mail(address="boris@example.org")
        sink.answers["anna@example.org"] = answer

        sent = mail.send_due(clock=clock)

        assert (sent, _states()) == (1, {"anna@example.org": "failed", "boris@example.org": "sent"})
        assert Mail.objects.get(state="failed").server_reply == answer

    def test_a_server_that_says_goodbye_leaves_nothing_in_doubt(self, sink: Sink, clock: Clock) -> None:
        make.make_mail(address="anna@example.org")
        make.make_mail(address="boris@example.org")
        sink.answers["anna@example.org"] = "421 come back later"

        mail.send_due(clock=clock)

        assert _states() == {"anna@example.org": "queued", "boris@example.org": "sent"}

    @pytest.mark.parametrize(
        "address", ["no address\nBcc: spy@example.org", "a@b@c", "имя@example.org", "@", "a b@c"]
    )
    def test_an_address_that_cannot_be_written_to_stops_nobody(
        self, address: str, sink: Sink, clock: Clock
    ) -> None:
        make.make_mail(address=address)
        make.make_mail(address="boris@example.org")

        mail.send_due(clock=clock)

        assert _states()["boris@example.org"] == "sent"
        assert _states()[address] in ("failed", "sent")


class TestBrokenConnection:
    def test_while_the_server_is_down_mails_wait(self, sink: Sink, clock: Clock) -> None:
        make.make_mail(address="anna@example.org")
        sink.stop()

        sent = mail.send_due(clock=clock)

        row = Mail.objects.get()
        assert (sent, row.state, row.attempts, row.lease_until) == (0, "queued", 0, None)

    def test_a_lost_answer_is_in_doubt_and_the_next_mail_goes(self, sink: Sink, clock: Clock) -> None:
        make.make_mail(address="anna@example.org")
        make.make_mail(address="boris@example.org")
        sink.on_data = _hang_up_on_first(sink)

        mail.send_due(clock=clock)
        clock.passes(dt.timedelta(days=1))
        mail.send_due(clock=clock)

        assert _states() == {"anna@example.org": "in_doubt", "boris@example.org": "sent"}
        assert len(sink.message_ids) == 2

    def test_when_the_server_dies_at_most_one_mail_is_in_doubt(self, sink: Sink, clock: Clock) -> None:
        Mail.objects.bulk_create(make.mail() for _ in range(5))
        sink.on_data = _hang_up_and_close(sink)

        mail.send_due(clock=clock)
        clock.passes(mail.LEASE + EVEN_ONE_TICK)
        mail.send_due(clock=clock)

        assert sorted(_states().values()) == ["in_doubt", "queued", "queued", "queued", "queued"]


def _hang_up(server: SMTP) -> None:
    assert server.transport is not None
    server.transport.abort()


def _hang_up_on_first(sink: Sink) -> Callable[[SMTP], None]:
    def on_data(server: SMTP) -> None:
        if len(sink.received) == 1:
            _hang_up(server)

    return on_data


def _hang_up_and_close(sink: Sink) -> Callable[[SMTP], None]:
    def on_data(server: SMTP) -> None:
        sink.close_port()
        _hang_up(server)

    return on_data


class TestExpiry:
    def test_a_lease_goes_back_to_the_queue(self, sink: Sink, clock: Clock) -> None:
        make.make_mail(state="leased", lease_until=make.NOW - EVEN_ONE_TICK, address="anna@example.org")

        assert mail.send_due(clock=clock) == 1
        assert _states() == {"anna@example.org": "sent"}

    def test_a_lease_that_still_runs_is_left_alone(self, sink: Sink, clock: Clock) -> None:
        make.make_mail(state="leased", lease_until=make.NOW, address="anna@example.org")

        assert mail.send_due(clock=clock) == 0
        assert _states() == {"anna@example.org": "leased"}

    def test_a_begun_delivery_is_in_doubt_and_not_sent_again(self, sink: Sink, clock: Clock) -> None:
        make.make_mail(state="sending", lease_until=make.NOW - EVEN_ONE_TICK, address="anna@example.org")

        assert mail.send_due(clock=clock) == 0
        assert (_states(), sink.received) == ({"anna@example.org": "in_doubt"}, [])

    def test_a_sender_whose_lease_was_taken_away_sends_nothing(self, sink: Sink, clock: Clock) -> None:
        """It slept longer than its lease; meanwhile another sender has taken the mail over."""
        row = make.make_mail(state="leased", lease_until=make.NOW)
        Mail.objects.filter(pk=row.pk).update(state="sent", sent_at=make.NOW)

        with mail.get_connection() as connection:
            taken = mail._hand_over(row, connection, clock)

        assert (taken, sink.received) == (0, [])


@pytest.mark.django_db(transaction=True)
class TestRace:
    SENDERS = 4

    def _race(self, work: Callable[[], int]) -> list[int]:
        """Run `work` in several threads that begin at one moment, each with its own connection."""
        start = threading.Barrier(self.SENDERS)

        def run() -> int:
            try:
                start.wait()
                return work()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(self.SENDERS) as pool:
            runs = [pool.submit(run) for _ in range(self.SENDERS)]
        return [run.result() for run in runs]

    def test_senders_that_race_hand_each_mail_over_once(self, sink: Sink, clock: Clock) -> None:
        Mail.objects.bulk_create(make.mail() for _ in range(3 * mail.BATCH))

        sent = self._race(lambda: mail.send_due(clock=clock))

        assert sum(sent) == 3 * mail.BATCH
        assert sorted(sink.message_ids) == sorted(
            Mail.objects.filter(state="sent").values_list("message_id", flat=True)
        )
        assert len(sink.message_ids) == 3 * mail.BATCH

    def test_planners_that_race_make_one_mail(self) -> None:
        context = {"attention": _attention("Bridge"), "site_url": "https://tracker.example.org"}

        made = self._race(lambda: _queue(context=context))

        assert sorted(made) == [False, False, False, True]
        assert Mail.objects.count() == 1
