"""Two people at one initiative: the second save shows both versions, and nothing is lost."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tracker.models import Initiative

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Initiative:
    row = make.make_initiative(title="A bridge", money="", measure="")
    make.make_responsibility(row, make.make_party())
    return row


def page_of(initiative: Initiative) -> str:
    return reverse("admin:tracker_initiative_change", args=[initiative.pk])


def read(client: Client, initiative: Initiative) -> dict[str, Any]:
    """Open the page, and give what its forms would send if nothing were typed."""
    context = client.get(page_of(initiative)).context
    formsets = [inline.formset for inline in context["inline_admin_formsets"]]
    forms = [context["adminform"].form]
    for formset in formsets:
        forms += [formset.management_form, *formset.forms]
    return {
        bound.html_name: _sent(bound.value()) for form in forms for bound in form if bound.value() is not None
    }


def _sent(value: Any) -> Any:
    if isinstance(value, list):
        return [getattr(row, "pk", row) for row in value]
    return value


def changed(initiative: Initiative, **values: Any) -> None:
    """Let somebody else change it meanwhile."""
    row = Initiative.objects.get(pk=initiative.pk)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def test_without_a_newer_version_a_save_is_a_save(client: Client, staff: User, bridge: Initiative) -> None:
    typed = {**read(client, bridge), "money": "5 million"}

    answer = client.post(page_of(bridge), typed)

    assert answer.status_code == 302
    bridge.refresh_from_db()
    assert bridge.money == "5 million"


def test_a_save_over_a_newer_version_shows_all_three_and_saves_nothing(
    client: Client, staff: User, bridge: Initiative
) -> None:
    typed = {**read(client, bridge), "money": "5 million"}
    changed(bridge, money="7 million")

    answer = client.post(page_of(bridge), typed)

    conflict = answer.context["adminform"].form.conflict
    assert conflict.differences == [("Money", "—", "7 million", "5 million", True)]
    assert [change.what for change in conflict.changes] == ["Initiative changed"]
    assert 'value="5 million"' in answer.content.decode()
    bridge.refresh_from_db()
    assert bridge.money == "7 million"


def test_saving_again_writes_what_was_typed_and_keeps_what_only_the_other_changed(
    client: Client, staff: User, bridge: Initiative
) -> None:
    place = make.make_place()
    typed = {**read(client, bridge), "money": "5 million"}
    changed(bridge, title_en="A new bridge")
    bridge.places.add(place)
    form = client.post(page_of(bridge), typed).context["adminform"].form

    shown = {bound.html_name: bound.value() for bound in form if bound.value() is not None}
    answer = client.post(page_of(bridge), {**typed, **shown})

    assert answer.status_code == 302
    bridge.refresh_from_db()
    assert (bridge.title_en, bridge.money) == ("A new bridge", "5 million")
    assert list(bridge.places.all()) == [place]


def test_a_part_that_was_added_meanwhile_is_a_newer_version_too(
    client: Client, staff: User, bridge: Initiative
) -> None:
    typed = read(client, bridge)
    make.make_responsibility(bridge, make.make_party(name="Ministry"), "support")

    conflict = client.post(page_of(bridge), typed).context["adminform"].form.conflict

    assert conflict.differences == []
    assert [change.what for change in conflict.changes] == ["Responsibility: Ministry added"]


def test_what_was_typed_below_is_kept(client: Client, staff: User, bridge: Initiative) -> None:
    typed = {
        **read(client, bridge),
        "milestones-TOTAL_FORMS": "1",
        "milestones-0-title_en": "First pier",
        "milestones-0-due_precision": "undated",
    }
    changed(bridge, money="7 million")

    assert "First pier" in client.post(page_of(bridge), typed).content.decode()


def test_a_report_meanwhile_is_no_conflict_and_is_not_undone(
    client: Client, staff: User, bridge: Initiative
) -> None:
    typed = {**read(client, bridge), "money": "5 million"}
    make.report(bridge)

    answer = client.post(page_of(bridge), typed)

    assert answer.status_code == 302
    bridge.refresh_from_db()
    assert (bridge.status, bridge.money) == ("in_progress", "5 million")


@pytest.mark.parametrize("version", ["", "forged", "W10:x"])
def test_a_version_that_we_did_not_sign_is_never_the_newest(
    client: Client, staff: User, bridge: Initiative, version: str
) -> None:
    typed = {**read(client, bridge), "version": version, "money": "5 million"}

    answer = client.post(page_of(bridge), typed)

    assert answer.context["adminform"].form.conflict is not None
    bridge.refresh_from_db()
    assert bridge.money == ""


def test_the_version_of_another_initiative_does_not_count(
    client: Client, staff: User, bridge: Initiative
) -> None:
    other = read(client, make.make_initiative())["version"]

    answer = client.post(page_of(bridge), {**read(client, bridge), "version": other})

    assert answer.context["adminform"].form.conflict is not None


def test_a_save_leaves_the_words_around_a_quote_as_they_are(client: Client, staff: User) -> None:
    initiative = make.make_initiative()
    quote = make.make_quote(initiative=initiative, prefix="They said: ", suffix=" And so on.")

    answer = client.post(page_of(initiative), read(client, initiative))

    assert answer.status_code == 302
    quote.refresh_from_db()
    assert (quote.prefix, quote.suffix) == ("They said: ", " And so on.")
