"""All senders see the mail server alike: it rests after failures, and takes so many mails a minute."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import override_settings

from tests import factories as make
from tests.conftest import Clock
from tests.smtp import Sink, nobody_may_log_in
from tracker import mail
from tracker.mail import relay, sending
from tracker.models import Mail, Relay, Suppression

pytestmark = pytest.mark.django_db

A_MOMENT = dt.timedelta(seconds=5)


def test_a_server_that_refuses_is_asked_twice_a_minute_and_later_once(sink: Sink, clock: Clock) -> None:
    """F18: each knock counts; two senders run every five seconds for ten minutes."""
    make.make_mail()
    sink.drops_at = "EHLO"
    knocks = []

    for _ in range(120):
        for _sender in range(2):
            mail.send_due(clock=clock)
        knocks.append(sink.connections)
        clock.passes(A_MOMENT)

    first_minutes, rest = knocks[: 12 * 2], knocks[12 * 5 :]
    assert first_minutes[-1] <= 4
    assert rest[-1] - rest[0] <= 5
    assert Mail.objects.get().attempts == 0


def test_after_it_answers_again_everything_goes(sink: Sink, clock: Clock) -> None:
    Mail.objects.bulk_create(make.mail() for _ in range(3))
    sink.drops_at = "EHLO"
    mail.send_due(clock=clock)
    sink.drops_at = ""
    clock.passes(relay.FIRST_REST)

    sent = mail.send_due(clock=clock)

    known = Relay.objects.get()
    assert (sent, known.failures, known.rests_until, known.words) == (3, 0, None, "")


def test_a_server_that_takes_connections_and_drops_each_mail_rests_longer_and_longer(
    sink: Sink, clock: Clock
) -> None:
    Mail.objects.bulk_create(make.mail() for _ in range(10))
    sink.drops_at = "RCPT"

    for _ in range(relay.PATIENCE):
        mail.send_due(clock=clock)
        clock.passes(relay.FIRST_REST)

    known = Relay.objects.get()
    assert known.failures == relay.PATIENCE
    assert known.rests_until == clock.now - relay.FIRST_REST + relay.LONG_REST


@pytest.fixture
def locked(clock: Clock) -> Iterator[Sink]:
    """A server that lets nobody log in."""
    sink = Sink(authenticator=nobody_may_log_in, auth_require_tls=False)
    login = {"EMAIL_HOST_USER": "tracker", "EMAIL_HOST_PASSWORD": "wrong"}
    with sink, override_settings(**sink.settings(), **login):
        yield sink


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_refused_login_asks_for_a_person_and_costs_no_mail_an_attempt(locked: Sink, clock: Clock) -> None:
    make.make_mail()

    mail.send_due(clock=clock)

    row, known = Mail.objects.get(), Relay.objects.get()
    assert (row.state, row.attempts) == ("queued", 0)
    assert known.needs_a_person
    assert known.words.startswith("(535")
    assert known.rests_until == clock.now + relay.PERSONS_REST


def test_a_server_without_tls_where_tls_is_wanted_asks_for_a_person(sink: Sink, clock: Clock) -> None:
    make.make_mail()

    with override_settings(EMAIL_USE_TLS=True):
        mail.send_due(clock=clock)

    assert (Mail.objects.get().state, Relay.objects.get().needs_a_person) == ("queued", True)


def test_a_name_that_is_not_found_is_a_server_that_is_away(sink: Sink, clock: Clock) -> None:
    make.make_mail()

    with override_settings(EMAIL_HOST="mail.invalid"):
        mail.send_due(clock=clock)

    assert (Mail.objects.get().state, Relay.objects.get().needs_a_person) == ("queued", False)


def test_who_mended_it_lets_it_be_asked_at_once(sink: Sink, clock: Clock) -> None:
    make.make_mail()
    relay.failed("535 wrong password", now=clock.now, needs_a_person=True)

    before = mail.send_due(clock=clock)
    woken = relay.wake()

    assert (before, woken, mail.send_due(clock=clock)) == (0, 1, 1)


class TestPolicy:
    """A server that takes mail from nobody fails no more than a few of them."""

    REFUSAL = "550 5.7.1 blocked by policy"

    @pytest.fixture
    def refusing(self, sink: Sink) -> Sink:
        for number in range(2 * relay.REFUSALS):
            make.make_mail(address=f"{number}@example.org")
            sink.answers[f"{number}@example.org"] = self.REFUSAL
        return sink

    def _failed(self) -> int:
        return Mail.objects.filter(state="failed").count()

    def test_after_a_row_of_refusals_it_rests_until_somebody_mends_it(
        self, refusing: Sink, clock: Clock
    ) -> None:
        mail.send_due(clock=clock)

        known = Relay.objects.get()
        assert (self._failed(), Mail.objects.filter(state="queued").count()) == (4, 6)
        assert (known.needs_a_person, known.words) == (True, self.REFUSAL)
        assert known.rests_until == clock.now + relay.PERSONS_REST
        assert not Suppression.objects.exists()

    def test_refusals_of_one_run_and_of_another_make_one_row(self, refusing: Sink, clock: Clock) -> None:
        queue = list(Mail.objects.order_by("pk"))
        for row in queue:
            Mail.objects.filter(pk=row.pk).update(next_attempt_at=clock.now)
            Mail.objects.filter(pk__gt=row.pk).update(next_attempt_at=clock.now + dt.timedelta(days=1))
            mail.send_due(clock=clock)
            clock.passes(A_MOMENT)

        assert self._failed() == relay.REFUSALS - 1

    def test_while_it_refuses_one_mail_after_the_other_is_tried_and_none_fails(
        self, refusing: Sink, clock: Clock
    ) -> None:
        for _rest in range(6):
            mail.send_due(clock=clock)
            clock.passes(relay.PERSONS_REST)

        tried = Mail.objects.filter(state="queued", attempts=1)
        assert (self._failed(), tried.count()) == (4, 6)

    def test_a_mail_that_is_taken_ends_the_row(self, refusing: Sink, clock: Clock) -> None:
        for number in (3, 7):
            del refusing.answers[f"{number}@example.org"]
        refusing.on_data = lambda server: clock.passes(A_MOMENT)

        sent = mail.send_due(clock=clock)

        assert (sent, self._failed()) == (2, 8)

    def test_when_it_takes_mail_again_all_go(self, refusing: Sink, clock: Clock) -> None:
        mail.send_due(clock=clock)
        refusing.answers.clear()
        clock.passes(relay.PERSONS_REST)

        sent = mail.send_due(clock=clock)

        assert (sent, Relay.objects.get().needs_a_person) == (6, False)

    def test_refusals_of_addresses_are_none_of_policy(self, sink: Sink, clock: Clock) -> None:
        for number in range(2 * relay.REFUSALS):
            make.make_mail(address=f"{number}@example.org")
            sink.answers[f"{number}@example.org"] = "550 5.1.1 no such user"

        mail.send_due(clock=clock)

        assert self._failed() == 2 * relay.REFUSALS


class TestLimit:
    @pytest.fixture(autouse=True)
    def _three_a_minute(self) -> Iterator[None]:
        with override_settings(MAIL_PER_MINUTE=3):
            yield

    def test_only_so_many_go_in_a_minute(self, sink: Sink, clock: Clock) -> None:
        Mail.objects.bulk_create(make.mail() for _ in range(7))

        sent = []
        for _minute in range(4):
            sent.append(mail.send_due(clock=clock) + mail.send_due(clock=clock))
            clock.passes(dt.timedelta(minutes=1))

        assert sent == [3, 3, 1, 0]

    def test_what_was_not_used_may_be_used_by_others(self, sink: Sink, clock: Clock) -> None:
        make.make_mail()
        mail.send_due(clock=clock)
        Mail.objects.bulk_create(make.mail() for _ in range(5))

        assert mail.send_due(clock=clock) == 2


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
        number = 5 * sending.BATCH
        Mail.objects.bulk_create(make.mail() for _ in range(number))

        sent = self._race(lambda: mail.send_due(clock=clock))

        assert sum(sent) == number
        assert sorted(sink.message_ids) == sorted(
            Mail.objects.filter(state="sent").values_list("message_id", flat=True)
        )
        assert len(sink.message_ids) == number

    def test_planners_that_race_make_one_mail(self) -> None:
        facts = {"kind": "note", "key": "one", "address": "anna@example.org", "language": "en", "about": {}}

        made = self._race(lambda: mail.queue(**facts, now=make.NOW))

        assert sorted(made) == [False, False, False, True]
        assert Mail.objects.count() == 1

    def test_after_a_failure_one_sender_alone_tries(self, sink: Sink, clock: Clock) -> None:
        make.make_mail()
        relay.failed("away", now=clock.now - relay.FIRST_REST)
        sink.drops_at = "EHLO"

        self._race(lambda: mail.send_due(clock=clock))

        assert sink.connections == 1

    def test_the_limit_is_of_all_together(self, sink: Sink, clock: Clock) -> None:
        Mail.objects.bulk_create(make.mail() for _ in range(40))

        with override_settings(MAIL_PER_MINUTE=10):
            sent = self._race(lambda: mail.send_due(clock=clock))

        assert sum(sent) == 10

    def test_no_transaction_is_open_while_the_server_is_spoken_to(self, sink: Sink, clock: Clock) -> None:
        """Another connection sees the mark, and can write."""
        make.make_mail()
        seen = []

        def looks(*_asked: object) -> None:
            with ThreadPoolExecutor(1) as pool:
                seen.append(pool.submit(_looked).result())

        sink.on_data = looks

        mail.send_due(clock=clock)

        assert seen == ["sending"]


def _looked() -> str:
    try:
        Relay.objects.create(host="written meanwhile")
        return Mail.objects.get().state
    finally:
        connections.close_all()
