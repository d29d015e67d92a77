"""A case, how it is run, and the line that it leaves in the table."""

import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.faults.world import World

Run = Callable[[World], None]
DATABASES = ("postgresql", "sqlite")


@dataclass(frozen=True)
class Case:
    faults: str
    """Which of the fault table, as F1."""
    name: str
    run: Run
    on: tuple[str, ...]


@dataclass
class Outcome:
    case: Case
    on: str
    injected: Counter[str]
    states: Counter[str]
    copies: int
    broken: dict[str, list[str]]
    seconds: float
    error: str = ""

    @property
    def passed(self) -> bool:
        return not self.broken and not self.error


@dataclass
class Catalogue:
    cases: list[Case] = field(default_factory=list)

    def add(self, faults: str, name: str, *, on: tuple[str, ...] = DATABASES) -> Callable[[Run], Run]:
        """Make a case of a function. It injects faults and returns when nothing waits any more."""

        def kept(run: Run) -> Run:
            self.cases.append(Case(faults, name, run, on))
            return run

        return kept


catalogue = Catalogue()


def outcome(case: Case, world: World) -> Outcome:
    """Run a case in a fresh world and count."""
    from tests.faults import invariants, rows

    world.begin()
    began = time.monotonic()
    error = ""
    try:
        case.run(world)
    except Exception as problem:
        error = str(problem) if isinstance(problem, AssertionError) else traceback.format_exc()
    seconds = time.monotonic() - began
    world.end_children()
    taken = world.sink.lines()
    return Outcome(
        case=case,
        on=world.on,
        injected=world.injected.copy(),
        states=rows.states(),
        copies=len(taken),
        broken=invariants.broken(taken, world.expected),
        seconds=seconds,
        error=error,
    )


# --- the table ------------------------------------------------------------------------------------

STATES = ("sent", "in_doubt", "failed", "cancelled", "held")
HEADINGS = ("decided", "sent", "doubt", "failed", "cancel", "held", "taken")


def heading() -> str:
    numbers = " ".join(f"{name:>7}" for name in HEADINGS)
    return f"{'case':<84} {'injected':<39} {numbers}  I1 I2 I3 I4 I5      s"


def line(found: Outcome) -> str:
    """One line of the table, and below it what did not hold."""
    case = f"{found.case.faults:<7} {found.on:<10} {found.case.name}"
    injected = ", ".join(f"{number:,} {what}" for what, number in found.injected.items())
    numbers = [found.states.total(), *(found.states[state] for state in STATES), found.copies]
    held = " ".join("NO" if name in found.broken else "ok" for name in ("I1", "I2", "I3", "I4", "I5"))
    counted = " ".join(f"{number:>7,}" for number in numbers)
    below = [f"    {name}: {words}" for name, complaints in found.broken.items() for words in complaints]
    if found.error:
        below += [f"    {words}" for words in found.error.splitlines()]
    return "\n".join([f"{case:<84} {injected:<39} {counted}  {held} {found.seconds:6.1f}", *below])
