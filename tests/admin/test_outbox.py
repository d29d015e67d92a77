"""The outbox in the admin: what went, what did not and why, and what a person may do about it."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests import factories as make
from tracker import mail
from tracker.mail import relay, watching
from tracker.models import Bounce, Heartbeat, Mail, Relay, Suppression

pytestmark = pytest.mark.django_db

LIST = "/admin/tracker/mail/"


def _officer(client: Client, *permissions: str) -> User:
    user = make.make_user(*permissions, is_staff=True)
    client.force_login(user)
    return user


@pytest.fixture
def postmaster(client: Client) -> User:
    return _officer(
        client,
        "view_mail",
        "release_mail",
        "view_suppression",
        "view_bounce",
        "view_relay",
        "delete_suppression",
    )


def _page(client: Client, row: Mail) -> str:
    return client.get(reverse("admin:tracker_mail_change", args=[row.pk])).content.decode()


class TestList:
    @pytest.mark.parametrize(
        "query",
        ["", "?state__exact=held", "?kind=note", "?language__exact=en", "?reason__exact=release", "?q=anna"],
    )
    def test_it_is_filtered_and_searched(self, query: str, client: Client, postmaster: User) -> None:
        make.make_mail(address="anna@example.org", state="held")
        make.make_mail(address="boris@example.org", language="ru", kind="report")

        shown = client.get(LIST + query).content.decode()

        assert "anna@example.org" in shown
        assert ("boris@example.org" in shown) == (query == "")

    def test_it_asks_the_database_the_same_for_one_mail_and_for_many(
        self, client: Client, postmaster: User, count_queries: Callable[..., int]
    ) -> None:
        make.make_mail()
        one = count_queries(lambda: client.get(LIST))
        Mail.objects.bulk_create(make.mail() for _ in range(20))

        assert count_queries(lambda: client.get(LIST)) == one <= 12


class TestPage:
    def test_a_mail_is_shown_as_it_was_sent(self, client: Client, postmaster: User) -> None:
        row = make.make_mail(
            state="sent",
            sent_at=make.NOW,
            text="Мост готов",
            html="<p>Мост</p>",
            server_reply="250 queued as 4F2",
        )
        Bounce.objects.create(mail=row, kind="soft", status="4.2.2", received_at=make.NOW, digest="1")

        page = _page(client, row)

        for words in ("Мост готов", row.message_id, row.address, "250 queued as 4F2", "4.2.2"):
            assert words.replace("<", "&lt;").replace(">", "&gt;") in page
        assert "<p>Мост</p>" not in page
        assert 'type="submit" class="button"' not in page

    def test_its_html_part_stands_alone_and_may_do_nothing(self, client: Client, postmaster: User) -> None:
        row = make.make_mail(state="sent", sent_at=make.NOW, html="<p>Мост</p>")

        answer = client.get(reverse("admin:tracker_mail_html", args=[row.pk]))

        assert answer.content.decode() == "<p>Мост</p>"
        assert answer["Content-Security-Policy"] == (
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
        )

    def test_one_that_waits_is_shown_as_it_would_be_written_now(
        self, client: Client, postmaster: User
    ) -> None:
        make.make_initiative(due_on=make.day(-3), title="Bridge")
        row = make.make_mail(
            kind="attention_digest", about={"day": make.TODAY.isoformat()}, text="", html="", state="held"
        )

        page = _page(client, row)

        assert "Bridge" in page
        row.refresh_from_db()
        assert (row.text, row.state) == ("", "held")

    def test_one_that_would_not_go_says_why(self, client: Client, postmaster: User) -> None:
        Suppression.objects.create(address="anna@example.org", since=make.NOW)
        row = make.make_mail(address="anna@example.org")

        assert "it would not go: the address does not take mail" in _page(client, row)

    def test_one_that_cannot_be_written_says_what_is_wrong(
        self, client: Client, postmaster: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken = mail.Draft(template="there_is_none", context={})
        monkeypatch.setitem(mail.occasions, "note", lambda mails, now: {row.pk: broken for row in mails})

        assert "TemplateDoesNotExist" in _page(client, make.make_mail())

    def test_nothing_can_be_typed_into_it(self, client: Client, postmaster: User) -> None:
        row = make.make_mail(subject="Bridge")
        address = reverse("admin:tracker_mail_change", args=[row.pk])

        assert client.post(address, {"subject": "Tunnel"}).status_code == 403
        assert client.post(reverse("admin:tracker_mail_delete", args=[row.pk])).status_code == 403
        assert client.get("/admin/tracker/mail/add/").status_code == 403
        assert Mail.objects.get().subject == "Bridge"


class TestDeeds:
    @pytest.mark.parametrize(
        ("deed", "before", "after"),
        [
            ("release", "held", "queued"),
            ("cancel", "held", "cancelled"),
            ("cancel", "queued", "cancelled"),
            ("retry", "failed", "queued"),
            ("retry", "in_doubt", "queued"),
            ("cancel", "in_doubt", "cancelled"),
            ("retry", "cancelled", "queued"),
        ],
    )
    def test_a_button_does_it_and_says_so(
        self, deed: str, before: str, after: str, client: Client, postmaster: User
    ) -> None:
        row = make.make_mail(state=before)
        address = reverse(f"admin:tracker_mail_{deed}", args=[row.pk])

        assert f'action="{address}"' in _page(client, row)
        answer = client.post(address, follow=True)

        row.refresh_from_db()
        assert row.state == after
        assert [str(message)[:6] for message in answer.context["messages"]] == ["1 mail"]

    def test_looking_at_a_button_s_address_does_nothing(self, client: Client, postmaster: User) -> None:
        row = make.make_mail(state="held")

        client.get(reverse("admin:tracker_mail_release", args=[row.pk]))

        row.refresh_from_db()
        assert row.state == "held"

    def test_many_are_released_at_once_and_counted(self, client: Client, postmaster: User) -> None:
        rows = [make.make_mail(state=state) for state in ("held", "held", "sending")]

        answer = client.post(
            LIST,
            {"action": "release_mails", "_selected_action": [row.pk for row in rows]},
            follow=True,
        )

        assert [str(message) for message in answer.context["messages"]] == ["2 mails are released."]
        assert Mail.objects.filter(state="queued").count() == 2

    def test_without_the_right_there_is_no_button_and_no_deed(self, client: Client) -> None:
        _officer(client, "view_mail")
        row = make.make_mail(state="held")

        assert 'class="button"' not in _page(client, row)
        assert client.post(reverse("admin:tracker_mail_release", args=[row.pk])).status_code == 403
        client.post(LIST, {"action": "release_mails", "_selected_action": [row.pk]})
        row.refresh_from_db()
        assert row.state == "held"


class TestBesides:
    def test_a_suppressed_address_can_be_let_in_again(self, client: Client, postmaster: User) -> None:
        row = Suppression.objects.create(address="anna@example.org", words="550", since=make.NOW)

        assert "anna@example.org" in client.get("/admin/tracker/suppression/").content.decode()
        client.post(reverse("admin:tracker_suppression_delete", args=[row.pk]), {"post": "yes"})

        assert not Suppression.objects.exists()

    def test_only_who_has_the_right_lets_an_address_in(self, client: Client) -> None:
        _officer(client, "view_suppression")
        row = Suppression.objects.create(address="anna@example.org", since=make.NOW)

        assert client.post(reverse("admin:tracker_suppression_delete", args=[row.pk])).status_code == 403

    def test_bounces_are_only_looked_at(self, client: Client, postmaster: User) -> None:
        row = Bounce.objects.create(mail=make.make_mail(), kind="hard", received_at=make.NOW, digest="1")

        assert client.get("/admin/tracker/bounce/").status_code == 200
        assert client.post(reverse("admin:tracker_bounce_delete", args=[row.pk])).status_code == 403

    def test_a_resting_server_says_so_and_can_be_woken(self, client: Client, postmaster: User) -> None:
        relay.failed("535 wrong password", now=timezone.now(), needs_a_person=True)
        host = Relay.objects.get().pk

        page = client.get("/admin/tracker/relay/").content.decode()
        client.post("/admin/tracker/relay/", {"action": "wake", "_selected_action": [host]})

        assert "needs a person" in page
        assert "535 wrong password" in page
        assert Relay.objects.get().rests_until is None


class TestFirstPage:
    @pytest.fixture(autouse=True)
    def _schedule_runs(self) -> None:
        for name in watching.PARTS:
            watching.beat(name, now=timezone.now())

    def _notices(self, client: Client) -> list[str]:
        page = client.get("/admin/").content.decode()
        return [
            words for words in ("does not run", "may not have arrived", "waits for release") if words in page
        ]

    def test_it_is_quiet_when_all_is_well(self, client: Client, postmaster: User) -> None:
        assert self._notices(client) == []

    def test_it_tells_what_waits_for_a_person(self, client: Client, postmaster: User) -> None:
        make.make_mail(state="in_doubt")
        make.make_mail(state="held")

        assert self._notices(client) == ["may not have arrived", "waits for release"]

    def test_it_tells_that_the_schedule_is_dead(self, client: Client, postmaster: User) -> None:
        Heartbeat.objects.update(beat_at=timezone.now() - make.dt.timedelta(minutes=3))

        assert self._notices(client) == ["does not run"]

    def test_it_tells_nothing_to_who_may_not_see_mail(self, client: Client) -> None:
        _officer(client, "view_party")
        make.make_mail(state="in_doubt")

        assert self._notices(client) == []
