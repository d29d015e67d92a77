"""A sheet that staff uploaded, and what each of its rows would do."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

LEASE = dt.timedelta(minutes=2)
"""A worker that did not say for so long that it lives has been interrupted."""


class ImportQuerySet(models.QuerySet["Import"]):
    def unattended(self, now: dt.datetime) -> "ImportQuerySet":
        """Keep the imports with work to do that no living worker is at."""
        alone = Q(beat_at__isnull=True) | Q(beat_at__lt=now - LEASE)
        return self.filter(alone, state__in=Import.WORKING)


class Import(models.Model):
    """One uploaded sheet. Its content is kept until it is applied or given up.

    `beat_at` is when a worker last said that it is at it; empty until one takes it up. Once `applied_at` is
    set everything is stored, and only the search has to learn the new words.
    """

    class State(models.TextChoices):
        READING = "reading", _("being read")
        PREVIEWED = "previewed", _("waits for your decision")
        APPLYING = "applying", _("being applied")
        DONE = "done", _("applied")
        REFUSED = "refused", _("file refused")
        CANCELLED = "cancelled", _("import cancelled")

    WORKING = (State.READING, State.APPLYING)

    file_name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField(editable=False)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READING)
    error = models.TextField(_("what is wrong"), blank=True)
    not_read = models.JSONField(default=list)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(default=0)
    beat_at = models.DateTimeField(null=True)
    is_cancel_asked = models.BooleanField(default=False)
    applied_at = models.DateTimeField(_("applied at"), null=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]
        default_permissions = ("add",)

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_working(self) -> bool:
        return self.state in self.WORKING

    @property
    def is_storing(self) -> bool:
        """Answer whether all rows are compared, and one transaction writes them."""
        is_compared = 0 < self.rows_total <= self.rows_done
        return self.state == self.State.APPLYING and self.applied_at is None and is_compared

    def is_interrupted(self, now: dt.datetime) -> bool:
        """Answer whether a worker took it up and was not heard of since."""
        return self.is_working and self.beat_at is not None and self.beat_at < now - LEASE


class ImportRowQuerySet(models.QuerySet["ImportRow"]):
    def writing(self) -> "ImportRowQuerySet":
        """Keep the rows that store something: of likely duplicates, those that staff want."""
        outcome = ImportRow.Outcome
        wanted = Q(outcome=outcome.DUPLICATE, is_wanted=True)
        return self.filter(wanted | Q(outcome__in=(outcome.NEW, outcome.CHANGED)))


class ImportRow(models.Model):
    """What one row of the sheet would do; `number` is the one that spreadsheets show."""

    class Outcome(models.TextChoices):
        NEW = "new", _("new")
        CHANGED = "changed", _("changed")
        SAME = "same", _("same")
        DUPLICATE = "duplicate", _("likely duplicate")
        REFUSED = "refused", _("refused")

    upload = models.ForeignKey(Import, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    slug = models.CharField(max_length=120, blank=True)
    title = models.CharField(max_length=200, blank=True)
    changes = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    like = models.JSONField(default=dict)
    is_wanted = models.BooleanField(default=False)
    is_stale = models.BooleanField(default=False)

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["upload", "number"],
                name="import_has_a_row_once",
                violation_error_message=_("This row of the sheet is there already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.title}"
