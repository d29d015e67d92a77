"""The form that corrects an entry changes nothing by being opened, and puts one proposal before the staff."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from tests import factories as make
from tracker.models import Initiative, Mail, Proposal, StatusUpdate
from tracker.public.correct_form import purpose
from tracker.public.correcting import LIMIT
from tracker.public.guarded_form import stamp

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]

FORM = "/en/initiatives/bridge/correct/"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _bridge() -> None:
    cache.clear()
    make.publish(make.make_initiative(slug="bridge", title="Bridge"))


def said(**values: str) -> dict[str, str]:
    """What a reader sends who opened the form a minute ago."""
    opened = stamp(purpose("bridge"), make.NOW - MINUTE)
    return {"words": "The bridge is open.", "url": "https://example.org/open", "opened": opened, **values}


def errors(answer: Any) -> dict[str, list[str]]:
    return dict(answer.context["form"].errors)


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_form_changes_nothing_and_gives_no_cookie(
    method: str, language: str, client: Client
) -> None:
    answer = getattr(client, method)(f"/{language}/initiatives/bridge/correct/")

    assert (answer.status_code, dict(answer.cookies), Proposal.objects.count()) == (200, {}, 0)
    assert "no-store" in answer["Cache-Control"]


def test_what_a_reader_sends_waits_for_the_staff_and_changes_nothing(client: Client) -> None:
    before = Initiative.objects.values().get()

    answer = client.post(
        FORM, said(quote="It opened on Monday.", name="Ada", address="ada@example.org"), follow=True
    )

    proposal = Proposal.objects.get()
    assert answer.redirect_chain == [(f"{FORM}thanks/", 302)]
    assert (proposal.kind, proposal.state, proposal.initiative_id) == ("correction", "waiting", before["id"])
    assert proposal.wanted == {"words": "The bridge is open.", "quote": "It opened on Monday."}
    assert (proposal.url, proposal.proposed_at) == ("https://example.org/open", make.NOW)
    assert (proposal.reader_name, proposal.reader_address, proposal.reader_language) == (
        "Ada",
        "ada@example.org",
        "en",
    )
    assert Initiative.objects.values().get() == before
    assert (StatusUpdate.objects.count(), Mail.objects.count()) == (0, 0)


def test_a_reader_may_stay_unknown_and_quote_instead_of_linking(client: Client) -> None:
    client.post("/de/initiatives/bridge/correct/", said(url="", quote="Am Montag eröffnet."))

    proposal = Proposal.objects.get()
    assert (proposal.url, proposal.reader_name, proposal.reader_address) == ("", "", "")
    assert proposal.reader_language == "de"


def test_the_thanks_say_what_happens_next_and_by_when(client: Client) -> None:
    page = client.get(f"{FORM}thanks/").content.decode()

    assert "within 7 days, so by 30 November 2026" in " ".join(page.split())
    assert "/en/corrections/" in page


@pytest.mark.parametrize(
    ("values", "field", "complaint"),
    [
        ({"words": " "}, "words", "Say what is wrong, or what is new."),
        ({"words": "x" * 2001}, "words", "This has 2001 characters. Shorten it to 2000."),
        ({"quote": "x" * 1001}, "quote", "This has 1001 characters. Shorten it to 1000."),
        (
            {"url": ""},
            "url",
            "Nothing shows it yet. Add a link, or the words of a source: one is enough.",
        ),
        (
            {"words": "http://a.org https://b.org www.c.org HTTP://d.org"},
            "words",
            "This holds more than 3 links. Keep those that matter.",
        ),
        (
            {"url": "https://user:secret@example.org/"},
            "url",
            "This address holds a name or a password. Give it without them.",
        ),
        (
            {"address": "not an address"},
            "address",
            "This is no e-mail address. Write it as name@example.org, or leave it empty.",
        ),
        (
            {"address": "a@example.org\nBcc: b@example.org"},
            "address",
            "This is no e-mail address. Write it as name@example.org, or leave it empty.",
        ),
        (
            {"telex": "buy"},
            "telex",
            "This field is there to catch programs. Empty it, then send again.",
        ),
    ],
)
def test_what_is_refused_is_said_beside_its_field_and_what_was_typed_stays(
    values: dict[str, str], field: str, complaint: str, client: Client
) -> None:
    answer = client.post(FORM, said(name="Ada", **values))

    assert (answer.status_code, errors(answer)) == (200, {field: [complaint]})
    assert 'value="Ada"' in answer.content.decode()
    assert Proposal.objects.count() == 0


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org/",
        "//user@example.org",
        "https://user@example.org",
        "http://[::1",
        "https://example.org/\0",
        "mailto:a@example.org",
        "file:///etc/passwd",
    ],
)
def test_an_address_that_is_no_page_is_refused(url: str, client: Client) -> None:
    answer = client.post(FORM, said(url=url))

    assert (answer.status_code, list(errors(answer)), Proposal.objects.count()) == (200, ["url"], 0)


@pytest.mark.parametrize(
    ("opened", "complaint"),
    [
        ("", "This form was not opened here."),
        ("bridge.1764000000.forged", "This form was not opened here."),
        (stamp(purpose("another"), make.NOW - MINUTE), "This form was not opened here."),
        (
            stamp(purpose("bridge"), make.NOW - dt.timedelta(seconds=1)),
            "That was faster than a person writes.",
        ),
        (stamp(purpose("bridge"), make.NOW + MINUTE), "That was faster than a person writes."),
        (
            stamp(purpose("bridge"), make.NOW - dt.timedelta(hours=25)),
            "This page was open for more than a day",
        ),
    ],
)
def test_a_form_that_no_person_can_have_filled_in_is_refused_with_the_reason(
    opened: str, complaint: str, client: Client
) -> None:
    answer = client.post(FORM, said(opened=opened))

    [reason] = errors(answer)["__all__"]
    assert (reason.startswith(complaint), Proposal.objects.count()) == (True, 0)


def test_a_form_that_lay_too_long_is_stamped_anew_and_goes_through(client: Client) -> None:
    refused = client.post(FORM, said(opened=stamp(purpose("bridge"), make.NOW - dt.timedelta(hours=25))))
    renewed = refused.context["form"]["opened"].value()

    with time_machine.travel(make.NOW + MINUTE, tick=False):
        client.post(FORM, said(opened=renewed))

    assert Proposal.objects.count() == 1


def test_whoever_was_too_fast_waits_from_the_first_opening_on(client: Client) -> None:
    with time_machine.travel(make.NOW, tick=False):
        opened = client.get(FORM).context["form"]["opened"].value()
        refused = client.post(FORM, said(opened=opened))
    with time_machine.travel(make.NOW + dt.timedelta(seconds=3), tick=False):
        client.post(FORM, said(opened=refused.context["form"]["opened"].value()))

    assert Proposal.objects.count() == 1


def test_from_one_connection_only_so_many_are_taken_an_hour_and_nothing_typed_is_lost(client: Client) -> None:
    for _ in range(LIMIT.most):
        assert client.post(FORM, said()).status_code == 302

    refused = client.post(FORM, said(words="Once more."))

    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")
    page = refused.content.decode()
    assert "That is too much at once" in page
    assert "Once more." in page
    assert Proposal.objects.count() == LIMIT.most

    with time_machine.travel(make.NOW + dt.timedelta(hours=1), tick=False):
        assert client.post(FORM, said(opened=refused.context["form"]["opened"].value())).status_code == 302


def test_what_is_refused_does_not_count_against_the_limit(client: Client) -> None:
    for _ in range(LIMIT.most + 1):
        client.post(FORM, said(words=""))

    assert client.post(FORM, said()).status_code == 302


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", ["", "thanks/"])
def test_a_draft_cannot_be_corrected_by_readers(path: str, method: str, client: Client) -> None:
    make.make_initiative(slug="draft")

    answer = getattr(client, method)(f"/en/initiatives/draft/correct/{path}", said())

    assert answer.status_code == (405 if (path, method) == ("thanks/", "post") else 404)


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(method: str, client: Client) -> None:
    assert getattr(client, method)(FORM).status_code == 405


def test_what_a_reader_writes_is_escaped_where_it_is_shown_again(client: Client) -> None:
    page = client.post(FORM, said(words="<script>alert(1)</script>", url="")).content.decode()

    assert "<script>alert" not in page
