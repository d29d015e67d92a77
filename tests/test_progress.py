"""Status and deadline have one writer, and every change leaves its row."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests import factories as make
from tracker import progress
from tracker.models import Confidence, Deadline, Health, Initiative, Precision, Quote, Status, StatusUpdate
from tracker.models.current_state import CURRENT_STATE


def _state(initiative: Initiative) -> dict[str, Any]:
    return {column: getattr(initiative, column) for column in CURRENT_STATE}


@pytest.mark.django_db
class TestReport:
    def test_it_leaves_a_row_with_old_and_new_and_who(self) -> None:
        initiative, user = make.make_initiative(), make.make_user()

        make.report(initiative, Status.IN_PROGRESS, note="Begun.", confidence=Confidence.AMBER, by=user)

        row = StatusUpdate.objects.get()
        assert (row.old_status, row.status, row.note, row.confidence, row.recorded_by, row.recorded_at) == (
            "announced",
            "in_progress",
            "Begun.",
            "amber",
            user,
            make.NOW,
        )
        assert (initiative.status, initiative.confidence, initiative.last_reported_on) == (
            "in_progress",
            "amber",
            make.TODAY,
        )

    def test_a_report_of_an_earlier_day_is_kept_and_changes_nothing(self) -> None:
        initiative = make.make_initiative()
        make.report(initiative, Status.ON_HOLD, happened_on=make.day(-1))
        before = _state(initiative)

        make.report(initiative, Status.IN_PROGRESS, happened_on=make.day(-9), now=make.moment(1))

        assert _state(initiative) == before
        assert initiative.updates.count() == 2

    def test_of_two_reports_of_one_day_the_later_recorded_holds(self) -> None:
        initiative = make.make_initiative()
        make.report(initiative, Status.ON_HOLD)

        make.report(initiative, Status.IN_PROGRESS, now=make.NOW + dt.timedelta(minutes=1))

        assert initiative.status == "in_progress"

    def test_a_later_report_without_confidence_keeps_the_last_judgement(self) -> None:
        initiative = make.make_initiative()
        make.report(initiative, Status.IN_PROGRESS, happened_on=make.day(-5), confidence=Confidence.RED)

        make.report(initiative, Status.ON_HOLD)

        assert (initiative.status, initiative.confidence) == ("on_hold", "red")

    def test_a_day_to_come_is_refused(self) -> None:
        with pytest.raises(ValidationError) as refusal:
            make.report(make.make_initiative(), happened_on=make.day(1))

        assert refusal.value.message_dict == {
            "happened_on": ["2026-11-24 lies in the future. Enter a day up to today."]
        }
        assert StatusUpdate.objects.count() == 0

    def test_today_is_the_site_s_today(self) -> None:
        """Half past nine in the evening in London is the next day in Moscow."""
        late = dt.datetime(2026, 11, 23, 21, 30, tzinfo=dt.UTC)

        make.report(make.make_initiative(), happened_on=dt.date(2026, 11, 24), now=late)

        assert StatusUpdate.objects.count() == 1

    def test_a_report_without_evidence_is_refused_and_changes_nothing(self) -> None:
        initiative = make.make_initiative()
        before = _state(initiative)

        with pytest.raises(ValidationError):
            make.report(initiative, url="")

        initiative.refresh_from_db()
        assert (_state(initiative), StatusUpdate.objects.count()) == (before, 0)

    def test_it_moves_the_moment_of_change(self) -> None:
        initiative = make.make_initiative()

        make.report(initiative, now=make.moment(3))

        assert initiative.updated_at == make.moment(3)


@pytest.mark.django_db
class TestCompletion:
    @pytest.mark.parametrize("relation", ["announces", "reports", "moves_deadline", "contradicts"])
    def test_words_that_do_not_say_completed_never_complete(self, relation: str) -> None:
        initiative = make.make_initiative()
        quote = make.make_quote(initiative=initiative, relation=relation)

        with pytest.raises(ValidationError) as refusal:
            make.report(initiative, Status.COMPLETED, quote=quote)

        assert list(refusal.value.message_dict) == ["quote"]
        initiative.refresh_from_db()
        assert initiative.status == "announced"

    def test_words_that_say_completed_complete(self) -> None:
        initiative = make.make_initiative()
        quote = make.make_quote(initiative=initiative, relation=Quote.Relation.COMPLETES)

        make.report(initiative, Status.COMPLETED, quote=quote)

        assert initiative.status == "completed"

    def test_a_person_needs_the_permission(self) -> None:
        initiative = make.make_initiative()

        with pytest.raises(ValidationError) as refusal:
            make.report(initiative, Status.COMPLETED, by=make.make_user("change_initiative"))

        assert refusal.value.message_dict == {
            "status": ["Only a controller accepts an initiative as completed."]
        }

    def test_a_controller_accepts(self) -> None:
        initiative = make.make_initiative()

        make.report(initiative, Status.COMPLETED, by=make.make_user("accept_completion"))

        assert initiative.status == "completed"


@pytest.mark.django_db
class TestDeadline:
    def test_the_first_one_is_the_baseline_and_the_newest_is_current(self) -> None:
        initiative, user = make.make_initiative(), make.make_user()
        make.set_deadline(initiative, make.day(10), said_on=make.day(-20), by=user)

        make.set_deadline(initiative, make.day(41), reason="Floods.", wording="im Januar", by=user)

        rows = Deadline.objects.values_list("old_due_on", "due_on", "reason", "recorded_by")
        assert list(rows) == [
            (None, make.day(10), "", user.pk),
            (make.day(10), make.day(41), "Floods.", user.pk),
        ]
        assert (
            initiative.baseline_due_on,
            initiative.due_on,
            initiative.due_wording,
            initiative.slipped_days,
        ) == (
            make.day(10),
            make.day(41),
            "im Januar",
            31,
        )

    def test_moving_one_needs_a_reason(self) -> None:
        initiative = make.make_initiative()
        make.set_deadline(initiative, make.day(10))

        with pytest.raises(ValidationError) as refusal:
            make.set_deadline(initiative, make.day(20))

        assert list(refusal.value.message_dict) == ["reason"]
        initiative.refresh_from_db()
        assert initiative.due_on == make.day(10)

    def test_words_without_a_day_are_kept_as_words(self) -> None:
        initiative = make.make_initiative()

        make.set_deadline(initiative, None, precision=Precision.MONTH, wording="уже в июне")

        assert (initiative.due_on, initiative.due_precision, initiative.due_wording) == (
            None,
            "month",
            "уже в июне",
        )
        assert initiative.health(make.TODAY) == [Health.NO_DEADLINE]

    def test_one_said_on_a_day_to_come_is_refused(self) -> None:
        with pytest.raises(ValidationError) as refusal:
            make.set_deadline(make.make_initiative(), make.day(10), said_on=make.day(1))

        assert list(refusal.value.message_dict) == ["said_on"]


@pytest.mark.django_db
class TestFirstDeadlines:
    def _promised(self, **said: Any) -> Deadline:
        values = {"due_on": make.day(90), "precision": Precision.DAY, "wording": "by then"}
        return Deadline(initiative=make.make_initiative(), **{**values, **said})

    def test_they_state_each_initiative_as_one_by_one(self) -> None:
        user = make.make_user()
        many = [self._promised(), self._promised(due_on=None, precision="month", wording="in June")]
        alone = self._promised()

        progress.set_first_deadlines(deadlines=many, now=make.NOW, by=user)
        progress.set_deadline(deadline=alone, now=make.NOW, by=user)

        first, second, third = Initiative.objects.order_by("pk")
        assert _state(first) == _state(third)
        assert (second.due_on, second.due_precision, second.due_wording) == (None, "month", "in June")
        assert {(row.recorded_by, row.recorded_at) for row in Deadline.objects.all()} == {(user, make.NOW)}
        assert {row.updated_at for row in (first, second, third)} == {make.NOW}

    def test_their_statements_do_not_grow_with_their_number(self) -> None:
        counts = []
        for number in (1, 20):
            deadlines = [self._promised() for _ in range(number)]
            with CaptureQueriesContext(connection) as queries:
                progress.set_first_deadlines(deadlines=deadlines, now=make.NOW)
            counts.append(len(queries))

        assert counts[0] == counts[1]

    def test_one_that_is_not_the_first_is_refused_with_all(self) -> None:
        deadlines = [self._promised(), self._promised()]
        make.set_deadline(deadlines[1].initiative, make.day(9))

        with pytest.raises(ValidationError, match="has a deadline already"):
            progress.set_first_deadlines(deadlines=deadlines, now=make.NOW)

        assert Deadline.objects.count() == 1

    @pytest.mark.parametrize("said", [{"said_on": make.day(1)}, {"wording": "x" * 201}])
    def test_what_is_wrong_with_one_is_refused_with_all(self, said: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            progress.set_first_deadlines(deadlines=[self._promised(), self._promised(**said)], now=make.NOW)

        assert not Deadline.objects.exists()

    def test_a_day_without_a_precision_is_refused_by_the_database(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            progress.set_first_deadlines(
                deadlines=[self._promised(precision=Precision.UNDATED)], now=make.NOW
            )


@pytest.mark.django_db
class TestWithdraw:
    def test_what_stood_before_a_report_stands_again(self) -> None:
        initiative, user = make.make_initiative(), make.make_user()
        make.report(initiative, Status.IN_PROGRESS, happened_on=make.day(-5), confidence=Confidence.GREEN)
        before = _state(initiative)
        mistaken = make.report(initiative, Status.DROPPED)

        progress.withdraw(record=mistaken, reason="Another bridge.", now=make.moment(1), by=user)

        initiative.refresh_from_db()
        assert _state(initiative) == before
        assert (mistaken.withdrawal_reason, mistaken.withdrawn_by, mistaken.withdrawn_at) == (
            "Another bridge.",
            user,
            make.moment(1),
        )

    def test_what_stood_before_a_deadline_stands_again(self) -> None:
        initiative = make.make_initiative()
        make.set_deadline(initiative, make.day(10))
        before = _state(initiative)
        mistaken = make.set_deadline(initiative, make.day(99), reason="Floods.")

        progress.withdraw(record=mistaken, reason="Misread.", now=make.moment(1))

        initiative.refresh_from_db()
        assert _state(initiative) == before

    def test_it_needs_a_reason(self) -> None:
        row = make.report(make.make_initiative())

        with pytest.raises(ValidationError) as refusal:
            progress.withdraw(record=row, reason="  ", now=make.NOW)

        assert list(refusal.value.message_dict) == ["reason"]

    def test_a_second_withdrawal_changes_nothing(self) -> None:
        row = make.report(make.make_initiative())
        progress.withdraw(record=row, reason="Misread.", now=make.NOW)

        progress.withdraw(record=row, reason="Once more.", now=make.moment(1))

        row.refresh_from_db()
        assert (row.withdrawal_reason, row.withdrawn_at) == ("Misread.", make.NOW)

    def test_after_the_only_deadline_is_withdrawn_the_next_one_is_first_again(self) -> None:
        initiative = make.make_initiative()
        row = make.set_deadline(initiative, make.day(10))
        progress.withdraw(record=row, reason="Misread.", now=make.NOW)

        make.set_deadline(initiative, make.day(20))

        assert (initiative.baseline_due_on, initiative.due_on) == (make.day(20), make.day(20))


# --- any history ----------------------------------------------------------------------------------


@dataclass
class Told:
    """One report or deadline of a history, as a plain value."""

    day: dt.date | None
    recorded_at: dt.datetime
    says: dict[str, Any]
    withdrawn: bool = False

    def is_known_by(self, day: dt.date) -> bool:
        return not self.withdrawn and (self.day or timezone.localdate(self.recorded_at)) <= day

    @property
    def age(self) -> tuple[dt.date, dt.datetime]:
        """Sort unknown days as oldest."""
        return self.day or dt.date.min, self.recorded_at


def _derived(reports: list[Told], deadlines: list[Told], by: dt.date) -> dict[str, Any]:
    """Derive the state in plain Python, from the definitions alone."""
    told = sorted((row for row in reports if row.is_known_by(by)), key=lambda row: row.age)
    promised = sorted((row for row in deadlines if row.is_known_by(by)), key=lambda row: row.age)
    judged = [row.says["confidence"] for row in told if row.says["confidence"]]
    return {
        "status": told[-1].says["status"] if told else "announced",
        "confidence": judged[-1] if judged else "",
        "last_reported_on": told[-1].day if told else None,
        "due_on": promised[-1].says["due_on"] if promised else None,
        "due_precision": promised[-1].says["precision"] if promised else "undated",
        "due_wording": promised[-1].says["wording"] if promised else "",
        "baseline_due_on": promised[0].says["due_on"] if promised else None,
    }


DAYS = st.none() | st.integers(-6, 0).map(make.day)
REPORTS = st.fixed_dictionaries(
    {
        "happened_on": DAYS,
        "status": st.sampled_from(Status),
        "confidence": st.sampled_from(["", *Confidence.values]),
    }
)
DEADLINES = st.fixed_dictionaries(
    {
        "said_on": DAYS,
        "due_on": st.none() | st.integers(-4, 40).map(make.day),
        "wording": st.sampled_from(["soon", "in a year"]),
    }
)
STEPS = st.lists(
    st.tuples(st.just("report"), REPORTS)
    | st.tuples(st.just("deadline"), DEADLINES)
    | st.tuples(st.just("withdraw"), st.integers(0, 20)),
    max_size=9,
)


class TestAnyHistory(TestCase):
    """Hypothesis's own TestCase: each example has its transaction."""

    @settings(max_examples=30)
    @given(steps=STEPS)
    def test_the_stored_state_is_the_one_that_follows_from_what_was_told(
        self, steps: list[tuple[str, Any]]
    ) -> None:
        initiative = make.make_initiative(announced_on=make.day(-6))

        reports, deadlines = _tell(initiative, steps)

        initiative.refresh_from_db()
        assert _state(initiative) == _derived(reports, deadlines, dt.date.max)
        for offset in (-6, -3, -1, 0, 4):
            on = make.day(offset)
            [row] = Initiative.objects.as_of(on)
            assert _state(row) == _derived(reports, deadlines, on)
            rows, conditions = Initiative.objects.as_of(on).conditions(on)
            held = rows.values_list(*conditions.values()).get()
            assert {health for health, holds in zip(conditions, held, strict=True) if holds} == {
                *row.health(on)
            }
        assert _state(Initiative.objects.as_of(make.day(11)).get()) == _state(initiative)


