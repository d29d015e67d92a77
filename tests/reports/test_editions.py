"""Editions are made once, when they are due, and written once to each reader."""

import datetime as dt
import io
import json
import threading
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connections
from django.utils import translation

from tests import factories as make
from tests.factories import NOW, TODAY, day, moment
from tracker import mail, progress
from tracker.mail import restoring
from tracker.models import Initiative, Mail, Report, Series, Subscription
from tracker.reports import comparison, editions, leaving
from tracker.reports.content import Content

pytestmark = pytest.mark.django_db

# `TODAY` is a Monday and `NOW` is noon of it in Moscow: the edition of 16–22 November has been due for hours.
ONE_MINUTE = dt.timedelta(minutes=1)
DUE_AT = dt.datetime(2026, 11, 23, 5, 0, tzinfo=dt.UTC)
"""Eight o'clock in Moscow."""


def make_series(**values: Any) -> Series:
    """A weekly series without files, which take time to make."""
    return make.make_series(**{"with_pdf": False, "with_xlsx": False, **values})


def follow(series: Series, address: str, language: str = "en", **values: Any) -> Subscription:
    defaults = {"confirmed_at": NOW, "language": language}
    return series.subscriptions.create(address=address, **{**defaults, **values})


def published(offset: int = -30, **values: Any) -> Initiative:
    with time_machine.travel(moment(offset), tick=False):
        return make.make_published(**{"announced_on": day(offset), **values})


def spans() -> list[tuple[int, int]]:
    """Give the editions of all series as days before or after today, oldest first."""
    rows = Report.objects.order_by("period_end").values_list("period_start", "period_end").distinct()
    return [((start - TODAY).days, (end - TODAY).days) for start, end in rows]


def mails() -> dict[str, str]:
    return dict(Mail.objects.order_by("pk").values_list("address", "language"))


class TestPlanning:
    def test_an_edition_is_made_and_written_to_its_readers(self) -> None:
        series = make_series()
        follow(series, "anna@example.org")

        made = editions.plan(now=NOW)

        report, letter = Report.objects.get(), Mail.objects.get()
        assert (made, spans()) == (1, [(-7, 0)])
        assert (report.language, report.built_at, report.released_at) == ("en", NOW, NOW)
        assert report.known_at == dt.datetime(2026, 11, 22, 21, 0, tzinfo=dt.UTC)
        assert letter.key == f"report:series-{series.pk}:2026-11-16:2026-11-23:anna@example.org"
        assert (letter.kind, letter.state, letter.about) == ("report", "queued", {"report": report.pk})

    def test_it_is_made_at_its_hour_and_once(self) -> None:
        make_series()

        made = [editions.plan(now=DUE_AT + offset * ONE_MINUTE) for offset in (-1, 0, 1, 60 * 24)]

        assert made == [0, 1, 0, 0]

    def test_a_late_run_tells_the_same(self) -> None:
        initiative = published()
        first = make_series(name="Same")
        editions.plan(now=DUE_AT)
        second = make_series(name="Same")
        with time_machine.travel(moment(1), tick=False):
            make.report(initiative, "on_hold", now=moment(1), happened_on=day(-2))

        editions.plan(now=moment(3))

        one, other = Report.objects.order_by("series_id")
        assert (one.series, other.series) == (first, second)
        assert one.content == other.content

    def test_after_an_outage_one_edition_tells_of_all_the_time(self) -> None:
        make_series()
        editions.plan(now=NOW)

        made = [editions.plan(now=moment(25)), editions.plan(now=moment(26))]

        assert (made, spans()) == ([1, 0], [(-7, 0), (0, 21)])

    def test_nothing_goes_out_before_the_first_day_of_the_series(self) -> None:
        make_series(starts_on=day(1))

        assert editions.plan(now=NOW) == 0
        assert editions.plan(now=moment(7)) == 1
        assert spans() == [(0, 7)]

    def test_a_schedule_that_is_edited_tells_no_day_twice(self) -> None:
        series = make_series()
        follow(series, "anna@example.org")
        for zone, hour, day_ in [
            ("Pacific/Kiritimati", 0, 1),
            ("Pacific/Pago_Pago", 23, 1),
            ("Europe/Moscow", 8, 2),
            ("Pacific/Kiritimati", 8, 1),
            ("Pacific/Kiritimati", 0, 2),
            ("Europe/Moscow", 8, 1),
        ]:
            Series.objects.update(time_zone=zone, hour=hour, day=day_)
            editions.plan(now=NOW)

        told = spans()
        assert all(before[1] == after[0] for before, after in pairwise(told))
        assert Mail.objects.count() == len(told)

    def test_a_public_series_speaks_every_language(self) -> None:
        make_series(is_public=True)

        editions.plan(now=NOW)

        assert {*Report.objects.values_list("language", flat=True)} == {"ru", "en", "de"}

    def test_another_speaks_the_languages_of_its_readers_and_at_least_the_site_s(self) -> None:
        read, unread = make_series(), make_series()
        follow(read, "anna@example.org", "de")
        follow(read, "boris@example.org", "en")

        editions.plan(now=NOW)

        languages = {
            series.pk: {*series.reports.values_list("language", flat=True)} for series in (read, unread)
        }
        assert languages == {read.pk: {"de", "en"}, unread.pk: {settings.LANGUAGE_CODE}}

    def test_a_series_that_cannot_be_built_stops_no_other(self, caplog: pytest.LogCaptureFixture) -> None:
        broken, well = make_series(scope="party=nobody"), make_series()

        made = editions.plan(now=NOW)

        assert (made, Report.objects.get().series) == (1, well)
        assert f"Series {broken.pk} cannot be built." in caplog.text

    def test_the_command_does_what_the_schedule_does(self) -> None:
        make_series()
        out = io.StringIO()

        with time_machine.travel(NOW, tick=False):
            call_command("plan_reports", stdout=out)
            call_command("plan_reports", stdout=out)

        assert out.getvalue() == "1 editions made\n0 editions made\n"

    def test_a_scope_narrows_the_edition(self) -> None:
        published(sector="trade"), published(sector="culture")
        make_series(scope="sector=trade")

        editions.plan(now=NOW)

        content = Content.from_json(Report.objects.get().content)
        assert content.numbers[0].now == len(content.in_scope or ()) == 1


