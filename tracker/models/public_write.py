"""What tells that the public may see something else. The database writes it; see `tracker.stamp`."""

from django.db import models


class PublicWrite(models.Model):
    """One transaction that wrote what the public reads. Only the last few are kept.

    `token` is drawn by chance, so that a number which comes back after a restored backup means nothing.
    """

    transaction = models.BigIntegerField(unique=True)
    token = models.CharField(max_length=36)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.token
