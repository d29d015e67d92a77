"""Each rule of the database takes what it should and refuses what it should, by its name."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import BaseConstraint, CheckConstraint, Model, UniqueConstraint

from tests import factories as make
from tracker.models import (
    Bounce,
    Correction,
    Import,
    ImportRow,
    Milestone,
    Notice,
    PlannedDay,
    Precision,
    Quote,
    ReminderRule,
    Responsibility,
    SavedFilter,
    Subscription,
    Suppression,
)

pytestmark = pytest.mark.django_db

Rows = Callable[[], list[Model]]


class Sides(NamedTuple):
    takes: Rows
    refuses: Rows


def _update(**values: object) -> Rows:
    return lambda: [make.status_update(make.make_initiative(), **values)]  # type: ignore[arg-type]


def _deadline(**values: object) -> Rows:
    return lambda: [make.deadline(make.make_initiative(), **{"due_on": None, **values})]  # type: ignore[arg-type]


def _milestone(**values: object) -> Rows:
    return lambda: [Milestone(initiative=make.make_initiative(), title="First stone", **values)]


def _responsibilities(*roles: str, same_party: bool = False) -> Rows:
    def rows() -> list[Model]:
        initiative, party = make.make_initiative(), make.make_party()
        return [
            Responsibility(initiative=initiative, party=party if same_party else make.make_party(), role=role)
            for role in roles
        ]

    return rows


def _import_rows(*numbers: int) -> Rows:
    def rows() -> list[Model]:
        sheet = Import.objects.create(file_name="list.csv", content=b"", language="en", uploaded_at=make.NOW)
        return [ImportRow(upload=sheet, number=number, outcome="new") for number in numbers]

    return rows


def _saved_filters(*names: str) -> Rows:
    def rows() -> list[Model]:
        person = make.make_user()
        return [SavedFilter(person=person, name=name, query="q=a") for name in names]

    return rows


def _quotes_at(*starts: int | None) -> Rows:
    def rows() -> list[Model]:
        initiative, source = make.make_initiative(), make.make_source()
        return [
            make.quote(
                initiative=initiative,
                source=source,
                exact="four",
                start=start,
                end=None if start is None else start + 4,
            )
            for start in starts
        ]

    return rows


def _contacts(*addresses: str) -> Rows:
    def rows() -> list[Model]:
        party = make.make_party()
        return [make.Contact(party=party, name="Contact", email=address) for address in addresses]

    return rows


def _reminders(*steps: int) -> Rows:
    def rows() -> list[Model]:
        initiative, contact = make.make_initiative(), make.make_contact()
        return [make.reminder(initiative=initiative, contact=contact, step=step) for step in steps]

    return rows


def _followed(*frequencies: str) -> Rows:
    return lambda: [make.series(frequency=often, is_for_followers=True) for often in frequencies]


def _notices(*numbers: int, kind: str = "reported") -> Rows:
    def rows() -> list[Model]:
        told = {"initiative": make.make_initiative(), "changed_at": make.NOW, "decided_at": make.NOW}
        return [Notice(kind=kind, row=number, **told) for number in numbers]

    return rows


def _subscriptions(*addresses: str) -> Rows:
    def rows() -> list[Model]:
        series = make.make_series()
        return [Subscription(series=series, address=address, language="ru") for address in addresses]

    return rows


def _correction(**words: str) -> Rows:
    said: dict[str, Any] = {"before": "May", "after": "June", "why": "The order says so."}
    said |= {"corrected_on": make.TODAY, "recorded_at": make.NOW}
    return lambda: [Correction(initiative=make.make_initiative(), **{**said, **words})]


def _rule(**values: object) -> Rows:
    return lambda: [ReminderRule(**{"days": "7", **values})]


def _planned(*zones: str) -> Rows:
    return lambda: [PlannedDay(time_zone=zone, day=make.TODAY, planned_at=make.NOW) for zone in zones]


def _bounce(kind: str) -> Rows:
    return lambda: [Bounce(mail=make.make_mail(), kind=kind, received_at=make.NOW, digest="0a" * 32)]


def _reports(*periods: tuple[int, int]) -> Rows:
    def rows() -> list[Model]:
        series = make.make_series()
        return [
            make.report_edition(series=series, period_start=make.day(start), period_end=make.day(end))
            for start, end in periods
        ]

    return rows


GIVES_FIGURE = Quote.Relation.GIVES_FIGURE
CONSTRAINTS: dict[str, Sides] = {
    "initiative_is_dated_exactly_when_known": Sides(
        lambda: [make.initiative(), make.initiative(announced_on=None)],
        lambda: [make.initiative(announced_precision=Precision.UNDATED)],
    ),
    "initiative_status_is_known": Sides(
        lambda: [make.initiative(status="on_hold")], lambda: [make.initiative(status="asleep")]
    ),
    "initiative_firmness_is_known": Sides(
        lambda: [make.initiative(firmness="ordered")], lambda: [make.initiative(firmness="hoped")]
    ),
    "initiative_sector_is_known": Sides(
        lambda: [make.initiative(sector="tourism")], lambda: [make.initiative(sector="magic")]
    ),
    "responsibility_role_is_known": Sides(_responsibilities("controller"), _responsibilities("friend")),
    "responsibility_is_given_once": Sides(
        _responsibilities("lead", "support"), _responsibilities("lead", "support", same_party=True)
    ),
    "initiative_has_one_lead": Sides(
        _responsibilities("lead", "support", "support"), _responsibilities("lead", "lead")
    ),
    "deadline_with_a_day_has_a_precision": Sides(
        _deadline(due_on=make.TODAY), _deadline(due_on=make.TODAY, precision=Precision.UNDATED)
    ),
    "deadline_has_a_day_or_words": Sides(_deadline(wording="soon"), _deadline(wording="")),
    "deadline_is_withdrawn_with_a_reason": Sides(
        _deadline(withdrawn_at=make.NOW, withdrawal_reason="A typing slip."), _deadline(withdrawn_at=make.NOW)
    ),
    "status_update_status_is_known": Sides(_update(status="on_hold"), _update(status="asleep")),
    "status_update_has_evidence": Sides(_update(url="https://example.org/"), _update(url="")),
    "status_update_is_dated_exactly_when_known": Sides(
        _update(happened_on=None), _update(happened_on=None, happened_precision=Precision.DAY)
    ),
    "status_update_is_withdrawn_with_a_reason": Sides(
        _update(withdrawn_at=make.NOW, withdrawal_reason="A typing slip."),
        _update(withdrawal_reason="A typing slip."),
    ),
    "milestone_is_dated_exactly_when_known": Sides(
        _milestone(due_on=make.TODAY), _milestone(due_precision=Precision.DAY)
    ),
    "party_kind_is_known": Sides(lambda: [make.party(kind="body")], lambda: [make.party(kind="club")]),
    "party_country_is_two_letters": Sides(
        lambda: [make.party(country=""), make.party(country="RU")], lambda: [make.party(country="ru")]
    ),
    "contact_once_per_party": Sides(
        _contacts("a@example.org", "b@example.org"), _contacts("a@example.org", "A@example.org")
    ),
    "source_is_dated_exactly_when_known": Sides(
        lambda: [make.source(published_on=None)],
        lambda: [make.source(published_on=None, published_precision=Precision.YEAR)],
    ),
    "source_sha256_is_64_hex_digits": Sides(
        lambda: [make.source(sha256="0a" * 32)], lambda: [make.source(sha256="0A" * 32)]
    ),
    "source_text_is_kept_once": Sides(
        lambda: [make.source(), make.source(), make.source(sha256="0b" * 32)],
        lambda: [make.source(sha256="0c" * 32), make.source(sha256="0c" * 32)],
    ),
    "quote_has_words": Sides(lambda: [make.quote(exact="Yes")], lambda: [make.quote(exact="")]),
    "quote_ends_where_its_words_end": Sides(
        lambda: [make.quote(exact="Год", start=5, end=8)], lambda: [make.quote(exact="Год", start=5, end=9)]
    ),
    "quote_belongs_to_an_initiative_or_gives_a_figure": Sides(
        lambda: [make.quote(initiative=None, relation=GIVES_FIGURE)], lambda: [make.quote(initiative=None)]
    ),
    "quote_stands_once_in_an_initiative": Sides(_quotes_at(0, 9, None, None), _quotes_at(9, 9)),
    "proposal_is_reviewed_exactly_when_decided": Sides(
        lambda: [make.proposal(), make.proposal(state="accepted", reviewed_at=make.NOW)],
        lambda: [make.proposal(state="accepted")],
    ),
    "proposal_is_turned_down_with_an_answer": Sides(
        lambda: [make.proposal(state="rejected", reviewed_at=make.NOW, answer="It is recorded already.")],
        lambda: [make.proposal(state="rejected", reviewed_at=make.NOW)],
    ),
    "reminder_is_decided_once": Sides(_reminders(-30, -7), _reminders(-7, -7)),
    "reminder_kind_is_known": Sides(
        lambda: [make.reminder(kind="silent")], lambda: [make.reminder(kind="whim")]
    ),
    "reminder_role_is_known": Sides(
        lambda: [make.reminder(role="head")], lambda: [make.reminder(role="friend")]
    ),
    "rule_kind_is_known": Sides(_rule(kind="silent"), _rule(kind="whim")),
    "rule_before_a_day_ends_with_it": Sides(_rule(kind="due"), _rule(kind="due", then_every=7)),
    "rule_repeats_after_a_day_or_more": Sides(
        _rule(kind="overdue", then_every=1), _rule(kind="overdue", then_every=0)
    ),
    "day_is_planned_once_per_time_zone": Sides(
        _planned("Europe/Moscow", "Europe/Berlin"), _planned("Europe/Moscow", "Europe/Moscow")
    ),
    "series_frequency_is_known": Sides(
        lambda: [make.series(frequency="monthly")], lambda: [make.series(frequency="hourly")]
    ),
    "series_hour_is_on_the_clock": Sides(
        lambda: [make.series(hour=0), make.series(hour=23)], lambda: [make.series(hour=24)]
    ),
    "series_day_is_in_every_period": Sides(
        lambda: [make.series(day=7), make.series(frequency="monthly", day=28)],
        lambda: [make.series(frequency="weekly", day=8)],
    ),
    "series_at_once_is_for_followers": Sides(
        lambda: [make.series(frequency="at_once", is_for_followers=True)],
        lambda: [make.series(frequency="at_once")],
    ),
    "followers_of_the_same_share_a_series": Sides(
        lambda: [make.series(), make.series(), *_followed("weekly", "monthly")()],
        _followed("weekly", "weekly"),
    ),
    "notice_is_given_once": Sides(_notices(1, 2), _notices(1, 1)),
    "notice_kind_is_known": Sides(_notices(1), _notices(1, kind="whispered")),
    "subscription_is_made_once_per_address": Sides(
        _subscriptions("a@example.org", "b@example.org"), _subscriptions("a@example.org", "A@example.org")
    ),
    "report_is_built_once": Sides(_reports((-7, 0), (0, 7)), _reports((-7, 0), (-7, 0))),
    "report_period_ends_after_it_starts": Sides(_reports((0, 1)), _reports((0, 0))),
    "mail_is_decided_once": Sides(
        lambda: [make.mail(key="a"), make.mail(key="b")], lambda: [make.mail(key="a"), make.mail(key="a")]
    ),
    "mail_has_a_message_id_of_its_own": Sides(
        lambda: [make.mail(message_id="<a@b>"), make.mail(message_id="<c@d>")],
        lambda: [make.mail(message_id="<a@b>"), make.mail(message_id="<a@b>")],
    ),
    "saved_filter_has_a_name_of_its_own": Sides(
        _saved_filters("Fish", "Parks"), _saved_filters("Fish", "Fish")
    ),
    "import_has_a_row_once": Sides(_import_rows(2, 3), _import_rows(2, 2)),
    "mail_state_is_known": Sides(lambda: [make.mail(state="cancelled")], lambda: [make.mail(state="lost")]),
    "mail_has_a_moment_of_sending_when_sent": Sides(
        lambda: [make.mail(state="sent", sent_at=make.NOW)], lambda: [make.mail(state="sent")]
    ),
    "mail_that_stopped_says_why": Sides(
        lambda: [make.mail(state="held", reason="brake"), make.mail(state="queued", reason="")],
        lambda: [make.mail(state="held", reason="")],
    ),
    "suppression_reason_is_known": Sides(
        lambda: [Suppression(address="a@example.org", reason="bounced", since=make.NOW)],
        lambda: [Suppression(address="a@example.org", reason="whim", since=make.NOW)],
    ),
    "correction_says_why": Sides(_correction(), _correction(why="")),
    "correction_changes_something": Sides(_correction(before=""), _correction(before="", after="")),
    "bounce_kind_is_known": Sides(_bounce("hard"), _bounce("springy")),
}


def _constraints() -> dict[str, tuple[type[Model], BaseConstraint]]:
    models = apps.get_app_config("tracker").get_models()
    return {rule.name: (model, rule) for model in models for rule in model._meta.constraints}


def _words_of_refusal(name: str) -> str:
    """Say by what the database names a rule; SQLite names the columns of a plain unique one."""
    model, rule = _constraints()[name]
    if connection.vendor == "sqlite" and isinstance(rule, UniqueConstraint) and rule.fields:
        columns = (model._meta.get_field(field).column for field in rule.fields)  # type: ignore[union-attr]
        return ", ".join(f"{model._meta.db_table}.{column}" for column in columns)
    return name


def test_every_constraint_has_a_test() -> None:
    assert set(CONSTRAINTS) == set(_constraints())


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_what_the_rule_allows_is_stored(name: str) -> None:
    rows = CONSTRAINTS[name].takes()
    model = type(rows[0])
    before = model._default_manager.count()

    model._default_manager.bulk_create(rows)

    assert model._default_manager.count() == before + len(rows)


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_what_the_rule_forbids_is_refused_by_its_name(name: str) -> None:
    rows = CONSTRAINTS[name].refuses()

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        type(rows[0])._default_manager.bulk_create(rows)

    assert _words_of_refusal(name) in str(refusal.value)


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_a_rule_says_in_its_own_words_what_to_do(name: str) -> None:
    _model, rule = _constraints()[name]

    assert rule.violation_error_message != CheckConstraint.default_violation_error_message
