"""Keeps each mail in a folder instead of sending it: the embedded mode's post office."""

import mailbox
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Add the messages to the Maildir at MAIL_DIR and return how many there were."""
        box = mailbox.Maildir(settings.MAIL_DIR)
        for message in email_messages:
            box.add(message.message().as_bytes())
        return len(email_messages)
