"""Who takes part, and the people who act for them."""

from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from tracker.models.addresses import address_of
from tracker.models.publication import Publication, PublicationQuerySet


def is_a_time_zone(name: str) -> None:
    """Raise ValidationError unless the IANA time zone database has this name."""
    if name not in available_timezones():
        raise ValidationError(
            _("“%(seen)s” is no time zone. Write it as Europe/Moscow or Asia/Vladivostok.") % {"seen": name}
        )


class Party(Publication):
    """A government, ministry, company, body or person that takes part in initiatives."""

    class Kind(models.TextChoices):
        GOVERNMENT = "government", _("government")
        MINISTRY = "ministry", _("ministry")
        COMPANY = "company", _("company")
        BODY = "body", _("body")
        PERSON = "person", _("person")

    slug = models.SlugField(_("address part"), max_length=120, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    country = models.CharField(
        _("country"), max_length=2, blank=True, help_text=_("Two letters, as RU or BY.")
    )

    objects = PublicationQuerySet["Party"].as_manager()

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="party_kind_is_known",
                condition=models.Q(kind__in=["government", "ministry", "company", "body", "person"]),
                violation_error_message=_("Choose one of the kinds of party."),
            ),
            models.CheckConstraint(
                name="party_country_is_two_letters",
                condition=models.Q(country="") | models.Q(country__regex=r"^[A-Z]{2}$"),
                violation_error_message=_("A country is two capital letters, as RU or BY."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("party", self.slug)


class Contact(models.Model):
    """A person who acts for a party. Never public."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="contacts", verbose_name=_("party"))
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="ru")
    time_zone = models.CharField(
        _("time zone"), max_length=64, default=settings.TIME_ZONE, validators=[is_a_time_zone]
    )
    is_head = models.BooleanField(
        _("head"),
        default=False,
        help_text=_("Head of the party: hears of what stays overdue, not of every reminder."),
    )
    is_leadership = models.BooleanField(
        _("leadership"),
        default=False,
        help_text=_("Hears of what stays overdue for long, whichever party leads it."),
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="contact",
        verbose_name=_("login"),
    )

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "party",
                Lower("email"),
                name="contact_once_per_party",
                violation_error_message=_("This party already has a contact with this address."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
