"""From a draft to words, and from words to the bytes that the server gets.

The bytes are put together here and not by the email package, which takes longer for one message than the
server does. They are seven-bit, so that every server takes them as they are; no line is longer than
RFC 5322 allows; and whatever would begin a new header is refused.
"""

import datetime as dt
import re
from base64 import b64encode
from binascii import b2a_qp
from collections.abc import Iterator
from email.utils import format_datetime
from functools import cache
from hashlib import sha256
from urllib.parse import quote

import css_inline
from django.conf import settings
from django.core.mail.message import sanitize_address
from django.template.loader import get_template
from django.utils import translation

from tracker.mail.outbox import Attachment, Draft
from tracker.models import Mail

MAX_SUBJECT = 250
LINE = 76
"""Characters in a line of encoded text (RFC 2045, 6.7 and 6.8)."""
LINES = re.compile(b".{1,%d}" % LINE)
LONGEST_ADDRESS = 254
ENCODED_WORD = 39
"""Bytes that an encoded word of 75 characters holds (RFC 2047, 2) where “Subject: ” stands before it."""
LONGEST_LINE = 998
ASCII = bytes(range(128))
NO_ROOM_FOR = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
"""What a line of a header has no room for: whatever ends a line somewhere, and control characters."""
SPECIAL = r"\s<>()\[\]\\,;:\"@\x00-\x1f\x7f"
ADDRESS = re.compile(rf"(?P<local>[^{SPECIAL}]{{1,64}})@(?P<domain>[^{SPECIAL}]{{1,253}})")

PLAIN = re.compile(r"<?[!-;=?-~]+>?")
"""Visible ASCII, in angle brackets or not."""


class UnwritableError(ValueError):
    """This message cannot be said to any server. The text tells why."""


def word(mail: Mail, draft: Draft) -> None:
    """Write subject, text and HTML of a mail from its draft, in the mail's language."""
    with translation.override(mail.language):
        subject, text, html = (
            get_template(f"emails/{draft.template}.{part}").render(draft.context)
            for part in ("subject.txt", "txt", "html")
        )
    mail.subject = one_line(subject)[:MAX_SUBJECT]
    mail.text = text.replace("\0", "")  # PostgreSQL keeps no such character
    mail.html = _inliner().inline(html.replace("\0", ""))


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def one_line(words: str) -> str:
    return " ".join(NO_ROOM_FOR.sub(" ", words).split())


def content(mail: Mail, draft: Draft | None) -> bytes:
    """Build the message. The same mail gives the same Message-ID, Date and boundaries at every attempt."""
    attachments = draft.attachments if draft else ()
    boundary = "=_" + sha256(mail.message_id.encode()).hexdigest()[:32]  # "=_" is in no encoded text
    body = _multipart(
        "alternative", f"{boundary}a", [_text_part("plain", mail.text), _text_part("html", mail.html)]
    )
    if attachments:
        body = _multipart("mixed", boundary, [body, *(_attachment(file) for file in attachments)])
    headers = "".join(f"{name}: {value}\r\n" for name, value in _headers(mail, draft))
    return headers.encode() + b"MIME-Version: 1.0\r\n" + body


def _headers(mail: Mail, draft: Draft | None) -> list[tuple[str, str]]:
    headers = [
        ("From", _author(settings.DEFAULT_FROM_EMAIL)),
        ("To", route(mail.address)),
        ("Subject", _subject(one_line(mail.subject))),
        ("Message-ID", _plain(mail.message_id)),
        ("Date", format_datetime(mail.decided_at.astimezone(dt.UTC))),
        ("Auto-Submitted", "auto-generated"),  # RFC 3834: answer machines keep quiet
        ("X-Auto-Response-Suppress", "All"),
        ("Content-Language", _plain(mail.language)),
    ]
    if draft and draft.unsubscribe:
        headers.append(("List-Unsubscribe", f"<{_plain(draft.unsubscribe)}>"))
        headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))  # RFC 8058
    return headers


def route(address: str) -> str:
    """Write an address as servers route it: the domain in ASCII. Refuse what is no single address."""
    parts = ADDRESS.fullmatch(address)
    if parts is None or len(address) > LONGEST_ADDRESS:
        raise UnwritableError(f"{address!r} is not an address.")
    try:
        return f"{parts['local']}@{parts['domain'].encode('idna').decode()}"
    except UnicodeError as error:
        raise UnwritableError(f"{address!r} is not an address: {error}.") from None


@cache
def _author(address: str) -> str:
    return str(sanitize_address(one_line(address), "utf-8"))


def _subject(subject: str) -> str:
    if subject.isascii() and len(subject) <= LINE - len("Subject: ") and "=?" not in subject:
        return subject
    return "\r\n ".join(f"=?utf-8?b?{b64encode(piece).decode()}?=" for piece in _pieces(subject.encode()))


def _pieces(words: bytes) -> Iterator[bytes]:
    """Cut words in UTF-8 so that each piece fits into an encoded word, and no letter is cut."""
    start = 0
    while start < len(words):
        end = start + ENCODED_WORD
        while end < len(words) and words[end] & 0b1100_0000 == 0b1000_0000:  # in the middle of a letter
            end -= 1
        yield words[start:end]
        start = end


def _plain(value: str) -> str:
    """Let through what can stand in a header as it is."""
    if not PLAIN.fullmatch(value):
        raise UnwritableError(f"{value!r} cannot stand in a header.")
    return value


def _multipart(subtype: str, boundary: str, parts: list[bytes]) -> bytes:
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'
    between = f"\r\n--{boundary}\r\n".encode()
    return head.encode() + between[2:] + between.join(parts) + between[:-2] + b"--\r\n"


def _text_part(subtype: str, words: str) -> bytes:
    lines = words.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    encoding, encoded = _encoded(lines.encode())
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + encoded


def _encoded(text: bytes) -> tuple[str, bytes]:
    """Leave plain English as it is; write anything else in the shorter of the two encodings."""
    if text.isascii() and max(map(len, text.split(b"\r\n"))) <= LONGEST_LINE:
        return "7bit", text
    escaped = len(text.translate(None, ASCII)) + text.count(b"=")
    if escaped * 6 > len(text):  # each of these becomes three; base64 makes four of any three
        return "base64", _base64(text)
    return "quoted-printable", b2a_qp(text).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _base64(content: bytes) -> bytes:
    return b"\r\n".join(LINES.findall(b64encode(content)))


def _attachment(file: Attachment) -> bytes:
    name = one_line(file.name)
    if name.isascii():
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        named = f'filename="{escaped}"'
    else:
        named = f"filename*=utf-8''{quote(name, safe='')}"  # RFC 2231
    head = (
        f"Content-Type: {one_line(file.mime_type)}\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment; {named}\r\n\r\n"
    )
    return head.encode() + _base64(file.content)
