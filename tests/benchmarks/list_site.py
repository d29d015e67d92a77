"""The site with an empty page beside it, so that one server is asked for both; for tests.benchmarks.list."""

import os

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.wsgi import application

__all__ = ["application"]


def empty(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _add() -> None:
    from config import urls

    settings.KEEPS_PAGES = os.environ["BENCHMARK_KEEPS_PAGES"] == "yes"
    urls.urlpatterns.insert(0, path("empty/", empty))


_add()
