"""An initiative as search engines read it: schema.org in JSON-LD, saying no more than the page.

The page is a WebPage that cites quotations; who takes part, and where, is what it is about. No type of
schema.org is an announced undertaking, so its state stays in words.
"""

import datetime as dt
import html
import json
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tracker.models import Initiative, Party, Precision, Quote, Source
from tracker.templatetags.tracker import state

register = template.Library()

KINDS = {
    Party.Kind.GOVERNMENT: "GovernmentOrganization",
    Party.Kind.MINISTRY: "GovernmentOrganization",
    Party.Kind.PERSON: "Person",
}
DATES = {Precision.DAY: "%Y-%m-%d", Precision.MONTH: "%Y-%m", Precision.YEAR: "%Y"}
"""How ISO 8601 writes a day that is known so exactly; it has no way to write the others."""
HARMLESS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
"""Written so, no word in the data can end the element that holds it."""


@register.simple_tag(takes_context=True)
def linked_data(context: template.Context, initiative: Initiative, on: dt.date) -> SafeString:
    """Give the script element with the data of an initiative as it stands `on` that day."""
    written = json.dumps(_page(context["request"], initiative, on), ensure_ascii=False).translate(HARMLESS)
    return mark_safe(f'<script type="application/ld+json">{written}</script>')  # noqa: S308  # made harmless


def _page(request: HttpRequest, initiative: Initiative, on: dt.date) -> dict[str, Any]:
    address = settings.SITE_URL + initiative.get_absolute_url()
    parties = [part.party for part in initiative.responsibilities.all()]
    places = [{"@type": "Place", "name": place.name} for place in initiative.places.all()]
    return _said(
        {
            "@context": "https://schema.org",
            "@type": "WebPage",
            "@id": address,
            "url": address,
            "name": initiative.title,
            "description": initiative.summary,
            "abstract": html.unescape(strip_tags(state(initiative, on))),
            "inLanguage": translation.get_language(),
            "datePublished": initiative.published_at and initiative.published_at.isoformat(),
            "dateModified": initiative.updated_at.isoformat(),
            "isPartOf": {
                "@type": "WebSite",
                "name": _("Commitment tracker"),
                "url": settings.SITE_URL + reverse("initiatives"),
            },
            "about": [*(_party(request, party) for party in parties), *places],
            "citation": [_quotation(request, quote) for quote in initiative.quotes.all()],
        }
    )


def _party(request: HttpRequest, party: Party) -> dict[str, Any]:
    kind = KINDS.get(Party.Kind(party.kind), "Organization")
    return {
        "@type": kind,
        "name": party.name,
        "url": settings.SITE_URL + party.get_absolute_url(),
    }


def _quotation(request: HttpRequest, quote: Quote) -> dict[str, Any]:
    language = translation.get_language() or ""
    ours = quote.translation_into(language)
    return _said(
        {
            "@type": "Quotation",
            "text": quote.exact,
            "inLanguage": quote.source.language,
            "isPartOf": _source(request, quote.source),
            "workTranslation": ours and {"@type": "Quotation", "text": ours, "inLanguage": language},
        }
    )


def _source(request: HttpRequest, source: Source) -> dict[str, Any]:
    way = DATES.get(Precision(source.published_precision))
    return _said(
        {
            "@type": "CreativeWork",
            "name": source.title,
            "inLanguage": source.language,
            "datePublished": source.published_on and way and source.published_on.strftime(way),
            "publisher": source.publisher and {"@type": "Organization", "name": source.publisher},
            "url": source.url or settings.SITE_URL + source.get_absolute_url(),
        }
    )


def _said(values: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is not known."""
    return {name: value for name, value in values.items() if value}
