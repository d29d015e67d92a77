"""The newest changes as a feed (Atom, RFC 4287)."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from tracker.exports.changes import Change, Kind
from tracker.exports.dataset import LICENCE
from tracker.exports.letters import for_xml
from tracker.models import Deadline, StatusUpdate
from tracker.wording import day

TAGGED_SINCE = 2026
"""A tag URI names a time at which its host was ours (RFC 4151); it never changes, or readers see all anew."""


def written(changes: Sequence[Change], *, language: str, path: str, page: str, about: str = "") -> str:
    """Write the feed in the active language, which is `language`.

    `path` is where it is found and `page` where people read the same; `about` names what it is narrowed to.
    """
    site = _("Commitment tracker")
    feed = Atom1Feed(
        title=for_xml(f"{site}: {about}" if about else _("Commitment tracker: what changed")),
        link=f"{settings.SITE_URL}{page}",
        description=_("Announcements, reports and moved deadlines, newest first."),
        language=language,
        author_name=site,
        feed_url=f"{settings.SITE_URL}{path}",
        feed_guid=_tag(f"feed{path}"),
        feed_copyright=LICENCE,
    )
    for change in changes:
        feed.add_item(
            title=for_xml(_title(change)),
            link=f"{settings.SITE_URL}{change.initiative.get_absolute_url()}",
            description=for_xml(render_to_string("exports/change.html", {"change": change})),
            unique_id=_tag(change.key),
            pubdate=change.at.replace(microsecond=0),
            updateddate=change.at.replace(microsecond=0),
            categories=[change.kind.value, change.initiative.sector],
        )
    return feed.writeString("utf-8")


def _title(change: Change) -> str:
    title, row = change.initiative.title, change.row
    if isinstance(row, StatusUpdate):
        if change.kind == Kind.REPORTED:
            return _("Reported: %(title)s") % {"title": title}
        status = row.get_status_display()
        return _("Now “%(status)s”: %(title)s") % {"status": status, "title": title}
    if isinstance(row, Deadline):
        named = {"day": day(row.due_on, row.precision), "title": title}
        if change.kind == Kind.NAMED:
            return _("Deadline named, %(day)s: %(title)s") % named
        return _("Deadline moved, %(day)s: %(title)s") % named
    return _("Announced: %(title)s") % {"title": title}


def _tag(key: str) -> str:
    return f"tag:{urlsplit(settings.SITE_URL).hostname},{TAGGED_SINCE}:{key}"
