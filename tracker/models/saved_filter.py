"""How a member of staff narrows the list again and again."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedFilter(models.Model):
    """A query of the staff's list of initiatives under a name of one's own. Nobody else sees it.

    `query` stands in one form: its parameters by name, without the page. Two that narrow alike are equal.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_filters")
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=2000)

    class Meta:
        ordering = ["name"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["person", "name"],
                name="saved_filter_has_a_name_of_its_own",
                violation_error_message=_("You have a filter of this name already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
