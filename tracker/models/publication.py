"""What "published" means, said once."""

from typing import Self, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

_Row = TypeVar("_Row", bound=models.Model, covariant=True)


class PublicationQuerySet(models.QuerySet[_Row]):
    def published(self) -> Self:
        """Keep the rows that the public may see."""
        return self.filter(published_at__isnull=False)


class Publication(models.Model):
    """A row that is a draft until `tracker.publishing` says otherwise."""

    published_at = models.DateTimeField(
        _("published at"),
        null=True,
        blank=True,
        editable=False,
        db_index=True,
        help_text=_("Empty: a draft, seen by staff alone."),
    )

    class Meta:
        abstract = True

    @property
    def is_published(self) -> bool:
        return self.published_at is not None
