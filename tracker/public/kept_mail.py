"""The page at /dev/mail/: mail the embedded mode kept instead of sending. Not routed in production."""

import email
import mailbox
from email.message import EmailMessage
from email.policy import default

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render


def kept_mail(request: HttpRequest) -> HttpResponse:
    """List kept mail, newest first, and show the one named by `?show=`."""
    kept = _kept()
    shown = request.GET.get("show")
    if shown is not None and shown not in kept:
        raise Http404
    messages = sorted(kept.items(), key=lambda item: item[0], reverse=True)
    context = {
        "messages_kept": messages,
        "shown": shown,
        "shown_message": kept[shown] if shown else None,
        "text": _body(kept[shown], "plain") if shown else "",
    }
    return render(request, "public/kept_mail.html", context)


def kept_mail_html(request: HttpRequest, key: str) -> HttpResponse:
    """Show the HTML part of one kept mail by itself, as a mail program would: with its own inline styles."""
    kept = _kept()
    if key not in kept:
        raise Http404
    response = HttpResponse(_body(kept[key], "html"))
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    )
    return response


def _kept() -> dict[str, EmailMessage]:
    if not settings.MAIL_DIR.exists():
        return {}
    box = mailbox.Maildir(settings.MAIL_DIR, create=False)
    return {key: email.message_from_bytes(box.get_bytes(key), policy=default) for key in box.iterkeys()}


def _body(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    return str(part.get_content()) if part else ""
