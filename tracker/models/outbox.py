"""The outbox: one row is one message to one address; and what is known of addresses and of the server."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Mail(models.Model):
    """A message that was decided and is handed over once.

    `key` is made of business facts (what, about which day, to whom), never of a run, so deciding twice
    adds nothing. `message_id` follows from the key and stays the same over every attempt. `about` holds the
    few facts from which the message is written when it is handed over; until then it has no words.
    """

    class Kind(models.TextChoices):
        """What mails are about; each kind has its occasion (`tracker.mail.occasions`)."""

        REMINDER = "reminder", _("reminder")
        ESCALATION = "escalation", _("escalation")
        RETURNED = "returned", _("returned answer")
        REPORT = "report", _("status report")
        ATTENTION_DIGEST = "attention_digest", _("digest of the day")
        FOLLOWING_NOTICE = "following_notice", _("notice to a follower")
        FOLLOWING_CONFIRM = "following_confirm", _("request to confirm a subscription")
        FOLLOWING_LINK = "following_link", _("link to one’s subscriptions")

    class State(models.TextChoices):
        HELD = "held", _("held for release")
        QUEUED = "queued", _("queued")
        LEASED = "leased", _("taken by a sender")
        SENDING = "sending", _("being handed over")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        IN_DOUBT = "in_doubt", _("in doubt")
        CANCELLED = "cancelled", _("cancelled")

    class Reason(models.TextChoices):
        BRAKE = "brake", _("unusually many mails were decided at once")
        RELEASE = "release", _("a person releases it first")
        RESTORED = "restored", _("it may have been sent before the database was restored")
        ANSWER_LOST = "answer_lost", _("the mail server’s answer was lost")
        REFUSED = "refused", _("the mail server refused it")
        WRITING = "writing", _("it could not be written")
        CLOSED = "closed", _("nothing it tells of is open any more")
        HIDDEN = "hidden", _("what it tells of is no longer public")
        UNSUBSCRIBED = "unsubscribed", _("the reader has unsubscribed")
        SUPPRESSED = "suppressed", _("the address does not take mail")
        GONE = "gone", _("the recipient is no longer there")
        BY_HAND = "by_hand", _("a person said so")

    key = models.CharField(_("key"), max_length=400)
    message_id = models.CharField(_("Message-ID"), max_length=200)
    kind = models.CharField(_("kind"), max_length=40, choices=Kind)
    address = models.EmailField(_("address"), max_length=254)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    about = models.JSONField(_("about"), default=dict, blank=True)
    subject = models.CharField(_("subject"), max_length=250, blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("HTML"), blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.QUEUED)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    decided_at = models.DateTimeField(_("decided at"))
    next_attempt_at = models.DateTimeField(_("next attempt at"))
    lease_until = models.DateTimeField(_("taken until"), null=True)
    server_reply = models.TextField(_("the server’s words"), blank=True)
    in_doubt_at = models.DateTimeField(
        _("in doubt since"), null=True, help_text=_("Kept when it is sent again with the same Message-ID.")
    )
    sent_at = models.DateTimeField(_("sent at"), null=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-decided_at", "-pk"]
        permissions = [("release_mail", "Can release, retry and cancel mails")]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"], condition=Q(state="queued"), name="mail_waiting_to_be_sent"
            ),
            models.Index(
                fields=["lease_until"], condition=Q(state__in=["leased", "sending"]), name="mail_taken"
            ),
            models.Index(fields=["state", "-decided_at"], name="mail_by_state"),
        ]
        constraints = [
            # `unique=True` would add an index for LIKE to each, which every mark of a sender pays for.
            models.UniqueConstraint(
                fields=["key"],
                name="mail_is_decided_once",
                violation_error_message=_("This mail has been decided already."),
            ),
            models.UniqueConstraint(
                fields=["message_id"],
                name="mail_has_a_message_id_of_its_own",
                violation_error_message=_("Another mail has this Message-ID."),
            ),
            models.CheckConstraint(
                name="mail_state_is_known",
                condition=Q(
                    state__in=[
                        "held",
                        "queued",
                        "leased",
                        "sending",
                        "sent",
                        "failed",
                        "in_doubt",
                        "cancelled",
                    ]
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
            models.CheckConstraint(
                name="mail_that_stopped_says_why",
                condition=~Q(state__in=["held", "failed", "in_doubt", "cancelled"]) | ~Q(reason=""),
                violation_error_message=_("A mail that does not go out says why."),
            ),
        ]

    def __str__(self) -> str:
        return self.subject or f"{self.get_kind_display()}: {self.address}"


class Suppression(models.Model):
    """An address to which nothing is sent. `address` is kept as `mail.normalised` writes it."""

    class Reason(models.TextChoices):
        BOUNCED = "bounced", _("mail came back")
        COMPLAINED = "complained", _("the reader complained")
        BY_HAND = "by_hand", _("a person said so")

    address = models.EmailField(_("address"), max_length=254, unique=True)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason, default=Reason.BY_HAND)
    words = models.TextField(_("the server’s words"), blank=True)
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        ordering = ["-since", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="suppression_reason_is_known",
                condition=Q(reason__in=["bounced", "complained", "by_hand"]),
                violation_error_message=_("Choose one of the reasons."),
            ),
        ]

    def __str__(self) -> str:
        return self.address


class Bounce(models.Model):
    """A mail that came back after the server had taken it (RFC 3464), or a complaint about it (RFC 5965).

    `digest` is the SHA-256 of what came back, so that the same notice counts once.
    """

    class Kind(models.TextChoices):
        HARD = "hard", _("for good")
        SOFT = "soft", _("for now")
        COMPLAINT = "complaint", _("complaint")

    mail = models.ForeignKey(Mail, models.CASCADE, related_name="bounces", verbose_name=_("mail"))
    kind = models.CharField(_("kind"), max_length=9, choices=Kind)
    status = models.CharField(_("status code"), max_length=12, blank=True)
    words = models.TextField(_("the server’s words"), blank=True)
    received_at = models.DateTimeField(_("received at"))
    digest = models.CharField(_("SHA-256"), max_length=64, unique=True)

    class Meta:
        verbose_name = _("bounce")
        verbose_name_plural = _("bounces")
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="bounce_kind_is_known",
                condition=Q(kind__in=["hard", "soft", "complaint"]),
                violation_error_message=_("Choose one of the kinds of bounce."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.mail.address}"


class Relay(models.Model):
    """The mail server by its host name, as every sender sees it: whether it rests, and how much it was given.

    `failures` counts attempts to reach it that failed one after the other; until `rests_until` nobody tries.
    """

    host = models.CharField(_("host"), max_length=255, primary_key=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    rests_until = models.DateTimeField(_("rests until"), null=True)
    words = models.TextField(_("the server’s words"), blank=True)
    needs_a_person = models.BooleanField(_("needs a person"), default=False)
    minute = models.DateTimeField(_("minute"), null=True)
    given = models.PositiveIntegerField(_("mails given in that minute"), default=0)

    class Meta:
        verbose_name = _("mail server")
        verbose_name_plural = _("mail servers")

    def __str__(self) -> str:
        return self.host


class Heartbeat(models.Model):
    """When a part of the schedule last did its work, whether or not there was any.

    The one named `restored` is no part: it says when the database was last restored from a backup.
    """

    name = models.CharField(_("name"), max_length=40, primary_key=True)
    beat_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
