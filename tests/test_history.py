"""Who changed what: a write leaves one row of history, in its own transaction, with the right name in it."""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection, models
from django.test import Client, override_settings
from django.urls import reverse
from simple_history.signals import pre_create_historical_record

from tests import factories as make
from tests.mail.test_bounces import ANNA, complaint
from tracker import proposals, publishing
from tracker.ingest import seeds
from tracker.mail import bounces, verp
from tracker.models import Initiative, Party, Place, Responsibility, Subscription
from tracker.models.current_state import CURRENT_STATE
from tracker.reports import leaving

KEPT: list[Any] = [
    model
    for model in apps.get_app_config("tracker").get_models()
    if hasattr(model._meta, "simple_history_manager_attribute")
]
DERIVED = {*CURRENT_STATE, "search_stems", "updated_at"}
"""Follows from other rows, each of which has its own history."""
SEEN = re.compile(r'name="seen" value="([^"]+)"')
PLACE = {"slug": "minsk", "name_ru": "Минск", "name_en": "Minsk", "name_de": "Minsk", "country": "BY"}

Act = Callable[[], object]
Rows = dict[tuple[type[models.Model], int], dict[str, Any]]


def _rows() -> Rows:
    return {
        (model, row["id"]): {name: value for name, value in row.items() if name not in DERIVED}
        for model in KEPT
        for row in model._default_manager.values()
    }


def _changed(before: Rows, after: Rows) -> set[tuple[type[models.Model], int]]:
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def _told() -> Counter[tuple[type[models.Model], int]]:
    """How many rows of history each row has, also one that is gone."""
    return Counter((model, pk) for model in KEPT for pk in model.history.values_list("id", flat=True))


