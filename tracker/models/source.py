"""Where something was said, and the words relied on."""

import datetime as dt
import hashlib

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from tracker.models.addresses import address_of
from tracker.models.dating import dated_exactly_when_known, precision_field
from tracker.models.publication import Publication, PublicationQuerySet

CONTEXT_LENGTH = 32
"""Characters kept before and after a quote; enough to find it again when offsets have shifted."""


class Source(Publication):
    """A document in which something was said.

    `sha256` is taken over the bytes of the full text as it was read. `text` is that text where staff
    pasted it; it belongs to its publisher and is never shown to the public.
    """

    slug = models.SlugField(_("address part"), max_length=120, unique=True)
    publisher = models.CharField(
        _("publisher"),
        max_length=200,
        blank=True,
        help_text=_("As the document names it; empty if it names none."),
    )
    title = models.CharField(_("title"), max_length=300)
    note = models.TextField(
        _("note"), blank=True, help_text=_("What is known of its date and origin. Public.")
    )
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    published_on = models.DateField(_("published on"), null=True, blank=True)
    published_precision = precision_field()
    url = models.URLField(_("address"), max_length=500, blank=True)
    archived_url = models.URLField(_("archived copy"), max_length=500, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    text = models.TextField(
        _("full text"), blank=True, help_text=_("Seen by staff alone. Quotes are checked against it.")
    )

    objects = PublicationQuerySet["Source"].as_manager()

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = [F("published_on").desc(nulls_last=True), "pk"]
        constraints = [
            dated_exactly_when_known(
                "source_is_dated_exactly_when_known", day="published_on", precision="published_precision"
            ),
            models.CheckConstraint(
                name="source_sha256_is_64_hex_digits",
                condition=Q(sha256="") | Q(sha256__regex=r"^[0-9a-f]{64}$"),
                violation_error_message=_("A SHA-256 is 64 digits from 0 to 9 and a to f."),
            ),
            models.UniqueConstraint(
                name="source_text_is_kept_once",
                fields=["sha256"],
                condition=~Q(sha256=""),
                violation_error_message=_("A source with the same text is already kept."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Check a pasted full text against the quotes already taken from it, and keep its SHA-256.

        Line ends are kept as single newlines, whatever the browser sent. Raises ValidationError naming the
        first quote that does not stand where it should.
        """
        if not self.text:
            return
        self.text = self.text.replace("\r\n", "\n")
        self.sha256 = self.sha256 or hashlib.sha256(self.text.encode()).hexdigest()
        for quote in self.quotes.all() if self.pk else ():
            if quote.start is not None and self.text[quote.start : quote.end] != quote.exact:
                raise ValidationError(
                    {
                        "text": _(
                            "This text does not have “%(quote)s” at character %(start)d. Is it another one?"
                        )
                        % {"quote": quote, "start": quote.start}
                    }
                )

    def get_absolute_url(self) -> str:
        return address_of("source", self.slug)


class QuoteQuerySet(models.QuerySet["Quote"]):
    def published(self) -> "QuoteQuerySet":
        """Keep quotes whose source the public may see; the initiative is the caller's to filter."""
        return self.filter(source__published_at__isnull=False)

    def said_by(self, day: dt.date) -> "QuoteQuerySet":
        """Keep quotes of sources published on `day` or earlier, and of those whose day is not known."""
        if day == dt.date.max:
            return self
        return self.exclude(source__published_on__gt=day)


class Quote(models.Model):
    """The words relied on (W3C Web Annotation: TextQuoteSelector and TextPositionSelector).

    `start` and `end` count Unicode code points in the source's full text, from 0, end exclusive. They are
    both empty where the full text is not at hand.
    """

    class Relation(models.TextChoices):
        ANNOUNCES = "announces", _("announces")
        REPORTS = "reports", _("reports")
        MOVES_DEADLINE = "moves_deadline", _("moves the deadline")
        COMPLETES = "completes", _("completes")
        CONTRADICTS = "contradicts", _("contradicts")
        GIVES_FIGURE = "gives_figure", _("gives a figure")

    source = models.ForeignKey(Source, models.PROTECT, related_name="quotes", verbose_name=_("source"))
    initiative = models.ForeignKey(
        "Initiative",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="quotes",
        verbose_name=_("initiative"),
    )
    relation = models.CharField(
        _("what it does"), max_length=16, choices=Relation, default=Relation.ANNOUNCES
    )
    exact = models.TextField(_("exact words"))
    prefix = models.CharField(_("words before"), max_length=CONTEXT_LENGTH, blank=True)
    suffix = models.CharField(_("words after"), max_length=CONTEXT_LENGTH, blank=True)
    start = models.PositiveIntegerField(_("start"), null=True, blank=True)
    end = models.PositiveIntegerField(_("end"), null=True, blank=True)
    translation = models.TextField(
        _("our translation"),
        blank=True,
        help_text=_(
            "Of the exact words, into the languages that are not the source’s. Shown beside them as ours."
        ),
    )

    objects = QuoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        ordering = [F("source__published_on").asc(nulls_last=True), "source_id", "start", "pk"]
        constraints = [
            models.CheckConstraint(
                name="quote_has_words",
                condition=~Q(exact=""),
                violation_error_message=_("A quote needs the exact words of its source."),
            ),
            models.CheckConstraint(
                name="quote_ends_where_its_words_end",
                condition=Q(start__isnull=True, end__isnull=True)
                | Q(start__isnull=False, end=F("start") + Length("exact")),
                violation_error_message=_("Start and end do not fit the length of the quoted words."),
            ),
            models.CheckConstraint(
                name="quote_belongs_to_an_initiative_or_gives_a_figure",
                condition=Q(initiative__isnull=False) | Q(relation="gives_figure"),
                violation_error_message=_("A quote belongs to an initiative, unless it gives a figure."),
            ),
            models.UniqueConstraint(
                name="quote_stands_once_in_an_initiative",
                fields=["initiative", "source", "start"],
                violation_error_message=_("This initiative already quotes these words."),
            ),
        ]

    def __str__(self) -> str:
        return self.exact if len(self.exact) <= 80 else f"{self.exact[:79]}…"

    def translation_into(self, language: str) -> str:
        """Give our translation; empty where there is none, and for whoever reads the source's own language.

        Load `source` before.
        """
        if language == self.source.language:
            return ""
        return getattr(self, f"translation_{language}", "") or ""

    def clean(self) -> None:
        """Find the words in the source's full text, where it is at hand, and fill in where they stand.

        Raises ValidationError when the text is at hand and the words are not in it. Given offsets are
        kept if the words stand there; otherwise the first occurrence wins.
        """
        text = Source.objects.filter(pk=self.source_id).values_list("text", flat=True).first()
        if text:
            self.locate(text)

    def locate(self, text: str) -> None:
        """Fill in offsets and context from the source's full text; see `clean`."""
        start = self.start
        if start is None or text[start : start + len(self.exact)] != self.exact:
            start = text.find(self.exact)
        if start < 0:
            raise ValidationError(
                {
                    "exact": _(
                        "These words do not stand in the full text of the source. Copy them from it exactly."
                    )
                }
            )
        self.start, self.end = start, start + len(self.exact)
        self.prefix = text[max(0, start - CONTEXT_LENGTH) : start]
        self.suffix = text[self.end : self.end + CONTEXT_LENGTH]


class Figure(models.Model):
    """A number that a source claims; ours to keep, not to vouch for."""

    quote = models.ForeignKey(Quote, models.CASCADE, related_name="figures", verbose_name=_("quote"))
    what = models.CharField(_("what"), max_length=200)
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=60)
    period = models.CharField(_("period"), max_length=60, blank=True)
    claimed_by = models.ForeignKey(
        "Party", models.PROTECT, null=True, blank=True, related_name="figures", verbose_name=_("claimed by")
    )

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        ordering = ["quote__source_id", "quote__start", "pk"]

    def __str__(self) -> str:
        return f"{self.what}: {self.value.normalize():f} {self.unit}"
