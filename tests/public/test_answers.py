"""The page that answers a reminder changes nothing by being opened, and takes one answer by POST."""

import threading
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings
from django.utils import translation

from tests import factories as make
from tracker import proposals, publishing
from tracker.models import Initiative, Mail, Proposal, Reminder
from tracker.public.evidence import MAX_BYTES
from tracker.reminders import answering
from tracker.reminders.answering import Answer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]

ON_TRACK = {
    "answer": "on_track",
    "on_track-note": "Ground was broken.",
    "on_track-happened_on": "2026-11-20",
    "on_track-status": "in_progress",
}
MORE_TIME = {
    "answer": "more_time",
    "more_time-due_on": "2027-05-31",
    "more_time-reason": "Floods.",
}
DONE = {"answer": "done", "done-note": "It is open.", "done-happened_on": "2026-11-20"}
NOT_MINE = {"answer": "not_mine", "not_mine-instead": "The Krai."}


def link(reminder: Reminder, language: str = "en") -> str:
    with translation.override(language):
        return answering.path(reminder)


def stored() -> list[list[Any]]:
    models: list[Any] = [Reminder, Proposal, Initiative, Mail]
    return [list(model.objects.values()) for model in models]


def errors(answer: Any) -> dict[str, list[str]]:
    """Name what is wrong with the chosen answer, by field."""
    chosen = Answer(answer.context["chosen"])
    return dict(answer.context["forms"][chosen].errors)


