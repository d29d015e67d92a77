"""A row becomes public in one way."""

import pytest
from django.core.exceptions import ValidationError

from tests import factories as make
from tracker import publishing
from tracker.models import Initiative, Party, Source

pytestmark = pytest.mark.django_db


def test_an_initiative_is_published_with_its_sources_and_parties() -> None:
    initiative, party, source = make.make_initiative(), make.make_party(), make.make_source()
    make.make_responsibility(initiative, party)
    make.make_quote(initiative=initiative, source=source)
    make.make_party()
    make.make_source()

    publishing.publish(initiative=initiative, now=make.NOW)

    assert list(Initiative.objects.published()) == [initiative]
    assert list(Party.objects.published()) == [party]
    assert list(Source.objects.published()) == [source]


def test_an_initiative_without_a_quote_stays_a_draft() -> None:
    initiative = make.make_initiative(title="Bridge")
    make.make_responsibility(initiative, make.make_party())

    with pytest.raises(ValidationError) as refusal:
        publishing.publish(initiative=initiative, now=make.NOW)

    assert refusal.value.messages == ["“Bridge” has no quote. Add the words that announced it, then publish."]
    assert (Initiative.objects.published().count(), Party.objects.published().count()) == (0, 0)


def test_the_moment_of_the_first_publication_stays() -> None:
    initiative = make.make_published()

    publishing.publish(initiative=initiative, now=make.moment(5))

    initiative.refresh_from_db()
    assert initiative.published_at == make.NOW


def test_hiding_takes_the_initiative_alone_out_of_sight() -> None:
    initiative = make.make_initiative()
    make.make_responsibility(initiative, make.make_party())
    make.publish(initiative)

    publishing.hide(initiative=initiative)

    assert list(Initiative.objects.published()) == []
    assert (Party.objects.published().count(), Source.objects.published().count()) == (1, 1)


def test_who_published_and_hid_stands_in_the_history() -> None:
    initiative = make.make_published()

    publishing.hide(initiative=initiative)

    moments = initiative.history.values_list("published_at", flat=True)
    assert list(moments) == [None, make.NOW, None]


def test_publishing_and_hiding_are_changes_of_that_moment() -> None:
    initiative = make.make_initiative()
    make.make_quote(initiative=initiative)
    before = Initiative.objects.get().updated_at

    publishing.publish(initiative=initiative, now=make.NOW)
    published = Initiative.objects.get().updated_at
    publishing.hide(initiative=initiative)

    assert before < published < Initiative.objects.get().updated_at
