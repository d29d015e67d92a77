"""The same work on several initiatives: foreseen without a trace, done to all or to none."""

import pytest
from django.core.exceptions import ValidationError

from tests import factories as make
from tracker import together
from tracker.models import Initiative

pytestmark = pytest.mark.django_db


def _money(initiative: Initiative) -> str:
    return initiative.money


def _pay(initiative: Initiative) -> None:
    if initiative.title == "Closed":
        raise ValidationError("It is closed.")
    initiative.money = "5 million"
    initiative.save()


def test_what_is_foreseen_tells_before_after_and_refusal_and_leaves_no_trace() -> None:
    chosen = [make.make_initiative(title="Open", money="1 million"), make.make_initiative(title="Closed")]
    history = Initiative.history.count()

    first, second = together.foresee(initiatives=chosen, deed=_pay, stand=_money)

    assert (first.before, first.after, first.refusal) == ("1 million", "5 million", "")
    assert (second.before, second.after, second.refusal) == ("", "", "It is closed.")
    assert [first.is_changed, second.is_changed] == [True, False]
    assert [row.money for row in Initiative.objects.order_by("pk")] == ["1 million", ""]
    assert Initiative.history.count() == history


def test_where_one_is_refused_none_is_done() -> None:
    chosen = [make.make_initiative(title="Open"), make.make_initiative(title="Closed")]

    with pytest.raises(ValidationError, match="It is closed"):
        together.carry_out(initiatives=chosen, deed=_pay)

    assert not Initiative.objects.exclude(money="").exists()


def test_what_somebody_else_wrote_since_it_was_chosen_is_kept() -> None:
    chosen = make.make_initiative(title="Open")
    Initiative.objects.filter(pk=chosen.pk).update(title_en="Opened")

    together.carry_out(initiatives=[chosen], deed=_pay)

    chosen.refresh_from_db()
    assert (chosen.title_en, chosen.money) == ("Opened", "5 million")
