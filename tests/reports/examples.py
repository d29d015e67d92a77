"""Contents of reports as a reader may get them: a full one, a first one, a quiet one, a crowded one."""

import datetime as dt
from typing import Any

from tracker.models import Precision, Status
from tracker.reports.content import Change, Content, Line, Month, Move, Number, Owner, Part, Snapshot

START, LAST_DAY = dt.date(2026, 11, 16), dt.date(2026, 11, 22)
LONG = (
    "Строительство многофункционального логистического комплекса с мощностями для хранения, переработки и "
    "отгрузки замороженной рыбной продукции дальневосточных предприятий потребителям Республики Беларусь"
)
STATE = {
    "total": (68, 64),
    "announced": (36, 38),
    "in_progress": (17, 15),
    "partly_done": (4, 3),
    "completed": (8, 6),
    "on_hold": (2, 1),
    "dropped": (1, 1),
    "overdue": (12, 10),
    "silent": (31, 33),
    "no_deadline": (22, 22),
}


def line(**values: Any) -> Line:
    """An initiative that was due a few days before the period ended."""
    defaults: dict[str, Any] = {
        "slug": "bridge",
        "title": "Bridge over the Sunzha",
        "status": Status.IN_PROGRESS,
        "lead": "Ministry of Transport",
        "due_on": dt.date(2026, 11, 19),
        "due_precision": Precision.DAY,
        "due_wording": "by 19 November",
        "days_overdue": 3,
        "silent_days": 75,
    }
    return Line(**{**defaults, **values})


def move(**values: Any) -> Move:
    defaults: dict[str, Any] = {
        "line": line(
            slug="plant",
            title="Plant for tractors of medium power in the special economic zone",
            due_on=dt.date(2027, 3, 31),
            due_precision=Precision.QUARTER,
            days_overdue=0,
        ),
        "old_due_on": dt.date(2026, 12, 1),
        "new_due_on": dt.date(2027, 3, 31),
        "days": 120,
        "reason": "The supplier of the conveyor asked for a further quarter.",
        "source": "BelTA, 18 November 2026",
        "url": "https://example.org/news/1",
    }
    return Move(**{**defaults, **values})


def change(**values: Any) -> Change:
    defaults: dict[str, Any] = {
        "line": line(slug="service", title="Service centre for dump trucks", lead="BelAZ"),
        "old_status": Status.ANNOUNCED,
        "new_status": Status.IN_PROGRESS,
        "happened_on": dt.date(2026, 11, 17),
        "happened_precision": Precision.DAY,
        "note": "Ground was broken.",
        "source": "Interfax, 17 November 2026",
        "url": "https://example.org/news/2",
    }
    return Change(**{**defaults, **values})


def part(*rows: Any, total: int | None = None) -> "Part[Any]":
    return Part(rows=rows, total=len(rows) if total is None else total)


def numbers(*, is_first: bool = False) -> tuple[Number, ...]:
    return tuple(
        Number(name=name, now=now, before=None if is_first else before)
        for name, (now, before) in STATE.items()
    )


def snapshots(weeks: int = 8) -> tuple[Snapshot, ...]:
    """The ends of so many weeks; a few more initiatives each week, a few more of them completed."""
    return tuple(
        Snapshot(
            on=LAST_DAY - dt.timedelta(weeks=ago),
            counts={
                "announced": 36 + ago,
                "in_progress": 17 - ago,
                "partly_done": 4 - ago // 3,
                "completed": 8 - ago,
                "on_hold": 2 - ago // 4,
                "dropped": 1,
            },
        )
        for ago in reversed(range(weeks))
    )


def months() -> tuple[Month, ...]:
    due = (2, 5, 1, 9, 0, 1, 0, 0, 3, 0, 0, 2)
    firsts = [dt.date(2026 + (10 + i) // 12, (10 + i) % 12 + 1, 1) for i in range(12)]
    return tuple(Month(month=first, due=count) for first, count in zip(firsts, due, strict=True))


def full(**values: Any) -> Content:
    """A week with something in each section; keywords replace what they name."""
    late = line(slug="feed", title="Feed & fodder for 12 farms <from Brest>", due_on=dt.date(2026, 11, 20))
    due = line(
        slug="fish",
        title="Frozen fish from the Far East for the trade house",
        due_on=dt.date(2026, 11, 30),
        due_precision=Precision.MONTH,
        days_overdue=0,
    )
    content: dict[str, Any] = {
        "series": "Weekly report",
        "scope": "",
        "language": "en",
        "start": START,
        "last_day": LAST_DAY,
        "is_first": False,
        "numbers": numbers(),
        "newly_overdue": part(line(), late, line(slug="school", title="Exchange of students", lead="")),
        "moved": part(move(), move(line=line(due_on=None), new_due_on=None, days=None, reason="", url="")),
        "changed": part(change(), change(new_status=Status.ON_HOLD, note="", source="", url="")),
        "silent_owners": part(
            Owner(slug="ministry", name="Ministry of Agriculture", initiatives=7, silent_days=657),
            Owner(slug="", name="", initiatives=1, silent_days=61),
        ),
        "due_next": part(due),
        "closed": part(line(slug="visit", title="Visit of the orchestra", status=Status.COMPLETED)),
        "new": part(line(slug="zoo", title="A zoo", status=Status.ANNOUNCED, due_on=None, days_overdue=0)),
        "snapshots": snapshots(),
        "overdue_before": 12,
        "months": months(),
    }
    return Content(**{**content, **values})


NOTHING: dict[str, Any] = {
    name: part() for name in ("newly_overdue", "moved", "changed", "due_next", "closed", "new")
}


def quiet(**values: Any) -> Content:
    """A week in which nothing changed; two owners are silent as before."""
    same = tuple(Number(name=row.name, now=row.now, before=row.now) for row in numbers())
    return full(**{**NOTHING, "numbers": same, **values})


def first(**values: Any) -> Content:
    """The first edition of a series: nothing before it to compare with."""
    return full(**{"is_first": True, "numbers": numbers(is_first=True), "snapshots": snapshots(1), **values})


def crowded(**values: Any) -> Content:
    """A week with hundreds of changes: 200 of them are kept, more are counted."""
    late = [line(slug=f"late-{n}", title=f"Late {n}", days_overdue=n % 7 + 1) for n in range(200)]
    moved = [move(line=line(slug=f"moved-{n}", title=f"Moved {n}")) for n in range(200)]
    changed = [change(line=line(slug=f"changed-{n}", title=f"Changed {n}")) for n in range(200)]
    rows = {
        "newly_overdue": part(*late, total=312),
        "moved": part(*moved, total=250),
        "changed": part(*changed, total=201),
    }
    return full(**{**rows, **values})


def russian(**values: Any) -> Content:
    """A full week in Russian, its titles as long as such titles are."""
    long_ = line(title=LONG, lead="Министерство сельского хозяйства и продовольствия Республики Беларусь")
    rows = {
        "series": "Еженедельный отчёт",
        "language": "ru",
        "newly_overdue": part(long_, line(title="Мост через Сунжу", lead="Минтранс")),
        "moved": part(
            move(line=long_, reason="Поставщик конвейера попросил ещё один квартал.", source="БелТА")
        ),
        "changed": part(change(line=long_, note="Заложен первый камень.", source="Интерфакс")),
    }
    return full(**{**rows, **values})
