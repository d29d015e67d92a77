"""The page at /dev/mail/: mail the embedded mode kept instead of sending. Not routed in production."""

import email
import mailbox
from email.message import EmailMessage
from email.policy import default

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

SHOWN = 200
"""So many mails are listed, the newest; each is read from its file."""


def kept_mail(request: HttpRequest) -> HttpResponse:
    """List kept mail, newest first, and show the one named by `?show=`."""
    shown = request.GET.get("show")
    message = _message(shown) if shown is not None else None
    keys = _keys()
    context = {
        "messages_kept": [(key, _message(key)) for key in keys[:SHOWN]],
        "left_out": max(0, len(keys) - SHOWN),
        "shown": shown,
        "shown_message": message,
        "text": _body(message, "plain") if message else "",
        "attachments": [file.get_filename() for file in message.iter_attachments()] if message else [],
    }
    return render(request, "public/kept_mail.html", context)


def kept_mail_html(request: HttpRequest, key: str) -> HttpResponse:
    """Show the HTML part of one kept mail by itself, as a mail program would: with its own inline styles."""
    response = HttpResponse(_body(_message(key), "html"))
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    )
    return response


def kept_mail_attachment(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Give one file of a kept mail, to be saved."""
    files = list(_message(key).iter_attachments())
    if number >= len(files):
        raise Http404
    file = files[number]
    response = HttpResponse(file.get_payload(decode=True), content_type=file.get_content_type())
    response.headers["Content-Disposition"] = f'attachment; filename="{file.get_filename()}"'
    return response


def _box() -> mailbox.Maildir | None:
    return mailbox.Maildir(settings.MAIL_DIR, create=False) if settings.MAIL_DIR.exists() else None


def _keys() -> list[str]:
    """Name every kept mail, newest first: a key begins with the moment at which it was kept."""
    box = _box()
    return sorted(box.keys(), reverse=True) if box is not None else []


def _message(key: str) -> EmailMessage:
    box = _box()
    if box is None or key not in box:
        raise Http404
    return email.message_from_bytes(box.get_bytes(key), policy=default)


def _body(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    return str(part.get_content()) if part else ""
