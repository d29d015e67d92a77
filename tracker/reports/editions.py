"""Decides which editions are due, builds them once, and writes to their readers.

An edition is built outside any transaction, for that takes time, and kept in one: the row of the series is
the lock, and the unique keys of reports and mails are the truth. Of two planners the slower one finds the
edition made, and keeps nothing.
"""

import datetime as dt
import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from tracker import mail
from tracker.mail import restoring
from tracker.models import Mail, Report, Series
from tracker.reports import naming, pdf, periods, scope, xlsx
from tracker.reports.comparison import SNAPSHOTS, Comparison, Coverage
from tracker.reports.content import Content, Snapshot
from tracker.reports.periods import ONE_DAY, Period
from tracker.reports.recipients import Readers, readers_of

log = logging.getLogger(__name__)

KIND = "report"


def plan(*, now: dt.datetime) -> int:
    """Make every edition that is due; return how many. Called again, it adds nothing.

    A series that cannot be built does not stop the others; it is tried again at every call.
    """
    return sum(_made_if_due(series, now) for series in Series.objects.in_editions().order_by("pk"))


def _made_if_due(series: Series, now: dt.datetime) -> bool:
    period = periods.newest_due(series=series, last_end=_last_end(series), now=now)
    if period is None or _is_about_nothing(series, period):
        return False
    try:
        return bool(_make(series, period, now))
    except Exception:
        log.exception("Series %s cannot be built.", series.pk)
        return False


def edition_now(
    *, series: Series, last_day: dt.date, now: dt.datetime, by: User | None = None
) -> list[Report]:
    """Make an edition by hand up to the end of `last_day`; return it in each of its languages.

    It begins where the one before ended. `by` releases it at once, where the series is held for release.
    Raises ValidationError when these days have been told already, or are still to come.
    """
    if series.frequency == Series.Frequency.AT_ONCE:
        raise ValidationError(_("What is followed at once has no editions."))
    if last_day > now.astimezone(ZoneInfo(series.time_zone)).date():
        raise ValidationError(_("%(day)s is still to come. Choose a day up to today.") % {"day": last_day})
    end, last_end = last_day + ONE_DAY, _last_end(series)
    start = last_end or periods.one_before(series.frequency, end)
    made = _make(series, Period(start, end), now) if start < end else []
    if not made:
        raise ValidationError(_("An edition has told of %(day)s already.") % {"day": last_day})
    if by is not None:
        release(reports=made, by=by, now=now)
    return made


def _last_end(series: Series) -> dt.date | None:
    return (
        Report.objects.filter(series=series)
        .order_by("-period_end")
        .values_list("period_end", flat=True)
        .first()
    )


def _make(series: Series, period: Period, now: dt.datetime) -> list[Report]:
    """Build an edition and write to its readers; give nothing where somebody else was faster."""
    readers = readers_of([series])[series.pk]
    reports = _built(series, period, _languages(series, readers), now)
    try:
        with transaction.atomic():
            Series.objects.select_for_update().get(pk=series.pk)
            if (_last_end(series) or period.start) > period.start:
                return []
            for report in reports:
                report.save(force_insert=True)
            Mail.objects.bulk_create(_mails(series, period, reports, readers, now))
    except IntegrityError:
        log.info("Somebody else has made the edition of series %s.", series.pk)
        return []
    return reports


def _languages(series: Series, readers: Readers) -> list[str]:
    every = [code for code, _name in settings.LANGUAGES]
    wanted = {recipient.language for recipient in readers.reached.values()} or {settings.LANGUAGE_CODE}
    return every if series.is_public else [code for code in every if code in wanted]


def _built(series: Series, period: Period, languages: Sequence[str], now: dt.datetime) -> list[Report]:
    comparison = Comparison(_coverage(series, period, now))
    return [_report(series, period, comparison, language, now) for language in languages]


def _report(
    series: Series, period: Period, comparison: Comparison, language: str, now: dt.datetime
) -> Report:
    content, known_at = comparison.content(language), comparison.coverage.known_at
    if series.is_for_followers:
        content = replace(content, series=_named(series, language, period.end))
    report = Report(
        series=series,
        language=language,
        period_start=period.start,
        period_end=period.end,
        known_at=known_at,
        built_at=now,
        released_at=None if series.is_held else now,
        content=content.as_json(),
    )
    if series.with_pdf:
        report.pdf = pdf.render(content, known_at=known_at)
    if series.with_xlsx:
        report.xlsx = xlsx.render(content, comparison.rows(language), known_at=known_at)
    return report


