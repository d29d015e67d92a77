"""What is foreseen, with its names: for the preview and the command line."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from tracker.models import Contact, Initiative, ReminderRule
from tracker.reminders import reasons
from tracker.reminders.deciding import Telling
from tracker.reminders.planning import Expected


class Foreseen(NamedTuple):
    """That somebody is told something on a day: as which contact, and who reads its mailbox."""

    day: dt.date
    telling: Telling
    initiative: Initiative
    contact: Contact
    reader: Contact
    rule: ReminderRule

    @property
    def when(self) -> str:
        return reasons.when(self.telling.kind, self.telling.step)

    @property
    def why(self) -> str:
        return reasons.why(
            told_as=self.telling.role,
            party=self.contact.party.name,
            kind=self.telling.kind,
            step=self.telling.step,
            rule=self.rule,
        )


def foreseen(expected: Sequence[Expected]) -> list[Foreseen]:
    """Look up the names of what is expected, and order it by day, reader and title."""
    tellings = [telling for _day, telling in expected]
    initiatives = Initiative.objects.in_bulk({telling.initiative for telling in tellings})
    contacts = Contact.objects.select_related("party").in_bulk(
        {pk for telling in tellings for pk in (telling.contact, telling.person)}
    )
    rules = ReminderRule.objects.in_bulk()
    rows = [
        Foreseen(
            day,
            telling,
            initiatives[telling.initiative],
            contacts[telling.contact],
            contacts[telling.person],
            rules[telling.rule],
        )
        for day, telling in expected
    ]
    return sorted(rows, key=lambda row: (row.day, row.reader.name, row.reader.pk, row.initiative.title))