@pytest.mark.django_db(transaction=True)
def test_planners_that_run_at_once_make_it_once() -> None:
    series = make_series(is_public=True)
    for number in range(5):
        follow(series, f"reader{number}@example.org")

    for week in range(4):
        made = _at_once(4, moment(7 * week))

        assert sorted(made) == [0, 0, 0, 1]
        assert (Report.objects.count(), Mail.objects.count()) == (3 * (week + 1), 5 * (week + 1))


def _at_once(planners: int, now: dt.datetime) -> list[int]:
    start, made = threading.Barrier(planners), list[int]()

    def run() -> None:
        start.wait()
        made.append(editions.plan(now=now))
        connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(planners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return made


class TestReaders:
    def test_staff_contacts_of_parties_and_subscribers_are_written_to(self) -> None:
        series, party = make_series(), make.make_party()
        series.parties.add(party)
        make.make_contact(party=party, email="contact@example.org", language="de")
        series.staff.add(make.make_user(email="staff@example.org"))
        lingual = make.make_user(email="lingual@example.org")
        make.make_contact(user=lingual, language="en")
        series.staff.add(lingual)
        follow(series, "reader@example.org", "en")

        editions.plan(now=NOW)

        assert mails() == {
            "contact@example.org": "de",
            "staff@example.org": settings.LANGUAGE_CODE,
            "lingual@example.org": "en",
            "reader@example.org": "en",
        }

    def test_nobody_else_is(self) -> None:
        series = make_series()
        series.staff.add(make.make_user(email=""), make.make_user(is_active=False))
        follow(series, "unconfirmed@example.org", confirmed_at=None)
        follow(series, "left@example.org", unsubscribed_at=NOW)
        follow(make_series(starts_on=day(9)), "other@example.org")

        editions.plan(now=NOW)

        assert mails() == {}

    def test_one_address_gets_one_mail_however_it_is_spelt(self) -> None:
        series, party = make_series(), make.make_party()
        series.parties.add(party)
        make.make_contact(party=party, email="ANNA@example.org", language="ru")
        series.staff.add(make.make_user(email="Anna@Example.org"))
        follow(series, "anna@example.org", "de")

        editions.plan(now=NOW)

        assert mails() == {"anna@example.org": "de"}

    def test_who_has_left_gets_nothing_though_it_is_staff_and_a_contact(self) -> None:
        series, party = make_series(), make.make_party()
        series.parties.add(party)
        make.make_contact(party=party, email="ANNA@example.org")
        series.staff.add(make.make_user(email="Anna@example.org"))
        follow(series, "anna@example.org", unsubscribed_at=NOW)

        editions.plan(now=NOW)

        assert mails() == {}


class TestRelease:
    def test_a_held_edition_waits_for_a_person(self) -> None:
        series = make_series(is_held=True, is_public=True)
        follow(series, "anna@example.org")

        editions.plan(now=NOW)

        letter = Mail.objects.get()
        assert (letter.state, letter.reason) == ("held", "release")
        assert {*Report.objects.values_list("released_at", flat=True)} == {None}
        assert list(Report.objects.published()) == []

    def test_a_release_lets_go_the_edition_in_every_language(self) -> None:
        series, other, user = (
            make_series(is_held=True, is_public=True),
            make_series(is_held=True),
            make.make_user(),
        )
        for row in (series, other):
            follow(row, "anna@example.org", "en")
            follow(row, "boris@example.org", "de")
        editions.plan(now=NOW)

        released = editions.release(reports=series.reports.all()[:1], by=user, now=moment(1))

        assert released == 2
        assert {*series.reports.values_list("released_at", "released_by")} == {(moment(1), user.pk)}
        assert {*other.reports.values_list("released_at", flat=True)} == {None}
        assert Mail.objects.filter(state="queued", next_attempt_at=moment(1)).count() == 2
        assert Mail.objects.filter(state="held").count() == 2

    def test_a_second_release_changes_nothing(self) -> None:
        series, user = make_series(is_held=True), make.make_user()
        follow(series, "anna@example.org")
        editions.plan(now=NOW)
        editions.release(reports=series.reports.all(), by=user, now=moment(1))
        mail.hold(Mail.objects.all(), reason=Mail.Reason.RELEASE)

        again = editions.release(reports=series.reports.all(), by=make.make_user(), now=moment(2))

        assert (again, Mail.objects.get().state) == (0, "held")
        assert series.reports.get().released_by == user


class TestAfterARestore:
    def _made(self, series: Series, *, restored: dt.datetime, now: dt.datetime) -> tuple[str, str]:
        """The state of the mail about the edition that is due now, and why."""
        follow(series, "anna@example.org")
        restoring.remember(now=restored)
        editions.plan(now=now)
        state, reason = Mail.objects.values_list("state", "reason").get()
        return state, reason

    @pytest.mark.parametrize("is_held", [False, True])
    def test_an_edition_whose_days_were_over_waits_for_a_person(self, is_held: bool) -> None:
        midnight = NOW.replace(hour=21) - dt.timedelta(days=1)

        made = self._made(make_series(is_held=is_held), restored=midnight, now=NOW)

        assert made == ("held", "restored")

    def test_it_is_not_let_go_with_its_series(self) -> None:
        series = make_series(is_held=True)
        self._made(series, restored=NOW, now=NOW)

        released = editions.release(reports=series.reports.all(), by=make.make_user(), now=NOW)

        assert (released, Mail.objects.get().reason) == (0, "restored")

    def test_one_of_days_that_were_not_over_goes_out(self) -> None:
        midnight = NOW.replace(hour=21) - dt.timedelta(days=1)

        assert self._made(make_series(), restored=midnight - ONE_MINUTE, now=NOW) == ("queued", "")

    def test_one_that_begins_with_days_that_were_told_waits_too(self) -> None:
        """The schedule starts a week after the restore: one edition tells of both weeks."""
        series = make_series(starts_on=day(-30))
        editions.plan(now=moment(-7))

        made = self._made(series, restored=NOW, now=moment(7))

        assert (made, spans()[-1]) == (("held", "restored"), (-7, 7))

    def test_the_next_edition_goes_out(self) -> None:
        series = make_series()
        editions.plan(now=NOW)

        assert self._made(series, restored=moment(1), now=moment(7)) == ("queued", "")


class TestByHand:
    def test_an_edition_up_to_today_tells_what_is_known_now(self) -> None:
        series = make_series()
        follow(series, "anna@example.org")

        [report] = editions.edition_now(series=series, last_day=TODAY, now=NOW)

        assert (spans(), report.known_at) == ([(-6, 1)], NOW)
        assert Mail.objects.get().state == "queued"

    def test_its_files_can_be_made_at_any_moment(self) -> None:
        series = make_series(with_pdf=True, with_xlsx=True)

        [report] = editions.edition_now(series=series, last_day=TODAY, now=NOW.replace(microsecond=123456))

        assert (bytes(report.pdf)[:4], bytes(report.xlsx)[:2]) == (b"%PDF", b"PK")

    def test_the_regular_one_goes_on_from_there(self) -> None:
        series = make_series()
        editions.edition_now(series=series, last_day=day(2), now=moment(2))

        editions.plan(now=moment(8))

        assert spans() == [(-4, 3), (3, 7)]

    def test_what_is_recorded_on_the_same_day_later_is_told_in_the_next(self) -> None:
        initiative, series = published(), make_series()
        editions.edition_now(series=series, last_day=TODAY, now=NOW)
        later = NOW + dt.timedelta(hours=3)
        make.report(initiative, "in_progress", now=later, happened_on=TODAY)

        editions.plan(now=moment(7))

        content = Content.from_json(series.reports.get(period_end=day(7)).content)
        assert content.changed.total == 1

    def test_days_that_were_told_or_are_to_come_are_refused(self) -> None:
        series = make_series()
        editions.edition_now(series=series, last_day=TODAY, now=NOW)

        for last_day in (TODAY, day(-1), day(1)):
            with pytest.raises(ValidationError):
                editions.edition_now(series=series, last_day=last_day, now=NOW)

        assert spans() == [(-6, 1)]

    def test_who_makes_it_may_release_it_at_once(self) -> None:
        series, user = make_series(is_held=True), make.make_user()
        follow(series, "anna@example.org")

        editions.edition_now(series=series, last_day=TODAY, now=NOW, by=user)

        assert (series.reports.get().released_by, Mail.objects.get().state) == (user, "queued")


class TestRebuilding:
    def test_an_edition_is_the_same_byte_for_byte_after_everything_changed(self) -> None:
        series = make_series(scope="sector=trade")
        initiative = published(sector="trade")
        editions.plan(now=NOW)
        with time_machine.travel(moment(3), tick=False):
            update = make.report(initiative, "in_progress", now=moment(3), happened_on=day(3))
        editions.plan(now=moment(8))
        kept = {row.pk: _bytes(row.content) for row in Report.objects.all()}
        with time_machine.travel(moment(9), tick=False):
            progress.withdraw(record=update, reason="Wrong.", now=moment(9))
            initiative.title_ru, initiative.sector = "Changed", "culture"
            initiative.save()
        Series.objects.update(
            name="Other", scope="sector=culture", frequency="monthly", time_zone="Asia/Tokyo"
        )

        again = {row.pk: _bytes(editions.rebuild(row).as_json()) for row in series.reports.all()}

        assert again == kept
        assert len({*kept.values()}) == 2

    def test_a_sheet_is_the_same_byte_for_byte(self) -> None:
        published()
        series = make_series(with_xlsx=True)
        editions.plan(now=NOW)
        report = series.reports.get()

        with time_machine.travel(moment(9)):
            assert editions.rebuild_xlsx(report) == bytes(report.xlsx)

    def test_a_new_scope_begins_its_snapshots_anew(self) -> None:
        published(-60, sector="trade"), published(-60, sector="culture")
        series = make_series()
        editions.plan(now=NOW)
        Series.objects.update(scope="sector=trade")

        editions.plan(now=moment(7))

        content = Content.from_json(series.reports.get(period_end=day(7)).content)
        assert {sum(row.counts.values()) for row in content.snapshots} == {1}
        assert len(content.snapshots) == comparison.SNAPSHOTS


def _bytes(content: dict[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, ensure_ascii=False).encode()


class TestDrafts:
    def test_it_is_written_from_the_edition_with_its_files(self) -> None:
        series = make_series(name="Weekly", with_pdf=True, with_xlsx=True)
        follow(series, "anna@example.org", "de")
        editions.plan(now=NOW)
        report, row = Report.objects.get(), Mail.objects.get()

        draft = mail.occasions["report"]([row], NOW)[row.pk]

        assert isinstance(draft, mail.Draft)
        assert draft.context["it"].content == Content.from_json(report.content)
        assert (draft.context["report"], draft.context["site_url"]) == (report, settings.SITE_URL)
        assert draft.unsubscribe == draft.context["unsubscribe"]
        assert draft.unsubscribe.startswith(f"{settings.SITE_URL}/de/unsubscribe/")
        assert [
            (file.name, file.content[:4], file.mime_type.split("/")[0]) for file in draft.attachments
        ] == [
            (f"report-{series.pk}-2026-11-22-de.pdf", b"%PDF", "application"),
            (f"report-{series.pk}-2026-11-22-de.xlsx", b"PK\x03\x04", "application"),
        ]

    def test_without_files_nothing_is_attached(self) -> None:
        follow(make_series(), "anna@example.org")
        editions.plan(now=NOW)
        row = Mail.objects.get()

        draft = mail.occasions["report"]([row], NOW)[row.pk]

        assert isinstance(draft, mail.Draft)
        assert list(draft.attachments) == []

    def test_it_says_how_the_reader_got_onto_the_list(self) -> None:
        series, party = make_series(), make.make_party(name="Ministry")
        series.parties.add(party)
        make.make_contact(party=party, email="contact@example.org", language="en")
        series.staff.add(make.make_user(email="staff@example.org"))
        follow(series, "reader@example.org", "en")
        editions.plan(now=NOW)
        Mail.objects.update(language="en")

        rows = {row.pk: row for row in Mail.objects.all()}
        drafts = mail.occasions["report"](list(rows.values()), NOW)

        why = {
            rows[pk].address: draft.context["why"]
            for pk, draft in drafts.items()
            if isinstance(draft, mail.Draft)
        }
        assert why == {
            "reader@example.org": "You get this report because you follow it by mail.",
            "staff@example.org": "You get this report because the tracker’s staff have put you on its list.",
            "contact@example.org": "You get this report because it goes to the contacts of “Ministry”.",
        }

    def test_who_left_since_the_decision_gets_nothing(self) -> None:
        series, user = make_series(), make.make_user(email="staff@example.org")
        series.staff.add(user)
        follow(series, "left@example.org")
        editions.plan(now=NOW)
        series.subscriptions.update(unsubscribed_at=NOW)
        series.staff.clear()

        rows = {row.pk: row.address for row in Mail.objects.all()}
        found = mail.occasions["report"](list(Mail.objects.all()), NOW)

        assert {rows[pk]: reason for pk, reason in found.items()} == {
            "left@example.org": Mail.Reason.UNSUBSCRIBED,
            "staff@example.org": Mail.Reason.GONE,
        }

    def test_one_mail_and_thirty_ask_the_database_as_often(self, count_queries: Any) -> None:
        counted = []
        for number in (1, 29):
            series, party = make_series(), make.make_party()
            series.parties.add(party)
            make.make_contact(party=party)
            series.staff.add(make.make_user())
            for reader in range(number):
                follow(series, f"reader{reader}@example.org")
            editions.plan(now=NOW)
            rows = list(Mail.objects.all())
            counted.append(count_queries(lambda rows=rows: mail.occasions["report"](rows, NOW)))

        # Reports with their series; series; subscriptions; staff; their contacts; parties; their contacts.
        assert counted == [7, 7]

    def test_the_whole_mail_can_be_written(self) -> None:
        published()
        follow(make_series(), "anna@example.org", "ru")
        editions.plan(now=NOW)
        row = Mail.objects.get()

        assert mail.preview(row, NOW) is None
        with translation.override("ru"):
            path = leaving.path(Series.objects.get().pk, "anna@example.org")
        assert path in row.text
        assert path in row.html