def _is_about_nothing(series: Series, period: Period) -> bool:
    """Answer whether what readers follow is not public at present. (Of a wrong scope, staff are told.)"""
    return series.is_for_followers and bool(scope.problems(series.scope, today=period.end))


def _named(series: Series, language: str, today: dt.date) -> str:
    with translation.override(language):
        return naming.of_series(series, today=today)


def _coverage(series: Series, period: Period, now: dt.datetime) -> Coverage:
    before = _edition_before(series, period.start)
    # What is known when the last day ends; so an edition that is made late says the same.
    known_at = min(now, periods.midnight(series, period.end))
    if before is not None:
        known_at = max(known_at, before.known_at)  # the series has moved to a zone far to the east
    ends = periods.ends_before(series.frequency, period.end, count=SNAPSHOTS - 1)
    return Coverage(
        name=series.name,
        scope=series.scope,
        start=period.start,
        end=period.end,
        known_at=known_at,
        before_at=before.known_at if before else None,
        in_scope=scope.plain(scope.chosen(series.scope, on=period.end - ONE_DAY)),
        was_in_scope=scope.plain(scope.chosen(series.scope, on=period.start - ONE_DAY)),
        told=_told(before, series.scope),
        recounted=tuple(end - ONE_DAY for end in ends),
    )


def rebuild(report: Report) -> Content:
    """Build an edition again from what was known then: the same content as the one that is kept."""
    return _rebuilt(report).content(report.language)


def rebuild_xlsx(report: Report) -> bytes:
    """Write the sheet of an edition again, which is not kept where the series comes without."""
    comparison = _rebuilt(report)
    content, rows = comparison.content(report.language), comparison.rows(report.language)
    return xlsx.render(content, rows, known_at=report.known_at)


def _rebuilt(report: Report) -> Comparison:
    """Take from the kept edition only what staff may have edited in the series since."""
    kept = Content.from_json(report.content)
    before = _edition_before(report.series, report.period_start)
    told = _told(before, kept.scope)
    return Comparison(
        Coverage(
            name=kept.series,
            scope=kept.scope,
            start=report.period_start,
            end=report.period_end,
            known_at=report.known_at,
            before_at=before.known_at if before else None,
            in_scope=kept.in_scope,
            was_in_scope=kept.was_in_scope,
            told=told,
            recounted=() if told else tuple(row.on for row in kept.snapshots[:-1]),
        )
    )


def _edition_before(series: Series, start: dt.date) -> Report | None:
    """Find the edition that ended where this one starts, in whichever language."""
    rows = Report.objects.filter(series=series, period_end__lte=start).defer("pdf", "xlsx")
    return rows.order_by("-period_end", "pk").first()


def _told(before: Report | None, scope: str) -> tuple[Snapshot, ...]:
    """Take over the snapshots of the edition before; of another scope, they would not compare."""
    if before is None:
        return ()
    content = Content.from_json(before.content)
    return content.snapshots if content.scope == scope else ()


def _mails(
    series: Series, period: Period, reports: Iterable[Report], readers: Readers, now: dt.datetime
) -> list[Mail]:
    by_language = {report.language: report for report in reports}
    held = _why_held(series, period)
    return [
        mail.new(
            kind=KIND,
            key=_key(series.pk, period, address),
            address=recipient.address,
            language=recipient.language,
            about={"report": by_language[recipient.language].pk},
            now=now,
            held=held,
        )
        for address, recipient in readers.reached.items()
    ]


def _why_held(series: Series, period: Period) -> Mail.Reason | None:
    restored = restoring.restored_at()
    if restored and periods.may_have_been_told(series=series, period=period, by=restored):
        return Mail.Reason.RESTORED
    return Mail.Reason.RELEASE if series.is_held else None


def _key(series: int, period: Period, address: str) -> str:
    start, end = period
    return f"report:series-{series}:{start.isoformat()}:{end.isoformat()}:{address}"


@transaction.atomic
def release(*, reports: Iterable[Report], by: User, now: dt.datetime) -> int:
    """Let editions go out, each in every language; return how many mails now go.

    What a person releases is said once: an edition that went out is left alone.
    """
    editions = {(row.series_id, Period(row.period_start, row.period_end)) for row in reports}
    mails = 0
    for series, (start, end) in editions:
        rows = Report.objects.filter(series=series, period_start=start, period_end=end)
        if rows.filter(released_at__isnull=True).update(released_at=now, released_by=by):
            held = Q(state=Mail.State.HELD, reason=Mail.Reason.RELEASE)
            key = _key(series, Period(start, end), "")
            mails += mail.release(Mail.objects.filter(held, kind=KIND, key__startswith=key), now=now)
    return mails
