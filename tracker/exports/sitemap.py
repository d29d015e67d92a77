"""The addresses of all public pages for search engines: an index, and files of some thousand pages each.

Django's own framework loads every row to count the pages of one file, so it is not used.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from django.conf import settings
from django.urls import reverse

from tracker.models import Initiative, Party, Source

ITEMS = 2_000
"""Pages in one file; each has an address in every language, and names those of the others."""
PAGES = (
    "initiatives",
    "overview",
    "parties",
    "sources",
    "changes",
    "corrections",
    "reports",
    "method",
    "data",
    "subscribe",
)
"""Names of the pages that do not tell of one row."""
ROWS = {"initiatives": "initiative", "parties": "party", "sources": "source"}
"""The other files, and the name of a page in each."""

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_XHTML = 'xmlns:xhtml="http://www.w3.org/1999/xhtml"'

Page = tuple[str, dt.datetime | None]
"""The path of a page in some language, and when it was last changed, if that is known."""


def index() -> str:
    """Write the index of the files that there are."""
    files = [("pages", 1)]
    for name in ROWS:
        files += [(name, number) for number in range(1, -(-_rows(name).count() // ITEMS) + 1)]
    entries = "".join(
        f"<sitemap><loc>{escape(settings.SITE_URL + reverse('sitemap-file', args=file))}</loc></sitemap>\n"
        for file in files
    )
    return f"{_HEAD}<sitemapindex {_NAMESPACE}>\n{entries}</sitemapindex>\n"


def file(name: str, number: int) -> str | None:
    """Write one file of the index; None where there is no such file."""
    pages = _pages(name, number)
    if not pages:
        return None
    entries = "".join(line for page in pages for line in _entries(page))
    return f"{_HEAD}<urlset {_NAMESPACE} {_XHTML}>\n{entries}</urlset>\n"


def _pages(name: str, number: int) -> list[Page]:
    if name == "pages":
        return [(reverse(page), None) for page in PAGES] if number == 1 else []
    if name not in ROWS or number < 1:
        return []
    rows = _rows(name).order_by("pk")[(number - 1) * ITEMS : number * ITEMS]
    if name == "initiatives":
        kept = list(rows.values_list("slug", "updated_at"))
    else:  # what their pages show changes with every initiative that names them
        kept = [(slug, None) for slug in rows.values_list("slug", flat=True)]
    return [(reverse(ROWS[name], args=[slug]), changed_at) for slug, changed_at in kept]


def _rows(name: str) -> Any:
    models: dict[str, Any] = {"initiatives": Initiative, "parties": Party, "sources": Source}
    return models[name].objects.published()


def _entries(page: Page) -> Iterator[str]:
    """Write a page once for each language. Its paths differ in nothing but their first part."""
    path, changed_at = page
    rest = path.split("/", 2)[2]
    addresses = {code: f"{settings.SITE_URL}/{code}/{rest}" for code, _name in settings.LANGUAGES}
    alternates = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href={quoteattr(address)}/>'
        for code, address in {**addresses, "x-default": addresses[settings.LANGUAGE_CODE]}.items()
    )
    changed = f"<lastmod>{changed_at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}</lastmod>" if changed_at else ""
    for address in addresses.values():
        yield f"<url><loc>{escape(address)}</loc>{changed}{alternates}</url>\n"