@pytest.mark.parametrize("method", ["get", "head"])
def test_whoever_opens_every_link_changes_nothing_and_gets_no_cookie(method: str, client: Client) -> None:
    reminder = make.make_asked()
    before = stored()

    answers = [
        getattr(client, method)(link(reminder, language), {"answer": answer})
        for language, _name in settings.LANGUAGES
        for answer in [*Answer, "", "nonsense", "\0"]
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert not any(answer.cookies for answer in answers)
    assert stored() == before


def test_the_page_shows_what_was_promised_and_who_asks_for_what(client: Client) -> None:
    reminder = make.make_asked()
    make.set_deadline(reminder.initiative, make.day(-10), wording="in a year", said_on=make.day(-90))
    make.report(reminder.initiative, note="The site is chosen.", happened_on=make.day(-30))

    page = client.get(link(reminder), {"answer": "more_time"}).content.decode()

    quote = reminder.initiative.quotes.get()
    for shown in (reminder.initiative.title, quote.exact, "BelTA", "in a year", "10 days late"):
        assert shown in page
    assert "The site is chosen." in page
    assert page.count("checked") == 2  # the answer, and the present status
    assert 'value="more_time" checked' in " ".join(page.split())


def test_about_a_step_it_asks_how_that_stands_and_takes_nothing_about_the_whole(client: Client) -> None:
    reminder = make.make_asked(kind="milestone")

    page = client.get(link(reminder), {"answer": "more_time"}).content.decode()
    refused = client.post(link(reminder), MORE_TIME)

    assert page.count("Say how it stands") == 2  # the choice, and the heading of what is asked then
    assert "Needs more time" not in page
    assert (refused.status_code, Proposal.objects.count()) == (200, 0)


def test_the_page_names_no_contact_and_nothing_internal(client: Client) -> None:
    reminder = make.make_asked()
    hidden = make.make_party(name="hidden-party")
    make.make_responsibility(reminder.initiative, hidden, "support")
    rejected = make.make_proposal(reminder, note="rejected-words")
    proposals.reject(proposal=rejected, note="internal-note", by=make.make_user(), now=make.NOW)

    pages = [client.get(link(reminder)), client.post(link(reminder), ON_TRACK, follow=True)]

    for page in pages:
        said = page.content.decode()
        for secret in (reminder.contact.name, reminder.contact.email, "hidden-party", "internal-note"):
            assert secret not in said
        assert "rejected-words" not in said


@pytest.mark.parametrize("path", ["", "thanks/"])
def test_the_address_stays_secret(path: str, client: Client) -> None:
    reminder = make.make_asked()
    if path:
        client.post(link(reminder), NOT_MINE)

    page = client.get(link(reminder) + path)

    assert page.status_code == 200
    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert '<meta name="robots" content="noindex">' in page.content.decode()


@pytest.mark.parametrize(
    ("said", "headline", "words"),
    [
        (ON_TRACK, "Report: in progress (20 November 2026)", "Ground was broken."),
        (MORE_TIME, "New deadline: 31 May 2027", "Floods."),
        (DONE, "Report: completed (20 November 2026)", "It is open."),
        (NOT_MINE, "Does not answer for this", "The Krai."),
    ],
)
def test_each_answer_is_thanked_for_with_what_was_recorded(
    said: dict[str, str], headline: str, words: str
) -> None:
    reminder = make.make_asked()
    stranger = Client(enforce_csrf_checks=True)  # who has no cookie of ours

    thanks = stranger.post(link(reminder), said, follow=True)

    assert thanks.redirect_chain == [(f"{link(reminder)}thanks/", 302)]
    assert (thanks.status_code, thanks.context["headline"], thanks.context["own_words"]) == (
        200,
        headline,
        words,
    )
    assert (Reminder.objects.get().answered_at, Proposal.objects.count()) == (make.NOW, 1)
    assert not stranger.cookies


def test_a_second_answer_is_told_that_it_came_too_late(client: Client) -> None:
    reminder = make.make_asked()
    client.post(link(reminder), ON_TRACK)
    before = stored()

    late = client.post(link(reminder), DONE)

    assert (late.status_code, late.context["obstacle"]) == (410, "answered")
    assert "An answer came on 23 November 2026." in late.content.decode()
    assert stored() == before


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_the_same_moment_one_is_told_so() -> None:
    address, start = link(make.make_asked()), threading.Barrier(2)
    statuses: list[int] = []

    def post() -> None:
        start.wait()
        try:
            statuses.append(Client().post(address, NOT_MINE).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=post) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [302, 410]
    assert Proposal.objects.count() == 1


@pytest.mark.parametrize("obstacle", ["altered", "expired", "ended", "closed", "hidden", "answered"])
def test_a_link_that_cannot_be_answered_says_why_and_takes_nothing(obstacle: str, client: Client) -> None:
    reminder = make.make_asked()
    address = link(reminder)
    if obstacle == "altered":
        address = address.replace(".", ".x")
    elif obstacle == "expired":
        Reminder.objects.update(decided_at=make.moment(-46))
    elif obstacle == "ended":
        reminder.initiative.responsibilities.all().delete()
    elif obstacle == "closed":
        make.report(reminder.initiative, "dropped")
    elif obstacle == "hidden":
        publishing.hide(initiative=reminder.initiative)
    else:
        Reminder.objects.update(answered_at=make.NOW)
    before = stored()

    with override_settings(ANSWER_DAYS=45):
        answers = [client.get(address), client.post(address, ON_TRACK)]

    assert {answer.status_code for answer in answers} == {404 if obstacle == "altered" else 410}
    assert {answer.context["obstacle"] for answer in answers} == {obstacle}
    assert {answer.templates[0].name for answer in answers} == {"public/answer_refused.html"}
    named = {reminder.initiative.title in answer.content.decode() for answer in answers}
    assert named == {obstacle not in ("altered", "hidden")}
    assert stored() == before


@pytest.mark.parametrize(
    "address", ["/en/answer/%00/", "/en/answer/1.%FF%FE/thanks/", "/ru/answer/1/", "/de/answer/1./"]
)
def test_a_broken_address_is_answered_calmly(address: str, client: Client) -> None:
    assert client.get(address).status_code == 404


def test_the_thanks_before_any_answer_lead_to_the_question(client: Client) -> None:
    reminder = make.make_asked()

    assert client.get(f"{link(reminder)}thanks/").url == link(reminder)


@pytest.mark.parametrize(
    ("said", "field", "complaint"),
    [
        ({**ON_TRACK, "on_track-note": " "}, "note", "Say in a sentence what was done."),
        ({**ON_TRACK, "on_track-note": "a\0b"}, "note", "Null characters are not allowed."),
        (
            {**ON_TRACK, "on_track-note": "x" * 10_000},
            "note",
            "This has 10000 characters. Shorten it to 2000, or attach it as a file.",
        ),
        (
            {**ON_TRACK, "on_track-happened_on": "2026-11-24"},
            "happened_on",
            "24 November 2026 lies in the future. Enter a day up to today.",
        ),
        ({**ON_TRACK, "on_track-happened_on": "soon"}, "happened_on", "Enter a valid date."),
        (
            {**ON_TRACK, "on_track-status": "completed"},
            "status",
            "Select a valid choice. completed is not one of the available choices.",
        ),
        (
            {**ON_TRACK, "on_track-url": "javascript:alert(1)"},
            "url",
            "This is no address of a page. Write it with http:// or https://, as https://example.org.",
        ),
        (
            {**ON_TRACK, "on_track-url": "ftp://example.org/act"},
            "url",
            "This is no address of a page. Write it with http:// or https://, as https://example.org.",
        ),
        (
            {**MORE_TIME, "more_time-due_on": "2026-12-31"},
            "due_on",
            "31 December 2026 is not later than the present deadline, 31 December 2026. Enter a later day.",
        ),
        (
            {**MORE_TIME, "more_time-due_on": "2026-11-23"},
            "due_on",
            "23 November 2026 is over. Enter a day to come.",
        ),
        (
            {**MORE_TIME, "more_time-due_on": "9999-12-31"},
            "due_on",
            "31 December 9999 is too far away. Look at the year.",
        ),
        ({**MORE_TIME, "more_time-reason": ""}, "reason", "Say why it takes longer."),
        (
            {**DONE, "done-note": ""},
            "__all__",
            "Nothing shows yet that it is done. Add a sentence, a link or a file: one is enough.",
        ),
        ({**DONE, "done-happened_on": ""}, "happened_on", "Enter the day."),
    ],
)
def test_what_cannot_be_taken_is_named_beside_its_field(
    said: dict[str, str], field: str, complaint: str, client: Client
) -> None:
    reminder = make.make_asked()
    make.set_deadline(reminder.initiative, make.moment(38).date(), said_on=make.day(-90))
    before = stored()

    refused = client.post(link(reminder), said)

    assert (refused.status_code, errors(refused)) == (200, {field: [complaint]})
    assert complaint in refused.content.decode()
    assert stored() == before


@pytest.mark.parametrize("said", [{}, {"answer": ""}, {"answer": "perhaps"}, {"answer": "done\0"}])
def test_without_an_answer_the_choice_is_asked_for(said: dict[str, str], client: Client) -> None:
    reminder = make.make_asked()

    refused = client.post(link(reminder), said)

    assert refused.context["problem"] == "No answer is chosen. Choose one of these."
    assert Proposal.objects.count() == 0


def test_an_error_keeps_all_that_was_typed_for_every_answer(client: Client) -> None:
    typed = {**NOT_MINE, **MORE_TIME, **DONE, **ON_TRACK, "on_track-url": "javascript:alert(1)"}

    page = client.post(link(make.make_asked()), typed).content.decode()

    for words in ("Ground was broken.", "Floods.", "It is open.", "The Krai.", "javascript:alert(1)"):
        assert words in page
    assert page.count('value="2026-11-20"') == 2
    assert page.count('value="2027-05-31"') == 1
    assert page.count('aria-invalid="true"') == 1


def test_words_that_look_like_headers_or_markup_stay_words(client: Client) -> None:
    words = "Done\r\nBcc: everybody@example.org\r\n<script>alert(1)</script>"

    page = client.post(link(make.make_asked()), {**ON_TRACK, "on_track-note": words}, follow=True)

    assert Proposal.objects.get().wanted["note"] == words
    assert "<script>alert" not in page.content.decode()
    assert "Bcc" not in page.headers


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("act.pdf", b"%PDF-1.7 words"),
        ("photo.JPG", b"\xff\xd8\xff\xe0 picture"),
        ("photo.png", b"\x89PNG\r\n\x1a\n picture"),
        ("act.docx", b"PK\x03\x04 packed"),
        ("table.ods", b"PK\x03\x04 packed"),
        ("заметка.txt", "Готово".encode()),
        ("bomb.xlsx", b"PK\x03\x04" + b"\0" * 1_000_000),  # never unpacked here, only kept
        ("most.txt", b"x" * MAX_BYTES),
    ],
)
def test_a_file_is_kept_as_it_came(name: str, content: bytes, client: Client) -> None:
    said = {**DONE, "done-note": "", "done-file": SimpleUploadedFile(name, content)}

    thanks = client.post(link(make.make_asked()), said, follow=True)

    file = Proposal.objects.get().files.get()
    assert (file.name, bytes(file.content) == content, file.size) == (name, True, len(content))
    assert name in thanks.content.decode()


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("act.exe", b"MZ", "“act.exe” is of a kind that is not taken. Choose one of:"),
        ("42.zip", b"PK\x03\x04", "“42.zip” is of a kind that is not taken. Choose one of:"),
        ("act.pdf.zip", b"PK\x03\x04", "“act.pdf.zip” is of a kind that is not taken. Choose one of:"),
        ("page.svg", b"<svg/>", "“page.svg” is of a kind that is not taken. Choose one of:"),
        ("act", b"%PDF-", "“act” is of a kind that is not taken. Choose one of:"),
        ("act.pdf", b"MZ program", "“act.pdf” is called .pdf but is something else."),
        ("act.txt", b"MZ\0program", "“act.txt” is called .txt but is something else."),
        ("act.pdf", b"", "This file is empty."),
        (
            "act.pdf",
            b"%PDF-" + b"x" * MAX_BYTES,
            "“act.pdf” has 5.0\xa0MB. Choose a file of at most 5.0\xa0MB",
        ),
        ("act.txt", b"x" * (MAX_BYTES * 2), "“act.txt” has 10.0\xa0MB. Choose a file of at most 5.0\xa0MB"),
    ],
)
def test_a_file_that_is_not_taken_says_what_would_be(
    name: str, content: bytes, complaint: str, client: Client
) -> None:
    said = {**DONE, "done-file": SimpleUploadedFile(name, content)}

    refused = client.post(link(make.make_asked()), said)

    [told] = errors(refused)["file"]
    assert told.startswith(complaint)
    assert "It is open." in refused.content.decode()
    assert Proposal.objects.count() == 0


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ('filename="../../etc/act.pdf"', "act.pdf"),
        ('filename="C:\\acts\\act.pdf"', "act.pdf"),
        ("filename*=utf-8''a%0D%0AX-Evil:%201.pdf", "aX-Evil: 1.pdf"),
        (f'filename="{"x" * 240}.pdf"', "x" * 196 + ".pdf"),
    ],
)
def test_a_file_is_called_by_its_bare_name(sent: str, kept: str, client: Client) -> None:
    head = "--frontier\r\nContent-Disposition: form-data; name="
    fields = "".join(f'{head}"{name}"\r\n\r\n{value}\r\n' for name, value in DONE.items())
    body = f'{fields}{head}"done-file"; {sent}\r\n\r\n%PDF-\r\n--frontier--\r\n'

    client.post(link(make.make_asked()), body.encode(), content_type="multipart/form-data; boundary=frontier")

    assert Proposal.objects.get().files.get().name == kept


