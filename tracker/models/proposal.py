"""What somebody wants recorded and a person has not yet accepted."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Proposal(models.Model):
    """One row of the one review queue; it changes nothing until somebody accepts it.

    `wanted` holds the columns that would be written, by name, as JSON; of a correction, the reader's words.
    Without an initiative it proposes a new one. It comes from a contact, or from a reader of the public
    pages, who may leave a name and an address: `tracker.proposals.forget_readers` erases them.
    """

    class Kind(models.TextChoices):
        REPORT = "report", _("report")
        DEADLINE = "deadline", _("deadline")
        RESPONSIBILITY = "responsibility", _("responsibility")
        CORRECTION = "correction", _("correction")
        PASSAGE = "passage", _("passage of a text")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        ACCEPTED = "accepted", _("accepted")
        MERGED = "merged", _("merged")
        RETURNED = "returned", _("returned")
        REJECTED = "rejected", _("rejected")

    initiative = models.ForeignKey(
        "Initiative",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="proposals",
        verbose_name=_("initiative"),
    )
    kind = models.CharField(_("kind"), max_length=14, choices=Kind)
    wanted = models.JSONField(_("what is wanted"), default=dict)
    source = models.ForeignKey(
        "Source", models.PROTECT, null=True, blank=True, related_name="proposals", verbose_name=_("source")
    )
    url = models.URLField(_("address of the evidence"), max_length=500, blank=True)
    proposed_by = models.ForeignKey(
        "Contact", models.SET_NULL, null=True, related_name="proposals", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    reminder = models.ForeignKey(
        "Reminder",
        models.SET_NULL,
        null=True,
        related_name="proposals",
        verbose_name=_("reminder"),
        help_text=_("The one it answers."),
    )
    reader_name = models.CharField(_("reader’s name"), max_length=200, blank=True)
    reader_address = models.EmailField(
        _("reader’s address"), max_length=254, blank=True, help_text=_("For asking back. Never public.")
    )
    reader_language = models.CharField(
        _("reader’s language"), max_length=2, choices=settings.LANGUAGES, blank=True
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    answer = models.TextField(_("answer"), blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("reviewed by")
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True)

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["proposed_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="proposal_is_reviewed_exactly_when_decided",
                condition=Q(state="waiting", reviewed_at__isnull=True)
                | Q(state__in=["accepted", "merged", "returned", "rejected"], reviewed_at__isnull=False),
                violation_error_message=_(
                    "A decided proposal has the moment of its review; a waiting one has none."
                ),
            ),
            models.CheckConstraint(
                name="proposal_is_turned_down_with_an_answer",
                condition=~Q(state__in=["returned", "rejected"]) | ~Q(answer=""),
                violation_error_message=_("Say why the proposal is returned or rejected."),
            ),
        ]

    def __str__(self) -> str:
        about = self.initiative or _("new initiative")
        return f"{self.get_kind_display()}: {about}"


class EvidenceFile(models.Model):
    """A file that came with a proposal. Seen by staff alone; kept in the database, so one backup has all."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="files", verbose_name=_("proposal"))
    name = models.CharField(_("name"), max_length=200)
    content = models.BinaryField(_("content"))
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)

    class Meta:
        verbose_name = _("file of evidence")
        verbose_name_plural = _("files of evidence")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