def _as(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _admin() -> Client:
    return _as(User.objects.create_superuser("admin", "admin@example.org", "secret"))


# --- every way to write ---------------------------------------------------------------------------


class Write(NamedTuple):
    act: Act
    changes: set[type[models.Model]]
    times: int = 1
    """How often it writes one row at most."""


def _draft() -> Initiative:
    """One that can be published."""
    initiative = make.make_initiative()
    make.make_quote(initiative=initiative)
    return initiative


def _a_form() -> Write:
    place, client = make.make_place(), _admin()
    address = f"/admin/tracker/place/{place.pk}/change/"
    return Write(lambda: _post(client, address, PLACE), {Place})


def _publishing_of_many() -> Write:
    rows = [_draft() for _ in range(3)]
    for row in rows:
        make.make_responsibility(row, make.make_party())
    client = _admin()
    return Write(lambda: _act_on(client, rows, "publish"), {Initiative, Party, *_of("Source")})


def _hiding_of_many() -> Write:
    rows, client = [make.make_published() for _ in range(3)], _admin()
    return Write(lambda: _act_on(client, rows, "hide"), {Initiative})


def _handing_on() -> Write:
    asked, successor, by = make.make_asked(), make.make_party(), make.make_user()
    proposal = make.proposal(
        kind="responsibility",
        initiative=asked.initiative,
        reminder=asked,
        proposed_by=asked.contact,
        wanted={"party": asked.contact.party_id},
    )
    proposal.save()
    changes = {"successor": successor.pk}
    return Write(
        lambda: proposals.accept(proposal=proposal, by=by, now=make.NOW, changes=changes), {Responsibility}
    )


def _leaving() -> Write:
    series = make.make_series()
    Subscription.objects.create(series=series, address=ANNA, language="en", confirmed_at=make.NOW)
    place = leaving.Place(series, ANNA.lower())
    return Write(lambda: leaving.leave(place, language="en", now=make.NOW), {Subscription})


def _complaining() -> Write:
    for _number in range(2):
        Subscription.objects.create(
            series=make.make_series(), address=ANNA, language="en", confirmed_at=make.NOW
        )
    with override_settings(BOUNCE_ADDRESS="bounces@tracker.example.org"):
        raw = complaint(verp.sender_of(make.make_mail(address=ANNA, state="sent", sent_at=make.NOW).pk))

    def complain() -> None:
        with override_settings(BOUNCE_ADDRESS="bounces@tracker.example.org"):
            bounces.receive(raw, now=make.NOW)

    return Write(complain, {Subscription})


def _seeding() -> Write:
    folder = Path(__file__).parent.parent / "seeds"
    everything = _of("Initiative", "Party", "Place", "Responsibility", "Source", "Quote", "Figure")
    # Made, published, and an initiative given its places between.
    return Write(lambda: seeds.load(folder=folder, texts=None, now=make.NOW), everything, times=3)


WRITES = [
    _a_form,
    _publishing_of_many,
    _hiding_of_many,
    _handing_on,
    _leaving,
    _complaining,
    _seeding,
]
EACH_WRITE = pytest.mark.parametrize("prepare", WRITES, ids=lambda prepare: prepare.__name__.strip("_"))


def _of(*names: str) -> set[type[models.Model]]:
    return {apps.get_model("tracker", name) for name in names}


def _post(client: Client, address: str, values: dict[str, Any]) -> None:
    assert client.post(address, values).status_code == 302


def _act_on(client: Client, rows: list[Initiative], work: str) -> None:
    """Look at what will change, then confirm it."""
    address = reverse(f"admin:tracker_initiative_all_{work}")
    said = {"ids": ",".join(str(row.pk) for row in rows), "reason": "Asked for."}
    seen = SEEN.search(client.post(address, {**said, "step": "foresee"}).content.decode())
    assert seen
    _post(client, address, {**said, "step": "do", "seen": seen[1]})


@pytest.mark.django_db
@EACH_WRITE
def test_each_write_of_a_row_leaves_one_row_of_history(prepare: Callable[[], Write]) -> None:
    write = prepare()
    before, told_before = _rows(), _told()

    write.act()

    changed = _changed(before, _rows())
    assert {model for model, _pk in changed} == write.changes
    more = {key: number - told_before[key] for key, number in _told().items() if number > told_before[key]}
    assert more.keys() == changed
    assert max(more.values()) == write.times


class HistoryIsFullError(Exception):
    pass


@pytest.fixture
def _no_history() -> Iterator[None]:
    """Let history fail from the moment at which a test asks for it."""
    yield
    pre_create_historical_record.disconnect(_fail)


def _fail(**said: Any) -> None:
    raise HistoryIsFullError


@pytest.mark.usefixtures("_no_history")
@pytest.mark.django_db(transaction=True)
@EACH_WRITE
def test_what_history_cannot_tell_is_not_written(prepare: Callable[[], Write]) -> None:
    write = prepare()
    before = _rows()
    pre_create_historical_record.connect(_fail)

    with pytest.raises(HistoryIsFullError):
        write.act()

    assert _rows() == before


# --- who ------------------------------------------------------------------------------------------

PERSONS = 8
ROUNDS = 6


@pytest.mark.django_db(transaction=True)
def test_of_eight_people_at_once_each_is_named_for_his_own_changes_alone() -> None:
    """Between their requests the same threads change something for nobody, as a task does."""
    users = [make.make_user(is_staff=True, is_superuser=True) for _number in range(PERSONS)]
    clients = [_as(user) for user in users]
    edited = [make.make_place(slug=f"place-of-{number}") for number in range(PERSONS)]
    shown = [_draft() for _number in range(PERSONS)]
    hidden = [make.make_published() for _number in range(PERSONS)]
    started = _counts()
    start, broken = threading.Barrier(PERSONS), list[BaseException]()

    def work(number: int) -> None:
        try:
            start.wait()
            for round_ in range(ROUNDS):
                values = {**PLACE, "slug": f"place-of-{number}", "name_en": f"Round {round_}"}
                _post(clients[number], f"/admin/tracker/place/{edited[number].pk}/change/", values)
                _act_on(clients[number], [shown[number]], ("publish", "hide")[round_ % 2])
                hidden[number].published_at = make.NOW
                publishing.hide(initiative=hidden[number])
        except BaseException as error:
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[number]) for number in range(PERSONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert broken == []
    names = [user.pk for user in users]
    assert [_names(place, ROUNDS) for place in edited] == [[name] * ROUNDS for name in names]
    assert [_names(row, ROUNDS) for row in shown] == [[name] * ROUNDS for name in names]
    assert [_names(row, ROUNDS) for row in hidden] == [[None] * ROUNDS for _name in names]
    written = [now - then for now, then in zip(_counts(), started, strict=True)]
    assert written == [PERSONS * ROUNDS, 2 * PERSONS * ROUNDS]


def _counts() -> list[int]:
    """How many rows of history there are of places, and of initiatives."""
    kept: list[Any] = [Place, Initiative]
    return [model.history.count() for model in kept]


def _names(row: Any, number: int) -> list[int | None]:
    """Who is named in the newest rows of history."""
    return list(row.history.order_by("-history_id").values_list("history_user", flat=True)[:number])
