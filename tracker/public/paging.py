"""Lists in pages."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

PAGE_SIZE = 50


def page_of(rows: QuerySet[Any, Any] | Sequence[Any], query: QueryDict) -> Page:
    """Give the page that the query string asks for; raise Http404 where there is none."""
    try:
        return Paginator(rows, PAGE_SIZE).page(query.get("page", 1))
    except InvalidPage as error:
        raise Http404(_("There is no such page of this list.")) from error
