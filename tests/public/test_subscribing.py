"""A reader follows by mail from the public pages, sees and changes it; nobody learns who follows what."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.signing import Signer
from django.test import Client

from tests import factories as make
from tests.conftest import Clock
from tests.factories import NOW
from tests.following.arranging import ANNA, BORIS, LONG_AGO, follow, mails, published
from tests.smtp import Sink
from tracker import mail
from tracker.following import asking, links
from tracker.mail.outbox import suppress
from tracker.models import Mail, Series, Subscription, Suppression
from tracker.public import guarded_form
from tracker.reports import leaving, own_page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]

PAGE, LINK_PAGE = "/en/subscribe/", "/en/subscriptions/"
A_WHILE_AGO = NOW - dt.timedelta(seconds=30)


@pytest.fixture(autouse=True)
def _nobody_was_counted() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def strict() -> Client:
    """A client for whom CSRF is checked, as for every visitor."""
    return Client(enforce_csrf_checks=True)


def said(purpose: str = "subscribe", opened: dt.datetime = A_WHILE_AGO, **values: Any) -> dict[str, Any]:
    """What a person sends, half a minute after opening the page."""
    stamp = guarded_form.stamp(purpose, opened)
    answer = {"frequency": "weekly", "language": "en", "address": ANNA, "opened": stamp, "telex": ""}
    return {**answer, **values}


def confirm_path(address: str = ANNA, asked_at: dt.datetime = NOW) -> str:
    return links.confirm_path(address, asked_at=asked_at)


def text(answer: Any) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


class TestPage:
    def test_it_says_in_words_what_will_be_followed(self, client: Client) -> None:
        published(sector="agriculture")
        published(sector="agriculture", slug="bridge", title="A bridge")
        published(sector="trade")

        shown = text(client.get(f"{PAGE}?sector=agriculture&status=announced&page=2&ordering=title"))

        assert "Status announced Sector agriculture" in shown
        assert "2 initiatives at present" in shown
        assert "A bridge 1 initiative at present" in text(client.get(f"{PAGE}?initiative=bridge"))
        assert "All initiatives 3 initiatives at present" in text(client.get(PAGE))

    @pytest.mark.parametrize(
        "query", ["sector=nonsense", "x=1", "initiative=draft", "due_after=2025-02-30", "q=%00"]
    )
    def test_what_the_list_refuses_is_not_followed(self, query: str, client: Client) -> None:
        make.make_initiative(slug="draft")

        answers = [client.get(f"{PAGE}?{query}"), client.post(f"{PAGE}?{query}", said())]

        assert [answer.status_code for answer in answers] == [400, 400]
        assert not Series.objects.exists()

    def test_too_many_filters_at_once_are_refused(self, client: Client) -> None:
        slugs = ",".join(published(slug=f"initiative-{'x' * 100}-{number}").slug for number in range(10))

        answer = client.get(f"{PAGE}?initiative={slugs}")

        assert answer.status_code == 400
        assert "These are too many filters at once to be followed." in text(answer)

    @pytest.mark.parametrize("number", [1, 50])
    def test_it_asks_the_database_no_more_for_many(
        self, number: int, client: Client, count_queries: Callable[..., int]
    ) -> None:
        for _number in range(number):
            published(sector="trade")

        assert count_queries(lambda: client.get(f"{PAGE}?sector=trade")) == 1  # how many there are

    def test_it_gives_no_cookie_and_is_kept_nowhere(self, client: Client) -> None:
        answer = client.get(PAGE)

        assert dict(answer.cookies) == {}
        assert "no-store" in answer["Cache-Control"]


class TestAsking:
    def test_the_whole_way_from_the_page_to_the_first_mail(
        self, strict: Client, sink: Sink, clock: Clock
    ) -> None:
        published(slug="bridge")
        answer = strict.post(f"{PAGE}?initiative=bridge", said(frequency="at_once"))
        mail.send_due(clock=clock)
        found = re.search(r"http://\S+(/en/confirm/\S+)", sink.received[0].as_string().replace("=\n", ""))
        assert found is not None
        shown = strict.get(found[1])
        before = Subscription.objects.active().count()

        begun = strict.post(
            found[1], {"wanted": re.findall(r'name="wanted" value="(\d+)"', shown.content.decode())}
        )

        row = Subscription.objects.active().get()
        assert (answer.status_code, answer["Location"]) == (302, "/en/subscribe/asked/")
        assert (before, row.address, row.series.scope) == (0, ANNA, "initiative=bridge")
        assert "You follow this now" in text(begun)
        assert "You get a mail when something changes." in text(begun)

    def test_every_address_gets_the_same_answer(self, client: Client) -> None:
        follow("follows@example.org", frequency="weekly")
        follow("left@example.org", frequency="weekly", unsubscribed_at=LONG_AGO)
        follow("asked@example.org", frequency="weekly", confirmed_at=None, asked_at=LONG_AGO)
        suppress("suppressed@example.org", reason=Suppression.Reason.BOUNCED, words="", now=NOW)
        make.make_contact(email="contact@example.org")
        people = ["follows", "left", "asked", "suppressed", "contact", "unknown"]

        for page, purpose in ((PAGE, "subscribe"), (LINK_PAGE, "link")):
            cache.clear()
            answers = []
            for person in people:
                answer = client.post(page, said(purpose, address=f"{person}@example.org"))
                then = client.get(answer["Location"])
                headers = {name: value for name, value in then.items() if name != "Content-Security-Policy"}
                answers.append((answer.status_code, answer.content, then.content, sorted(headers.items())))

            assert all(answer == answers[0] for answer in answers)

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "anna",
            "anna@",
            "anna@example.org\r\nBcc: boris@example.org",
            "anna@example.org\nBcc: boris@example.org",
            "anna@example.org, boris@example.org",
            "anna@example.org;boris@example.org",
            "<anna@example.org>",
            "Anna <anna@example.org>",
            '"an na"@example.org',
            "anna@example.org\x00",
            "anna@example.org\u2028Bcc:",
            f"{'a' * 250}@example.org",
            "a@b@example.org",
        ],
    )
    def test_what_is_no_single_address_is_refused(self, address: str, client: Client) -> None:
        answers = [
            client.post(page, said(purpose, address=address))
            for page, purpose in ((PAGE, "subscribe"), (LINK_PAGE, "link"))
        ]

        assert [answer.status_code for answer in answers] == [200, 200]
        assert all("Nothing is sent yet. Look at what is marked." in text(answer) for answer in answers)
        assert not Mail.objects.exists()

    @pytest.mark.parametrize("values", [{"frequency": "quarterly"}, {"frequency": ""}, {"language": "fr"}])
    def test_what_is_not_offered_is_refused(self, values: dict[str, str], client: Client) -> None:
        assert "Look at what is marked." in text(client.post(PAGE, said() | values))
        assert not Subscription.objects.exists()

    def test_what_was_typed_stays(self, client: Client) -> None:
        page = client.post(PAGE, said(address="anna@", frequency="monthly", language="de")).content.decode()

        assert 'value="anna@"' in page
        assert re.search(r'value="monthly"[^>]*checked', page)
        assert re.search(r'value="de"[^>]*checked', page)

    def test_opening_a_page_changes_nothing(self, client: Client) -> None:
        for path in (PAGE, "/en/subscribe/asked/", LINK_PAGE):
            assert [client.get(path).status_code, client.head(path).status_code] == [200, 200]

        assert not Subscription.objects.exists()


class TestPrograms:
    @pytest.mark.parametrize(
        ("values", "why"),
        [
            ({"telex": "http://spam"}, "This field is there to catch programs."),
            ({"opened": ""}, "This form was not opened here."),
            ({"opened": "1.forged"}, "This form was not opened here."),
            ({"opened": guarded_form.stamp("link", A_WHILE_AGO)}, "This form was not opened here."),
            ({"opened": guarded_form.stamp("subscribe", NOW)}, "That was faster than a person writes."),
            (
                {"opened": guarded_form.stamp("subscribe", make.moment(-2))},
                "This page was open for more than a day.",
            ),
        ],
    )
    def test_they_are_told_apart_and_a_person_knows_what_to_do(
        self, values: dict[str, str], why: str, client: Client
    ) -> None:
        page = client.post(PAGE, said() | values)

        assert why in text(page)
        assert not Subscription.objects.exists()

    def test_a_form_that_lay_too_long_can_be_sent_again(self, client: Client) -> None:
        page = client.post(PAGE, said(opened=make.moment(-2))).content.decode()
        found = re.search(r'name="opened" value="([^"]+)"', page)
        assert found is not None

        with time_machine.travel(NOW + dt.timedelta(seconds=9), tick=False):
            answer = client.post(PAGE, said() | {"opened": found[1]})

        assert answer.status_code == 302

    def test_a_connection_may_ask_ten_times_an_hour(self, client: Client) -> None:
        answers = [client.post(PAGE, said(address=f"reader{number}@example.org")) for number in range(11)]

        assert [answer.status_code for answer in answers] == [302] * 10 + [429]
        assert answers[-1]["Retry-After"] == "3600"
        assert "Send it again after 1 p.m.: what you wrote is still here." in text(answers[-1])
        assert 'value="reader10@example.org"' in answers[-1].content.decode()
        assert client.get(PAGE).status_code == 200
        with time_machine.travel(NOW + dt.timedelta(hours=1), tick=False):
            assert client.post(PAGE, said(opened=NOW)).status_code == 302

    def test_an_address_may_be_asked_for_five_times_an_hour_from_everywhere(self, client: Client) -> None:
        answers = [
            client.post(
                PAGE, said(address=ANNA.upper() if number % 2 else ANNA), REMOTE_ADDR=f"192.0.2.{number}"
            )
            for number in range(6)
        ]

        assert [answer.status_code for answer in answers] == [302] * 5 + [429]
        assert client.post(PAGE, said(address=BORIS), REMOTE_ADDR="192.0.2.9").status_code == 302
        assert client.post(LINK_PAGE, said("link"), REMOTE_ADDR="192.0.2.9").status_code == 429


class TestConfirming:
    def ask(self, scope: str = "", address: str = ANNA) -> None:
        asking.ask(scope=scope, frequency="weekly", address=address, language="en", now=NOW)

    def test_opening_the_link_changes_nothing(self, client: Client) -> None:
        self.ask()

        page, head = client.get(confirm_path()), client.head(confirm_path())

        assert (page.status_code, head.status_code) == (200, 200)
        assert page.content.decode().count("<button") == 1
        assert not Subscription.objects.active().exists()

    def test_the_button_begins_it_once(self, strict: Client) -> None:
        self.ask()
        wanted = {"wanted": str(Subscription.objects.get().pk)}

        first, second = strict.post(confirm_path(), wanted), strict.post(confirm_path(), wanted)

        assert "The first report comes on 30 November 2026." in text(first)
        assert "Nothing waits for your answer" in text(second)
        assert Subscription.objects.active().count() == 1

    def test_of_several_requests_each_can_be_left_out(self, strict: Client) -> None:
        for scope in ("", "sector=trade"):
            self.ask(scope)
        wanted = Subscription.objects.get(series__scope="sector=trade").pk

        shown = strict.get(confirm_path()).content.decode()
        strict.post(confirm_path(), {"wanted": str(wanted)})

        assert shown.count('type="checkbox"') == 2
        assert Subscription.objects.active().get().pk == wanted

    def test_an_empty_answer_begins_nothing_and_says_so(self, strict: Client) -> None:
        self.ask()

        page = strict.post(confirm_path(), {"wanted": "x"})

        assert "Nothing is chosen." in text(page)
        assert not Subscription.objects.active().exists()

    def test_nobody_confirms_for_another(self, strict: Client) -> None:
        self.ask(address=BORIS)
        self.ask(scope="sector=trade")
        wanted = str(Subscription.objects.of(BORIS).get().pk)

        strict.post(confirm_path(), {"wanted": wanted})

        assert not Subscription.objects.active().exists()

    def test_a_link_expires_after_seven_days(self, strict: Client) -> None:
        self.ask()
        wanted = {"wanted": str(Subscription.objects.get().pk)}

        with time_machine.travel(NOW + dt.timedelta(days=7, seconds=1), tick=False):
            answers = [strict.get(confirm_path()), strict.post(confirm_path(), wanted)]

        assert [answer.status_code for answer in answers] == [410, 410]
        assert not Subscription.objects.active().exists()


def _foreign_tokens() -> dict[str, str]:
    """Signed by us for other purposes, or by nobody."""
    return {
        "nonsense": "nonsense",
        "forged": "1.forged",
        "dots": "...",
        "of no salt": Signer(sep=".").sign_object([ANNA, int(NOW.timestamp())]),
        "confirming": confirm_path().split("/")[3],
        "own page": own_page.path(ANNA, now=NOW).split("/")[3],
        "leaving": links.leave_path(ANNA, None).split("/")[3],
        "leaving a report": leaving.path(1, ANNA).split("/")[3],
    }


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("confirm", {"confirming"}),
        ("subscriptions", {"own page"}),
        ("unsubscribe", {"leaving", "leaving a report"}),
    ],
)
def test_a_link_of_another_purpose_leads_nowhere(path: str, own: set[str], client: Client) -> None:
    follow()
    make.make_series(pk=1)

    for name, token in _foreign_tokens().items():
        if name not in own:
            address = f"/en/{path}/{token}/"
            assert [client.get(address).status_code, client.post(address).status_code] == [404, 404], name
            altered = f"/en/{path}/X{token}/"
            assert client.post(altered, {"do": "leave_all"}).status_code == 404
    assert Subscription.objects.active().exists()


@pytest.mark.parametrize(
    "path", [confirm_path, lambda: own_page.path(ANNA, now=NOW), lambda: links.leave_path(ANNA, None)]
)
def test_the_address_of_such_a_page_stays_with_those_who_have_it(
    path: Callable[[], str], client: Client
) -> None:
    follow()

    answer = client.get(path())

    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer["Cache-Control"]
    assert dict(answer.cookies) == {}
    assert client.put(path()).status_code == 405


class TestOwnPage:
    def path(self) -> str:
        return own_page.path(ANNA, now=NOW)

    def test_it_shows_what_is_followed_and_opening_it_changes_nothing(self, client: Client) -> None:
        follow(scope="sector=trade", frequency="weekly")
        follow(BORIS, scope="sector=culture")
        asking.ask(scope="", frequency="weekly", address=ANNA, language="en", now=NOW)

        shown = text(client.get(self.path()))

        assert "Sector: trade" in shown
        assert "Sector: culture" not in shown
        assert "Waiting for your answer All initiatives" in shown
        assert Subscription.objects.active().count() == 2

    def test_language_frequency_and_leaving_are_changed_there(self, strict: Client) -> None:
        row = follow(scope="sector=trade", frequency="weekly")
        other = follow(frequency="monthly")

        strict.post(self.path(), {"do": "language", "language": "de"})
        changed = strict.post(self.path(), {"do": "frequency", "pk": row.pk, "frequency": "at_once"})
        left = strict.post(self.path(), {"do": "leave", "pk": other.pk})

        now = Subscription.objects.active().select_related("series").get()
        assert (now.language, now.series.frequency, now.series.scope) == ("de", "at_once", "sector=trade")
        assert "It is changed: At once, whenever something changes." in text(changed)
        assert "You do not follow this any more." in text(left)

    def test_everything_is_left_at_once(self, strict: Client) -> None:
        follow(scope="sector=trade")
        follow(frequency="monthly")

        answers = [strict.post(self.path(), {"do": "leave_all"}) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [200, 200]
        assert "This address follows nothing at present." in text(answers[1])
        assert not Subscription.objects.active().exists()

    @pytest.mark.parametrize(
        "values",
        [
            {},
            {"do": "nonsense"},
            {"do": "leave", "pk": "x"},
            {"do": "leave", "pk": "9" * 40},
            {"do": "frequency", "pk": "1", "frequency": "quarterly"},
            {"do": "language", "language": "fr"},
        ],
    )
    def test_what_makes_no_sense_changes_nothing(self, values: dict[str, str], strict: Client) -> None:
        follow()

        answer = strict.post(self.path(), values)

        assert answer.status_code == 200
        assert Subscription.objects.active().get().language == "en"

    def test_its_link_expires_and_a_new_one_can_be_had(self, client: Client) -> None:
        follow()

        with time_machine.travel(NOW + own_page.LIFE + dt.timedelta(seconds=1), tick=False):
            answers = [client.get(self.path()), client.post(self.path(), {"do": "leave_all"})]

        assert [answer.status_code for answer in answers] == [410, 410]
        assert LINK_PAGE in answers[0].content.decode()
        assert Subscription.objects.active().exists()

    def test_the_link_is_sent_to_whoever_follows(self, client: Client, sink: Sink, clock: Clock) -> None:
        follow()

        answer = client.post(LINK_PAGE, said("link"))
        mail.send_due(clock=clock)

        assert answer["Location"] == "/en/subscribe/asked/"
        assert [row.kind for row in mails()] == ["following_link"]
        assert self.path() in Mail.objects.get().text

    @pytest.mark.parametrize("number", [1, 50])
    def test_it_asks_the_database_no_more_for_many(
        self, number: int, client: Client, count_queries: Callable[..., int]
    ) -> None:
        sectors = make.Sector.values
        for which in range(number):
            follow(scope=f"sector={sectors[which % 14]}&q={which}", frequency="weekly")

        assert count_queries(lambda: client.get(self.path())) == 2  # what is followed, and what waits


class TestLeaving:
    def test_a_link_of_a_notice_leaves_what_brought_it(self, strict: Client) -> None:
        row, other = follow(), follow(scope="sector=trade")
        path = links.leave_path(ANNA, [row.series_id])

        asked = strict.get(path)
        answers = [strict.post(path, {"List-Unsubscribe": "One-Click"}) for _ in range(2)]

        assert "Send no more of this? This goes to anna@example.org." in text(asked)
        assert [answer.status_code for answer in answers] == [200, 200]
        assert "You have unsubscribed" in text(answers[1])
        assert 'href="/en/subscribe/"' in answers[1].content.decode()
        assert list(Subscription.objects.active()) == [other]

    def test_a_link_of_a_request_leaves_everything_and_forgets_the_request(self, strict: Client) -> None:
        follow()
        asking.ask(scope="sector=trade", frequency="weekly", address=ANNA, language="en", now=NOW)

        strict.post(links.leave_path(ANNA, None))

        assert not Subscription.objects.active().exists()
        assert not Subscription.objects.asked_since(LONG_AGO).exists()
