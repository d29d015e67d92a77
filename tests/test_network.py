"""Where a request comes from, whatever the client writes into its headers."""

import pytest
from django.test import RequestFactory, override_settings

from tracker.network import origin


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
        (1, "nonsense", "10.0.0.1", None),
        (0, "", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (0, "", "::ffff:192.0.2.7", "192.0.2.7"),
        (0, "", "", None),
    ],
)
def test_where_a_request_comes_from_is_told_by_our_own_proxies_alone(
    proxies: int, told: str, seen: str, expected: str | None
) -> None:
    request = RequestFactory().get("/", headers={"x-forwarded-for": told}, REMOTE_ADDR=seen)

    with override_settings(PROXIES=proxies):
        assert origin(request) == expected
