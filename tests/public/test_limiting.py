"""One connection is one customer, whatever the client writes into its headers."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.test import RequestFactory, override_settings

from tests import factories as make
from tracker.public.limiting import Limit, network


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


@pytest.mark.parametrize(
    ("proxies", "told", "seen", "expected"),
    [
        (0, "", "192.0.2.7", "192.0.2.7"),
        (0, "198.51.100.1", "192.0.2.7", "192.0.2.7"),
        (1, "198.51.100.1", "10.0.0.1", "198.51.100.1"),
        (1, "6.6.6.6, 198.51.100.1", "10.0.0.1", "198.51.100.1"),
        (2, "6.6.6.6, 198.51.100.1, 10.0.0.2", "10.0.0.1", "198.51.100.1"),
        (2, "198.51.100.1", "10.0.0.1", "10.0.0.1"),
        (1, "", "10.0.0.1", "10.0.0.1"),
        (1, "nonsense", "10.0.0.1", "unknown"),
        (0, "", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (0, "", "::ffff:192.0.2.7", "192.0.2.7"),
        (0, "", "", "unknown"),
    ],
)
def test_where_a_request_comes_from_is_told_by_our_own_proxies_alone(
    proxies: int, told: str, seen: str, expected: str
) -> None:
    request = RequestFactory().get("/", headers={"x-forwarded-for": told}, REMOTE_ADDR=seen)

    with override_settings(PROXIES=proxies):
        assert network(request) == expected


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