def test_a_returned_answer_is_asked_again_with_what_was_written(client: Client) -> None:
    reminder = make.make_asked()
    client.post(link(reminder), {**DONE, "done-url": "https://example.org/act"})
    given = Proposal.objects.get()
    proposals.give_back(proposal=given, note="Which of the two?", by=make.make_user(), now=make.NOW)

    told = client.get(f"{link(reminder)}thanks/").content.decode()
    page = client.get(link(reminder), {"answer": "done"}).content.decode()
    client.post(link(reminder), {**DONE, "done-note": "Both."})

    assert "Which of the two?" in told
    for words in (
        "Which of the two?",
        "It is open.",
        'value="2026-11-20"',
        'value="https://example.org/act"',
    ):
        assert words in page
    assert [row.wanted["note"] for row in Proposal.objects.order_by("pk")] == ["It is open.", "Both."]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("waiting", "The tracker’s staff read it."),
        ("accepted", "The staff have accepted it. It is recorded."),
        ("merged", "The same was recorded already."),
        ("rejected", "The staff have not accepted it."),
    ],
)
def test_whoever_answered_can_see_what_became_of_it(state: str, words: str, client: Client) -> None:
    reminder = make.make_asked()
    client.post(link(reminder), ON_TRACK)
    reviewed = {} if state == "waiting" else {"reviewed_at": make.NOW, "answer": "internal-note"}
    Proposal.objects.update(state=state, **reviewed)

    page = client.get(f"{link(reminder)}thanks/").content.decode()

    assert words in page
    assert "internal-note" not in page


def test_other_ways_of_asking_are_refused(client: Client) -> None:
    address = link(make.make_asked())

    assert [client.put(address).status_code, client.delete(address).status_code] == [405, 405]
