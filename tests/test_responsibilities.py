"""A party is given a role in an initiative: with a reason, one lead at most."""

import pytest
from django.core.exceptions import ValidationError

from tests import factories as make
from tracker import responsibilities
from tracker.models import Initiative, Responsibility

pytestmark = pytest.mark.django_db


def _parts(initiative: Initiative) -> list[str]:
    return [str(part) for part in initiative.responsibilities.all()]


def test_another_lead_leaves_the_former_one_supporting() -> None:
    initiative = make.make_initiative()
    make.make_responsibility(initiative, make.make_party(name="Old"))

    responsibilities.assign(
        initiative=initiative, party=make.make_party(name="New"), role="lead", reason="Order 7."
    )

    assert _parts(initiative) == ["New (lead)", "Old (support)"]


def test_one_who_supported_may_lead() -> None:
    initiative, party = make.make_initiative(), make.make_party(name="Mill")
    make.make_responsibility(initiative, party, "support")

    responsibilities.assign(initiative=initiative, party=party, role="lead", reason="Order 7.")

    assert _parts(initiative) == ["Mill (lead)"]


def test_the_history_keeps_the_reason_and_a_second_call_adds_nothing() -> None:
    initiative, party = make.make_initiative(), make.make_party()

    for _time in range(2):
        responsibilities.assign(initiative=initiative, party=party, role="support", reason="Order 7.")

    assert [row.history_change_reason for row in Responsibility.history.all()] == ["Order 7."]


def test_without_a_reason_it_is_refused() -> None:
    initiative = make.make_initiative()

    with pytest.raises(ValidationError) as refused:
        responsibilities.assign(initiative=initiative, party=make.make_party(), role="lead", reason=" ")

    assert refused.value.message_dict == {"reason": ["Say why this party is assigned."]}
    assert _parts(initiative) == []
