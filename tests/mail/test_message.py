"""What the server gets: words in any language, safe headers, and lines that every server takes."""

import datetime as dt
import email
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from tests import factories as make
from tests.conftest import Clock
from tests.smtp import Sink
from tracker import mail
from tracker.mail.message import UnwritableError, content, one_line, route
from tracker.models import Mail

DRAFT: dict[str, Any] = {"template": "", "context": {}}


@pytest.fixture(autouse=True)
def _author() -> Iterator[None]:
    with override_settings(DEFAULT_FROM_EMAIL="Поручения <tracker@example.org>"):
        yield


def _built(draft: mail.Draft | None = None, **values: Any) -> EmailMessage:
    raw = content(make.mail(**values), draft)
    return email.message_from_bytes(raw, policy=default)


def _texts(message: EmailMessage) -> dict[str, str]:
    return {
        part.get_content_type(): part.get_content()
        for part in message.walk()
        if part.get_content_maintype() == "text"
    }


def test_it_says_who_what_and_that_no_machine_should_answer() -> None:
    message = _built(message_id="<fixed@example.org>", subject="Мост — Brücke", address="anna@example.org")

    assert {name: str(value) for name, value in message.items()} == {
        "From": "Поручения <tracker@example.org>",
        "To": "anna@example.org",
        "Subject": "Мост — Brücke",
        "Message-ID": "<fixed@example.org>",
        "Date": "Mon, 23 Nov 2026 09:00:00 +0000",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": "en",
        "MIME-Version": "1.0",
        "Content-Type": message["Content-Type"],
    }


def test_the_same_mail_makes_the_same_bytes_at_every_attempt() -> None:
    row = make.mail()

    first = content(row, None)
    row.attempts, row.next_attempt_at = 7, make.moment(3)

    assert content(row, None) == first


def test_it_has_a_text_and_an_html_part() -> None:
    message = _built(text="Мост готов", html="<p>Мост готов</p>")

    assert message.get_content_type() == "multipart/alternative"
    assert _texts(message) == {"text/plain": "Мост готов", "text/html": "<p>Мост готов</p>"}


def test_files_come_after_the_words() -> None:
    files = [
        mail.Attachment("срок.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar"),
        mail.Attachment('a "report".pdf', bytes(range(256)), "application/pdf"),
    ]

    message = _built(mail.Draft(**DRAFT, attachments=files))

    assert message.get_content_type() == "multipart/mixed"
    assert _texts(message)["text/plain"] == "Text"
    assert [
        (part.get_filename(), part.get_content_type(), part.get_payload(decode=True))
        for part in message.iter_attachments()
    ] == [(file.name, file.mime_type, file.content) for file in files]


def test_a_subscriber_leaves_with_one_click() -> None:
    leave = "https://tracker.example.org/en/unsubscribe/token/"

    message = _built(mail.Draft(**DRAFT, unsubscribe=leave))

    assert message["List-Unsubscribe"] == f"<{leave}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert _built()["List-Unsubscribe"] is None


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Plain English.\n" * 9, "7bit"),
        ("Brücke, and mostly English words around it. " * 9, "quoted-printable"),
        ("Мост готов. " * 9, "base64"),
        ("x" * 5000, "quoted-printable"),
        ("ж" * 5000, "base64"),
        ("dots\n.\n..\n.x", "7bit"),
    ],
)
def test_each_text_goes_in_the_encoding_that_suits_it(text: str, encoding: str) -> None:
    raw = content(make.mail(text=text), None)

    [part] = [
        part
        for part in email.message_from_bytes(raw, policy=default).walk()
        if part.get_content_type() == "text/plain"
    ]
    assert part["Content-Transfer-Encoding"] == encoding
    assert part.get_content().replace("\r\n", "\n") == text
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"])),
    st.text(alphabet=st.characters(exclude_categories=["Cs"])),
)
def test_no_subject_and_no_text_adds_a_header(subject: str, text: str) -> None:
    message = _built(subject=subject, text=text)

    assert len(message.keys()) == 10
    assert not message.defects
    assert str(message["Subject"]) == one_line(subject)
    assert message["Bcc"] is None


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\u2029", "\x85", "\x0b", "\x00"])
def test_what_ends_a_line_ends_no_subject(end: str) -> None:
    message = _built(subject=f"Bridge{end}Bcc: spy@example.org")

    assert str(message["Subject"]) == "Bridge Bcc: spy@example.org"
    assert message["Bcc"] is None


