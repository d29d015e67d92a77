"""Filters of the staff's list that somebody keeps under a name."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tracker.admin.saved import plain
from tracker.models import SavedFilter

pytestmark = pytest.mark.django_db

LIST = reverse("admin:tracker_initiative_changelist")
SAVE = reverse("admin:tracker_initiative_save_filter")


@pytest.fixture(autouse=True)
def person(client: Client) -> User:
    user = make.make_user("view_initiative", is_staff=True)
    client.force_login(user)
    return user


def _save(client: Client, name: str, query: str) -> str:
    answer: Any = client.post(SAVE, {"name": name, "query": query}, follow=True)
    page: str = answer.content.decode()
    return page


def _forget(client: Client, saved: SavedFilter) -> Any:
    return client.post(reverse("admin:tracker_initiative_forget_filter", args=[saved.pk]))


def test_what_narrows_the_list_is_kept_under_a_name_and_found_on_the_list_and_at_home(
    client: Client, person: User
) -> None:
    make.make_initiative(title="A school")
    bridge = make.make_initiative(title="A bridge")

    page = _save(client, "Bridges", "status__exact=announced&q=bridge&p=3")

    saved = person.saved_filters.get()
    link = f"{LIST}?{saved.query}"
    assert saved.query == "q=bridge&status__exact=announced"
    assert "The filter is saved: Bridges" in page
    assert list(client.get(link).context["cl"].queryset) == [bridge]
    assert (
        f'href="{link.replace("&", "&amp;")}">Bridges</a>'
        in client.get(reverse("admin:index")).content.decode()
    )


def test_the_one_that_is_shown_is_marked_in_whatever_order_it_is_asked_for(client: Client) -> None:
    _save(client, "Bridges", "q=bridge&sector__exact=trade")

    shown = client.get(f"{LIST}?sector__exact=trade&q=bridge&p=1").content.decode()
    other = client.get(f"{LIST}?q=bridge").content.decode()

    assert ("Delete the filter “Bridges”" in shown, "Save this filter as" in shown) == (True, False)
    assert ("Delete the filter “Bridges”" in other, "Save this filter as" in other) == (False, True)


def test_a_list_that_shows_everything_offers_nothing_to_save(client: Client) -> None:
    assert "Save this filter as" not in client.get(LIST).content.decode()
    assert "Narrow it first" in _save(client, "Everything", "p=2")
    assert not SavedFilter.objects.exists()


def test_the_same_name_renews_the_filter(client: Client, person: User) -> None:
    _save(client, "Mine", "q=bridge")
    _save(client, " Mine ", "q=port")

    assert [(saved.name, saved.query) for saved in person.saved_filters.all()] == [("Mine", "q=port")]


@pytest.mark.parametrize("query", ["password__startswith=a", "lead__user__email=x", "status__exact=%00&x=1"])
def test_what_the_list_does_not_understand_is_not_kept(client: Client, query: str) -> None:
    page = _save(client, "Odd", query)

    assert "does not understand" in page
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(("name", "query"), [("", "q=a"), ("x" * 61, "q=a"), ("Long", f"q={'a' * 2000}")])
def test_what_cannot_be_kept_is_said_and_the_list_stays_narrowed(
    client: Client, name: str, query: str
) -> None:
    answer: Any = client.post(SAVE, {"name": name, "query": query})

    assert answer.headers["Location"].startswith(f"{LIST}?q=a")
    assert not SavedFilter.objects.exists()


def test_it_is_deleted_by_its_owner_and_by_nobody_else(client: Client, person: User) -> None:
    own = SavedFilter.objects.create(person=person, name="Own", query="q=a")
    other = SavedFilter.objects.create(person=make.make_user(), name="Other", query="q=b")

    answers = [_forget(client, saved).status_code for saved in (own, other)]

    assert answers == [302, 404]
    assert list(SavedFilter.objects.all()) == [other]
    assert "Other" not in client.get(LIST).content.decode()


def test_a_name_is_text_on_every_page(client: Client, person: User) -> None:
    SavedFilter.objects.create(person=person, name="<b>x</b>", query="q=a")

    pages = [
        client.get(address).content.decode() for address in (LIST, f"{LIST}?q=a", reverse("admin:index"))
    ]

    assert all("<b>x" not in page for page in pages)


def test_two_queries_that_narrow_alike_are_one() -> None:
    assert plain("b=2&a=1&p=7&_popup=1&e=1") == plain("a=1&b=2") == "a=1&b=2"
    assert plain("a=2&a=1") == "a=1&a=2"
