"""What followers get by real SMTP: what changed, from what to what, on whose word; only what is still so."""

from email.message import EmailMessage

import pytest
from django.test import Client

from tests import factories as make
from tests.conftest import Clock
from tests.factories import NOW
from tests.following.arranging import ANNA, LATER, follow, mails, published, withdraw
from tests.smtp import Sink
from tracker import mail, publishing
from tracker.following import asking, changing, planning
from tracker.mail.outbox import suppress
from tracker.models import Initiative, Mail, Quote, Subscription, Suppression

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]

SITE = "http://127.0.0.1:8000"


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def html_of(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


@pytest.fixture
def sent(sink: Sink, clock: Clock) -> "Sent":
    return Sent(sink, clock)


class Sent:
    """Plans, hands over, and gives what arrived."""

    def __init__(self, sink: Sink, clock: Clock) -> None:
        self.sink, self.clock = sink, clock

    def __call__(self) -> list[EmailMessage]:
        planning.plan(now=LATER)
        self.clock.now = LATER
        mail.send_due(clock=self.clock)
        return self.sink.received


def test_a_report_is_told_with_old_and_new_status_and_its_source(sent: Sent) -> None:
    follow()
    initiative = published(title="A bridge")
    source = make.make_source(
        publisher="BelTA", language="en", published_on=make.day(-1), url="https://example.org/1"
    )
    quote = make.make_quote(initiative=initiative, source=source, relation=Quote.Relation.REPORTS)
    publishing.publish(initiative=initiative, now=NOW)
    make.Source.objects.filter(pk=source.pk).update(published_at=NOW)
    make.report(initiative, "in_progress", quote=quote, note="Ground was broken.")

    [message] = sent()

    text = text_of(message)
    assert message["Subject"] == "A bridge: Announced → in progress"
    assert "* Status changed: Announced → in progress\n  23 November 2026\n  Ground was broken.\n" in text
    assert "  Source: BelTA, 22 November 2026 <https://example.org/1>\n" in text
    assert f"{SITE}/en/initiatives/{initiative.slug}/" in text
    assert "Ground was broken." in html_of(message)


def test_a_moved_deadline_is_told_with_both_days_no_more_exactly_than_known(sent: Sent) -> None:
    follow()
    initiative = published(title="A bridge")
    make.set_deadline(
        initiative, make.dt.date(2026, 12, 31), precision="month", said_on=make.day(-9), now=make.moment(-9)
    )
    make.set_deadline(initiative, make.dt.date(2027, 3, 31), precision="quarter", reason="Floods.")

    [message] = sent()

    assert message["Subject"] == "A bridge: December 2026 → quarter 1 of 2027"
    assert "* Deadline moved: December 2026 → quarter 1 of 2027\n  Moved 90 days later\n  Floods." in text_of(
        message
    )


def test_a_new_initiative_is_told_in_the_words_that_announced_it(sent: Sent) -> None:
    follow()
    published(0, title="A bridge", slug="bridge")

    [message] = sent()

    assert message["Subject"] == "A bridge: Announced"
    assert "“We build it.”" in text_of(message)


def test_what_closes_is_told_as_closed(sent: Sent) -> None:
    follow()
    make.report(published(), "dropped")

    [message] = sent()

    assert "* Closed: Announced → dropped" in text_of(message)


def test_a_report_that_changes_no_status_says_so(sent: Sent) -> None:
    follow()
    make.report(published(), "announced", note="Still waiting.")

    [message] = sent()

    assert "* New report, status as before: Announced" in text_of(message)


def test_several_changes_are_one_mail_by_initiative(sent: Sent) -> None:
    follow()
    first, second = published(title="A bridge"), published(title="A dairy")
    make.report(first, "in_progress")
    make.report(second, "in_progress")
    make.report(first, "on_hold")

    [message] = sent()

    text = text_of(message)
    assert message["Subject"] == "3 changes in what you follow: A bridge, …"
    assert text.count("* Status changed") == 3
    assert text.count("\nA bridge\n") == text.count("\nA dairy\n") == 1


def test_what_was_told_and_taken_back_is_told_with_what_stands_now(sent: Sent) -> None:
    follow()
    row = make.report(published(), "completed")
    sent()
    withdraw(row, LATER)
    planning.plan(now=LATER + planning.WINDOW)
    mail.send_due(clock=lambda: LATER + planning.WINDOW)

    text = text_of(sent.sink.received[-1])
    assert "* A report was taken back: Status now: announced\n  It had said: completed" in text
    assert "It was another one." not in text


def test_a_reader_gets_their_language(sent: Sent) -> None:
    follow(language="de")
    initiative = make.make_published(title_de="Brücke", title_en="Bridge", title_ru="Мост")
    type(initiative).objects.update(published_at=make.moment(-9))
    make.report(initiative)

    [message] = sent()

    assert str(message["Subject"]).startswith("Brücke: ")
    assert f"{SITE}/de/initiatives/" in text_of(message)
    assert message["Content-Language"] == "de"


def test_nothing_that_is_not_public_is_named(sent: Sent) -> None:
    follow()
    initiative = published()
    hidden = make.make_source(publisher="canary-source", language="en")
    quote = make.make_quote(initiative=initiative, source=hidden, exact="canary-words")
    party = make.make_party(name="canary-party")
    make.report(initiative, quote=quote, told_by=party, url="")
    make.set_deadline(initiative, make.day(9), quote=quote, moved_by=party)

    [message] = sent()

    assert "canary" not in text_of(message) + html_of(message)


@pytest.mark.parametrize("template", ["notice", "confirm", "link"])
def test_every_mail_can_be_ended_by_the_mail_program(template: str, sent: Sent, client: Client) -> None:
    follow()
    make.report(published())
    if template == "confirm":
        asking.ask(scope="sector=trade", frequency="weekly", address=ANNA, language="en", now=NOW)
    if template == "link":
        asking.ask(scope="", frequency="at_once", address=ANNA, language="en", now=NOW)
    if template != "notice":
        make.StatusUpdate.objects.all().delete()

    [message] = sent()
    address = str(message["List-Unsubscribe"]).strip("<>").removeprefix(SITE)
    strict = Client(enforce_csrf_checks=True)
    answers = [strict.post(address, {"List-Unsubscribe": "One-Click"}) for _ in range(2)]

    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [(answer.status_code, dict(answer.cookies)) for answer in answers] == [(200, {}), (200, {})]
    assert not Subscription.objects.active().exists()


class TestHandOver:
    """What changed between the decision and the hand-over is seen."""

    def decided(self) -> Initiative:
        follow()
        follow(scope="sector=industry")
        initiative = published()
        make.report(initiative)
        planning.plan(now=LATER)
        return initiative

    def ended(self, sent: Sent) -> list[tuple[str, str]]:
        assert sent() == []
        return [(row.state, row.reason) for row in mails()]

    def test_whoever_left_gets_nothing(self, sent: Sent) -> None:
        self.decided()
        changing.leave(address=ANNA, series=None, now=NOW)

        assert self.ended(sent) == [("cancelled", "unsubscribed")]

    def test_whoever_left_one_of_two_is_told_by_the_other(self, sent: Sent) -> None:
        self.decided()
        row = Subscription.objects.get(series__scope="")
        changing.leave(address=ANNA, series=(row.series_id,), now=NOW)

        [message] = sent()

        assert "because you follow this at once: Sector: industry." in " ".join(text_of(message).split())

    def test_what_was_hidden_is_not_told(self, sent: Sent) -> None:
        publishing.hide(initiative=self.decided())

        assert self.ended(sent) == [("cancelled", "hidden")]

    def test_what_was_taken_back_is_not_told(self, sent: Sent) -> None:
        withdraw(self.decided().updates.get(), LATER)

        assert self.ended(sent) == [("cancelled", "hidden")]

    def test_that_something_was_taken_back_is_told_to_nobody_who_had_not_heard_of_it(
        self, sent: Sent
    ) -> None:
        withdraw(self.decided().updates.get(), NOW)

        assert self.ended(sent) == [("cancelled", "hidden")] * 2

    def test_a_suppressed_address_gets_nothing(self, sent: Sent) -> None:
        self.decided()
        suppress(ANNA, reason=Suppression.Reason.COMPLAINED, words="", now=NOW)

        assert self.ended(sent) == [("cancelled", "suppressed")]


def test_a_crowded_mail_is_shown_whole_by_gmail(sent: Sent) -> None:
    follow(language="en")
    long = "Строительство многофункционального логистического комплекса " * 3
    for _number in range(60):
        published(0, title=long[:190], summary=long)

    sent()

    row = Mail.objects.get()
    assert len(row.html.encode()) < 102_000
    assert row.subject.startswith("60 changes in what you follow: ")
    assert "And 35 more changes" in row.text
