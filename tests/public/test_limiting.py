"""One connection is one customer."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.test import RequestFactory

from tests import factories as make
from tracker.public.limiting import Limit


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


def test_each_connection_counts_for_itself_and_anew_after_the_stretch() -> None:
    limit = Limit("test", most=2, per=dt.timedelta(minutes=10))
    here, there = (RequestFactory().get("/", REMOTE_ADDR=address) for address in ("192.0.2.1", "192.0.2.2"))

    told = [limit.free_again(here, make.NOW) for _ in range(3)]

    assert told == [None, None, make.NOW + dt.timedelta(minutes=10)]
    assert limit.free_again(there, make.NOW) is None
    assert limit.free_again(here, make.NOW + dt.timedelta(minutes=10)) is None


def test_what_is_limited_does_not_share_its_count() -> None:
    request = RequestFactory().get("/")
    one, other = (Limit(name, most=1, per=dt.timedelta(hours=1)) for name in ("one", "other"))

    assert [one.free_again(request, make.NOW), other.free_again(request, make.NOW)] == [None, None]