def _tell(initiative: Initiative, steps: list[tuple[str, Any]]) -> tuple[list[Told], list[Told]]:
    """Tell each step, one a day, through `tracker.progress`; return the same as plain values."""
    reports: list[Told] = []
    deadlines: list[Told] = []
    rows: list[tuple[Told, StatusUpdate | Deadline]] = []
    for number, (kind, values) in enumerate(steps):
        now = make.moment(number)
        if kind == "report":
            told = Told(values["happened_on"], now, values)
            rows.append((told, make.report(initiative, now=now, **values)))
            reports.append(told)
        elif kind == "deadline":
            precision = Precision.DAY if values["due_on"] else Precision.UNDATED
            told = Told(values["said_on"], now, {**values, "precision": precision})
            rows.append((told, make.set_deadline(initiative, now=now, reason="Floods.", **values)))
            deadlines.append(told)
        elif rows:
            told, row = rows[values % len(rows)]
            told.withdrawn = True
            progress.withdraw(record=row, reason="Misread.", now=now)
    return reports, deadlines


@pytest.mark.django_db
def test_saving_a_row_read_before_a_report_does_not_undo_the_report() -> None:
    initiative = make.make_initiative()
    read_before = Initiative.objects.get()
    make.report(initiative, Status.IN_PROGRESS)

    read_before.title = "Another title"
    read_before.save()

    initiative.refresh_from_db()
    assert (initiative.title, initiative.status) == ("Another title", Status.IN_PROGRESS)
