"""How tallies are said in a sentence."""

import datetime as dt

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.models import Health, Status
from tracker.overview.tallies import Tally
from tracker.wording import day

register = template.Library()


@register.simple_tag
def party_state(led: Tally, on: dt.date) -> str:
    """Say how much of what a party leads is open, how much of this is late, and how long it is silent."""
    return " ".join([_open(led), *([_late(led), _silence(led, on)] if led.open else [])])


@register.simple_tag
def source_state(announced: Tally) -> str:
    """Say how much of what a source announced was never more than announced, and how much is completed."""
    words = ngettext(
        "It announced %(total)d initiative.", "It announced %(total)d initiatives.", announced.total
    )
    still = announced.statuses[Status.ANNOUNCED]
    no_step = ngettext(
        "Of %(n)d of them no step has been shown.", "Of %(n)d of them no step has been shown.", still
    )
    done = announced.statuses[Status.COMPLETED]
    completed = ngettext("%(n)d is completed.", "%(n)d are completed.", done)
    parts = [words % {"total": announced.total}]
    parts += [no_step % {"n": still}] if still else []
    parts += [completed % {"n": done}] if done else []
    return " ".join(parts)


def _open(led: Tally) -> str:
    if led.open == led.total:
        text = ngettext(
            "It leads %(n)d initiative, which is open.",
            "It leads %(n)d initiatives, all of them open.",
            led.total,
        )
    elif led.open:
        text = ngettext(
            "It leads %(n)d initiative; open: %(open)d.",
            "It leads %(n)d initiatives; open: %(open)d.",
            led.total,
        )
    else:
        text = ngettext(
            "It leads %(n)d initiative, which is closed.",
            "It leads %(n)d initiatives, all of them closed.",
            led.total,
        )
    return text % {"n": led.total, "open": led.open}


def _late(led: Tally) -> str:
    late = led.health[Health.OVERDUE]
    if not late:
        return _("Nothing is overdue.")
    return ngettext("%(n)d is overdue.", "%(n)d are overdue.", late) % {"n": late}


def _silence(led: Tally, on: dt.date) -> str:
    if led.last_reported_on is None:
        days = (on - led.heard_of_on).days if led.heard_of_on else 0
        text = ngettext(
            "Nothing has been reported since the announcement %(days)d day ago.",
            "Nothing has been reported since the announcement %(days)d days ago.",
            days,
        )
        if led.open > 1:
            text = ngettext(
                "Nothing has been reported of any; the oldest was announced %(days)d day ago.",
                "Nothing has been reported of any; the oldest was announced %(days)d days ago.",
                days,
            )
        return text % {"days": days}
    days = (on - led.last_reported_on).days
    text = ngettext(
        "The last report is of %(day)s, %(days)d day ago.",
        "The last report is of %(day)s, %(days)d days ago.",
        days,
    )
    return text % {"day": day(led.last_reported_on), "days": days}
