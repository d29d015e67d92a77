"""The outbox: one row is one message to one address."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Mail(models.Model):
    """A message that was decided and is handed over once.

    `key` is made of business facts (what, about which day, to whom), never of a run, so deciding twice
    adds nothing. `message_id` follows from the key and stays the same over every attempt.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        LEASED = "leased", _("taken by a sender")
        SENDING = "sending", _("being handed over")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        IN_DOUBT = "in_doubt", _("in doubt")
        CANCELLED = "cancelled", _("cancelled")

    key = models.CharField(_("key"), max_length=200, unique=True)
    message_id = models.CharField(_("Message-ID"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=40)
    address = models.EmailField(_("address"), max_length=254)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    subject = models.CharField(_("subject"), max_length=250)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    decided_at = models.DateTimeField(_("decided at"))
    next_attempt_at = models.DateTimeField(_("next attempt at"))
    lease_until = models.DateTimeField(_("taken until"), null=True)
    server_reply = models.TextField(_("the server's words"), blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-decided_at", "-pk"]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"], condition=Q(state="queued"), name="mail_waiting_to_be_sent"
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="mail_state_is_known",
                condition=Q(
                    state__in=["queued", "leased", "sending", "sent", "failed", "in_doubt", "cancelled"]
                ),
                violation_error_message=_("Choose one of the states."),
            ),
            models.CheckConstraint(
                name="mail_has_a_moment_of_sending_when_sent",
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
                violation_error_message=_(
                    "A sent mail has the moment at which it was sent; others have none."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.subject
