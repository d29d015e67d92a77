"""Words the reports that are about to go, for those who are still on the list."""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.conf import settings
from django.utils import translation

from tracker import mail
from tracker.models import Mail, Report
from tracker.reports import leaving, own_page
from tracker.reports.content import Content
from tracker.reports.edition import Edition
from tracker.reports.recipients import Readers, readers_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def drafts(mails: Sequence[Mail], now: dt.datetime) -> Mapping[int, mail.Draft | Mail.Reason]:
    """Write each mail from its edition as it is kept, unless its reader has left the list."""
    wanted = {row.about["report"] for row in mails}
    reports = Report.objects.select_related("series").in_bulk(wanted)
    editions = {pk: Edition(Content.from_json(report.content)) for pk, report in reports.items()}
    readers = readers_of({report.series for report in reports.values()})
    found: dict[int, mail.Draft | Mail.Reason] = {}
    for row in mails:
        report = reports.get(row.about["report"])
        found[row.pk] = (
            _draft(row, report, editions[report.pk], readers[report.series_id], now)
            if report
            else Mail.Reason.GONE
        )
    return found


def _draft(
    row: Mail, report: Report, edition: Edition, readers: Readers, now: dt.datetime
) -> mail.Draft | Mail.Reason:
    address = mail.normalised(row.address)
    if address in readers.left:
        return Mail.Reason.UNSUBSCRIBED
    if address not in readers.reached:
        return Mail.Reason.GONE
    with translation.override(row.language):
        leave = settings.SITE_URL + leaving.path(report.series_id, address)
        reader = readers.reached[address]
        why = reader.why
        own = settings.SITE_URL + own_page.path(address, now=now) if reader.follows else ""
    return mail.Draft(
        template="report",
        context={
            "it": edition,
            "report": report,
            "site_url": settings.SITE_URL,
            "unsubscribe": leave,
            "own_page": own,
            "why": why,
        },
        unsubscribe=leave,
        attachments=_attachments(report),
    )


def _attachments(report: Report) -> list[mail.Attachment]:
    """Attach what the edition was built with."""
    files = [("pdf", report.pdf, "application/pdf"), ("xlsx", report.xlsx, XLSX)]
    return [
        mail.Attachment(f"{report.file_name}.{ending}", bytes(kept), kind)
        for ending, kept, kind in files
        if kept
    ]