@pytest.mark.parametrize(
    "values",
    [
        {"address": "a@example.org\r\nBcc: spy@example.org"},
        {"message_id": "<a@b>\r\nBcc: spy@example.org"},
        {"language": "e\n"},
    ],
)
def test_what_would_begin_a_header_is_refused(values: dict[str, str]) -> None:
    with pytest.raises(UnwritableError):
        content(make.mail(**values), None)


def test_an_address_to_leave_at_that_would_begin_a_header_is_refused() -> None:
    draft = mail.Draft(**DRAFT, unsubscribe="https://example.org/\r\nBcc: spy@example.org")

    with pytest.raises(UnwritableError):
        content(make.mail(), draft)


@pytest.mark.parametrize(
    ("name", "mime_type"),
    [("a\r\nBcc: spy@example.org", "text/plain"), ("a.txt", "text/plain\r\nBcc: spy@example.org")],
)
def test_a_file_adds_no_header(name: str, mime_type: str) -> None:
    message = _built(mail.Draft(**DRAFT, attachments=[mail.Attachment(name, b"", mime_type)]))

    assert [part["Bcc"] for part in message.walk()] == [None] * 5


@pytest.mark.parametrize(
    ("address", "routed"),
    [
        ("anna@example.org", "anna@example.org"),
        ("o'neil+work@sub.example.org", "o'neil+work@sub.example.org"),
        ("anna@пример.рф", "anna@xn--e1afmkfd.xn--p1ai"),
        ("анна@пример.рф", "анна@xn--e1afmkfd.xn--p1ai"),
    ],
)
def test_an_address_is_written_as_servers_route_it(address: str, routed: str) -> None:
    assert route(address) == routed


@pytest.mark.parametrize(
    "address",
    [
        "",
        "@",
        "a",
        "a@",
        "@b",
        "a@b@c",
        "a b@c",
        "a@b, c@d",
        "<a@b>",
        "a@b\n",
        "a\u2028@b",
        "a@b..c",
        f"{'a' * 65}@b",
        f"a@{'b.' * 126}org",
    ],
)
def test_what_is_no_single_address_is_refused(address: str) -> None:
    with pytest.raises(UnwritableError, match="is not an address"):
        route(address)


def test_the_server_s_limit_for_a_date_line_holds_for_any_zone() -> None:
    decided_at = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=3)))

    assert _built(decided_at=decided_at)["Date"] == "Mon, 23 Nov 2026 09:00:00 +0000"


@pytest.mark.django_db
class TestWording:
    """A mail is worded when it goes, by what holds then."""

    def _digest(self, **values: Any) -> None:
        make.make_mail(
            kind="attention_digest", about={"day": make.TODAY.isoformat()}, text="", html="", **values
        )

    @pytest.mark.parametrize(("language", "title"), [("ru", "Мост"), ("en", "Bridge"), ("de", "Brücke")])
    def test_it_is_written_in_the_reader_s_language(
        self, language: str, title: str, sink: Sink, clock: Clock
    ) -> None:
        make.make_initiative(due_on=make.day(-3), title_ru="Мост", title_en="Bridge", title_de="Brücke")
        self._digest(language=language)

        mail.send_due(clock=clock)

        row = Mail.objects.get()
        assert title in row.text
        assert title in row.html
        assert f"{settings.SITE_URL}/" in row.text

    def test_text_is_not_escaped_and_html_is(self, sink: Sink, clock: Clock) -> None:
        make.make_initiative(due_on=make.day(-3), title="Tom & <Jerry>")
        self._digest()

        mail.send_due(clock=clock)

        row = Mail.objects.get()
        assert "Tom & <Jerry>" in row.text
        assert "Tom &amp; &lt;Jerry&gt;" in row.html

    def test_a_subject_of_two_thousand_letters_is_cut(
        self, sink: Sink, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        long = make.make_initiative(due_on=make.day(-3), title="ж" * 200)
        draft = mail.Draft(template="attention_digest", context={})
        monkeypatch.setitem(mail.occasions, "note", lambda mails, now: {row.pk: draft for row in mails})
        monkeypatch.setattr("tracker.mail.message.get_template", lambda name: _Says(str(long) * 10))
        make.make_mail()

        mail.send_due(clock=clock)

        assert len(str(sink.received[0]["Subject"])) == len(Mail.objects.get().subject) == 250


class _Says:
    """A template that says always the same."""

    def __init__(self, words: str) -> None:
        self._words = words

    def render(self, context: dict[str, Any]) -> str:
        return self._words
