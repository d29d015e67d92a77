"""A register of many initiatives: every status, condition, sector and firmness, a few parties, quotes and
places each, so that pages and counts weigh what they would."""

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection
from django.db.models import F

from tests import factories as make
from tracker import search
from tracker.models import Firmness, Initiative, Party, Place, Quote, Responsibility, Sector, Source

PARTIES, PLACES, SOURCES = 2_000, 200, 800
STATUSES = {"announced": 50, "in_progress": 25, "partly_done": 8, "completed": 12, "on_hold": 3, "dropped": 2}
WORDS = ["Мост", "завод", "тракторов", "рыбы", "центр", "молока", "парк", "школа", "порт", "дорога", "склад"]
BATCH = 2_000


def fill(number: int, *, today: dt.date) -> None:
    """Insert so many published initiatives with all that the list shows of them."""
    chance = random.Random(number)
    parties = Party.objects.bulk_create(
        make.party(name=f"Министерство промышленности {n}", published_at=make.NOW) for n in range(PARTIES)
    )
    places = Place.objects.bulk_create(
        Place(slug=f"place-{n}", name_ru=f"Район {n}", name_en=f"District {n}") for n in range(PLACES)
    )
    sources = Source.objects.bulk_create(
        make.source(title=f"Сообщение {n}", published_at=make.NOW) for n in range(SOURCES)
    )
    for batch in _batches(number):
        rows = Initiative.objects.bulk_create(_initiative(n, chance, today) for n in batch)
        Quote.objects.bulk_create(
            make.quote(initiative=row, source=_some(sources, chance), exact=f"{row.title_ru} откроется. " * 4)
            for row in rows
        )
        Responsibility.objects.bulk_create(
            Responsibility(initiative=row, party=party, role=role)
            for row in rows
            for role, party in zip(("lead", "support"), _two(parties, chance), strict=True)
        )
        Initiative.places.through.objects.bulk_create(
            Initiative.places.through(initiative=row, place=_some(places, chance)) for row in rows
        )
    Initiative.objects.update(updated_at=F("created_at"))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _initiative(number: int, chance: random.Random, today: dt.date) -> Initiative:
    first, second, third = chance.sample(WORDS, 3)
    title = f"{first} и {second}: {third}, очередь {number}"
    due = today + dt.timedelta(days=chance.randint(-400, 900)) if chance.random() < 0.7 else None
    announced = today - dt.timedelta(days=chance.randint(0, 1_500)) if chance.random() < 0.95 else None
    heard = today - dt.timedelta(days=chance.randint(0, 300)) if chance.random() < 0.4 else None
    row: Initiative = make.initiative(
        title=title,
        sector=chance.choice(Sector.values),
        firmness=chance.choice(Firmness.values),
        status=chance.choices(list(STATUSES), weights=list(STATUSES.values()))[0],
        announced_on=announced,
        due_on=due,
        baseline_due_on=due,
        due_wording="до конца года" if due else "",
        last_reported_on=heard,
        published_at=make.NOW,
    )
    stems = {
        stem for word in (*title.split(), *_vocabulary(chance)) for stem in search.stems(word.strip(",:"))
    }
    row.search_stems = "".join(f" {stem}" for stem in sorted(stems))
    return row


def _vocabulary(chance: random.Random) -> Iterator[str]:
    """Thirty words of an article of which some are rare."""
    return (f"слово{int(chance.paretovariate(0.6)) % 20_000}" for _ in range(30))


def _batches(number: int) -> Iterator[range]:
    return (range(first, min(first + BATCH, number)) for first in range(0, number, BATCH))


def _two(rows: list[Party], chance: random.Random) -> list[Party]:
    """Draw two; the first ones are drawn most."""
    first = int(len(rows) * chance.random() ** 3)
    return [rows[first], rows[(first + 1 + chance.randrange(50)) % len(rows)]]


def _some(rows: Sequence[Any], chance: random.Random) -> Any:
    return rows[int(len(rows) * chance.random() ** 3)]
