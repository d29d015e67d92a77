"""Staff see who follows what, and change none of it."""

import pytest
from django.test import Client

from tests import factories as make
from tests.factories import NOW
from tests.following.arranging import ANNA, BORIS, follow
from tracker.models import Notice, Series, Subscription

pytestmark = pytest.mark.django_db

LIST = "/admin/tracker/subscription/"


@pytest.fixture(autouse=True)
def _officer(client: Client) -> None:
    client.force_login(
        make.make_user(
            "view_subscription", "change_subscription", "delete_subscription", "view_notice", is_staff=True
        )
    )


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {ANNA, BORIS, "asked@example.org"}),
        ("?stand=active", {ANNA}),
        ("?stand=left", {BORIS}),
        ("?stand=asked", {"asked@example.org"}),
        ("?q=ANNA", {ANNA}),
        ("?series__frequency=monthly", {"asked@example.org"}),
        ("?language__exact=de", {BORIS}),
    ],
)
def test_they_are_filtered_and_searched(query: str, shown: set[str], client: Client) -> None:
    follow(frequency="weekly")
    follow(BORIS, frequency="weekly", unsubscribed_at=NOW, language="de")
    follow("asked@example.org", frequency="monthly", confirmed_at=None, asked_at=NOW)

    page = client.get(LIST + query).content.decode()

    assert {row.address for row in Subscription.objects.all() if row.address in page} == shown


def test_nobody_adds_changes_or_deletes_one(client: Client) -> None:
    row = follow()

    answers = [
        client.get(f"{LIST}add/").status_code,
        client.post(f"{LIST}{row.pk}/change/", {"address": BORIS}).status_code,
        client.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code,
    ]

    assert answers == [403, 403, 403]
    assert client.get(f"{LIST}{row.pk}/change/").status_code == 200


def test_what_followers_were_told_is_listed(client: Client) -> None:
    initiative = make.make_published(title="A bridge")
    Notice.objects.create(initiative=initiative, kind="published", changed_at=NOW, decided_at=NOW)

    assert "A bridge" in client.get("/admin/tracker/notice/").content.decode()


class TestSeries:
    @pytest.fixture(autouse=True)
    def _editor(self, client: Client) -> None:
        names = ("view_series", "add_series", "change_series")
        client.force_login(make.make_user(*names, "view_subscription", is_staff=True))

    def test_what_readers_follow_is_shown_and_not_changed(self, client: Client) -> None:
        series = follow().series

        page = client.get(f"/admin/tracker/series/{series.pk}/change/")
        answer = client.post(f"/admin/tracker/series/{series.pk}/change/", {"name": "Other", "scope": "x=1"})

        assert page.status_code == 200
        assert ANNA in page.content.decode()
        assert answer.status_code == 403
        assert client.get("/admin/tracker/series/").status_code == 200
        assert client.post(f"/admin/tracker/series/{series.pk}/edition/").status_code == 403

    def test_staff_make_no_series_that_comes_at_once(self, client: Client) -> None:
        page = client.get("/admin/tracker/series/add/").content.decode()
        values = {"name": "A", "frequency": "at_once", "day": 1, "hour": 8, "time_zone": "Europe/Moscow"}
        sent = client.post("/admin/tracker/series/add/", {**values, "starts_on": "2026-11-23"})

        assert 'value="weekly"' in page
        assert 'value="at_once"' not in page
        assert sent.status_code == 200
        assert not Series.objects.exists()
