"""People and programs that write the same rows at once, each in another order."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.signals import post_save

from tests import factories as make
from tracker import progress, publishing
from tracker.models import Initiative, Party, Source
from tracker.models.publication import Publication

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="On SQLite one writer waits for another."),
]

ROUNDS = 3
Act = Callable[[], object]


def _at_once(acts: Sequence[Act]) -> list[str]:
    """Do all at one moment, each on its own connection; return what went wrong."""
    start, wrong = threading.Barrier(len(acts)), list[str]()

    def do(act: Act) -> None:
        try:
            connection.ensure_connection()
            start.wait(5)
            act()
        except Exception as error:
            wrong.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def _crossing() -> tuple[list[Initiative], list[Party], list[Source]]:
    """Drafts, each of which has every party and every source; made in another order each time."""
    parties = [make.make_party() for _ in range(3)]
    sources = [make.make_source() for _ in range(3)]
    drafts = [make.make_initiative() for _ in range(4)]
    orders = zip(drafts, itertools.permutations(range(3)), strict=False)
    for draft, order in orders:
        for number in order:
            make.make_responsibility(draft, parties[number], "support")
            make.make_quote(initiative=draft, source=sources[number])
    return drafts, parties, sources


@transaction.atomic
def _save(row: Publication) -> None:
    """As the admin does."""
    row.save()


def test_publishing_saving_and_reporting_never_wait_for_each_other_in_a_circle() -> None:
    for number in range(ROUNDS):
        drafts, parties, sources = _crossing()
        by_turns = drafts if number % 2 else drafts[::-1]
        acts: list[Act] = [
            *(partial(publishing.publish, initiative=draft, now=make.NOW) for draft in by_turns),
            *(partial(_save, row) for row in (*parties, *sources)),
            *(partial(progress.report, update=make.status_update(row), now=make.NOW) for row in drafts),
            *(
                partial(progress.set_deadline, deadline=make.deadline(r, make.day(9)), now=make.NOW)
                for r in drafts
            ),
        ]

        assert _at_once(acts) == []

        assert Initiative.objects.published().count() == len(drafts) * (number + 1)


@pytest.fixture
def slow_source() -> Iterator[threading.Event]:
    """Let whoever has saved a source wait a moment; the event says that it is so."""
    saved = threading.Event()

    def wait(**said: Any) -> None:
        saved.set()
        time.sleep(0.7)

    post_save.connect(wait, sender=Source)
    yield saved
    post_save.disconnect(wait, sender=Source)


def test_who_publishes_holds_every_row_before_the_first_is_written(slow_source: threading.Event) -> None:
    """The first source is named by the later initiative, and the second by the earlier: a party has both."""
    earlier, later, draft = (make.make_initiative() for _ in range(3))
    party, sources = make.make_party(), [make.make_source(), make.make_source()]
    for source, named in zip(sources, (later, earlier), strict=True):
        for initiative in (draft, named):
            make.make_quote(initiative=initiative, source=source)
    for initiative in (earlier, later):
        make.make_responsibility(initiative, party)
    slow_source.clear()

    def save_meanwhile() -> None:
        assert slow_source.wait(5)
        _save(party)

    assert _at_once([partial(publishing.publish, initiative=draft, now=make.NOW), save_meanwhile]) == []

    assert draft.published_at == make.NOW
