"""What a reminder says, and what is left out because it no longer holds when the mail goes."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from icalendar import Calendar

from tests import factories as make
from tests.conftest import Clock
from tests.reminders.arranging import at, led_by
from tests.smtp import Sink
from tracker import mail
from tracker.mail.message import word
from tracker.models import Contact, Initiative, Mail, Reminder, ReminderRule, Responsibility
from tracker.reminders import answering, planning, sending

pytestmark = pytest.mark.django_db

NOW = at(make.TODAY)


@pytest.fixture(autouse=True)
def _no_rules_but_those_of_the_test(db: None) -> None:
    ReminderRule.objects.all().delete()


@pytest.fixture
def contact() -> Contact:
    return make.make_contact(email="lead@example.org", language="en", party=make.make_party(name="Ministry"))


def _drafted(now: dt.datetime = NOW) -> Any:
    """What becomes of the only mail: its draft, or why it is not wanted."""
    letter = Mail.objects.get()
    return sending.drafts([letter], now)[letter.pk]


def _worded(now: dt.datetime = NOW) -> Mail:
    """The only mail, with its words."""
    letter = Mail.objects.get()
    draft = sending.drafts([letter], now)[letter.pk]
    assert isinstance(draft, mail.Draft)
    word(letter, draft)
    return letter


def _overdue(contact: Contact, **values: Any) -> Initiative:
    make.make_rule(kind="overdue", days="1", then_every=7)
    initiative = led_by(contact, **{"due_on": make.day(-12), "due_wording": "bis zum Herbst", **values})
    planning.plan(now=NOW)
    return initiative


def test_a_mail_says_what_was_promised_where_by_when_how_late_and_what_is_expected(contact: Contact) -> None:
    initiative = make.make_initiative(title="Tractor plant", announced_on=make.day(-90))
    make.make_responsibility(initiative, contact.party)
    source = make.make_source(
        title="Visit", publisher="BelTA", language="de", published_on=make.day(-90), url="https://example.org/visit",
        published_at=NOW,
    )  # fmt: skip
    make.make_quote(initiative=initiative, source=source, exact="Wir bauen das Werk bis zum Herbst.")
    make.publish(initiative)
    make.set_deadline(initiative, make.day(-12), wording="bis zum Herbst", said_on=make.day(-90))
    make.report(initiative, note="Ground was broken.", happened_on=make.day(-30))
    make.make_rule(kind="overdue", days="1", then_every=7)
    planning.plan(now=NOW)

    letter = _worded()

    page = f"{settings.SITE_URL}/en/initiatives/{initiative.slug}/"
    answer = f"{settings.SITE_URL}{answering.path(Reminder.objects.get())}"
    assert letter.subject == "Tractor plant: 12 days late"
    assert letter.text.strip() == "\n".join(
        [
            "12 days late",
            "",
            "------------------------------------------------------------------------",
            "Tractor plant",
            "* 12 days late",
            "",
            "Promised: „Wir bauen das Werk bis zum Herbst.“",
            "Where: BelTA, Visit, 25 August 2026",
            "  https://example.org/visit",
            "Lead: Ministry",
            "Due: 11 November 2026 „bis zum Herbst“",
            "Last report: in progress · 24 October 2026 · Ground was broken.",
            f"Page: {page}",
            "",
            "Expected now: Say whether it is done, or by when it will be.",
            "",
            "On track:",
            f"  {answer}?answer=on_track",
            "",
            "Needs more time:",
            f"  {answer}?answer=more_time",
            "",
            "Done:",
            f"  {answer}?answer=done",
            "",
            "Not mine:",
            f"  {answer}?answer=not_mine",
            "",
            "Each answer opens a page on which you complete it, without a password."
            " It works once, until 7 January 2027.",
            "",
            "-- ",
            "Why you get this",
            "* Tractor plant: Ministry leads this initiative."
            " Rule “after the deadline: 1, then every 7 days”: 8 days after the deadline.",
        ]
    )
    links = re.findall(r'href="([^"]+)"', letter.html)
    assert links == [
        page,
        "https://example.org/visit",
        *(f"{answer}?answer={name}" for name in ("on_track", "more_time", "done", "not_mine")),
    ]


@pytest.mark.parametrize(
    ("language", "subject"), [("en", "12 days late"), ("ru", "Завод: "), ("de", "Werk: ")]
)
def test_a_mail_is_in_the_language_of_the_contact_as_it_is_now(
    contact: Contact, language: str, subject: str
) -> None:
    _overdue(contact, title_ru="Завод", title_de="Werk", title_en="Plant", title="Plant")
    Contact.objects.filter(pk=contact.pk).update(language=language)

    letter = _worded()

    assert subject in letter.subject
    assert f'<html lang="{language}"' in letter.html
    assert f"{settings.SITE_URL}/{language}/answer/" in letter.text


def test_a_mail_goes_to_the_address_as_it_is_now(contact: Contact) -> None:
    """F28."""
    _overdue(contact)
    Contact.objects.filter(pk=contact.pk).update(email="new@example.org")

    assert _drafted().address == "new@example.org"


def test_one_mail_tells_of_several_initiatives_by_counts_gravest_first(contact: Contact) -> None:
    make.make_rule(days="7")
    make.make_rule(kind="silent", days="60")
    led_by(contact, title="Fair", due_on=make.day(7))
    led_by(contact, title="Road", due_on=make.day(300), announced_on=make.day(-100))
    _overdue(contact, title="Plant", announced_on=make.day(-100))

    letter = _worded()

    assert letter.subject == "Reminder: 1 overdue, 1 due soon, 1 without a report"
    assert letter.text.index("Plant\n* 12 days late\n* nothing reported for 100 days") < letter.text.index(
        "Fair\n"
    )
    assert letter.text.index("Fair\n* 7 days left") < letter.text.index(
        "Road\n* nothing reported for 100 days"
    )


def test_of_very_many_initiatives_the_gravest_are_told_at_length_and_each_can_be_answered(
    contact: Contact,
) -> None:
    make.make_rule(kind="overdue", days="1", then_every=7)
    for number in range(60):
        led_by(contact, title=f"Plant {number}", due_on=make.day(-12 - number))
    planning.plan(now=NOW)

    letter = _worded()

    assert letter.subject == "Reminder: 60 overdue"
    assert len(letter.html.encode()) < 102_000
    links = [settings.SITE_URL + answering.path(reminder) for reminder in Reminder.objects.all()]
    assert all(link in letter.html and link in letter.text for link in links)
    assert letter.text.count("Done:") == letter.html.count(">Done<") == 12
    assert letter.text.index("\nPlant 59\n") < letter.text.index("* Plant 0; 12 days late")


def test_markup_in_a_title_stays_text(contact: Contact) -> None:
    _overdue(contact, title="<b>R&D</b>")

    letter = _worded()

    assert letter.subject == "<b>R&D</b>: 12 days late"
    assert "<b>R&D</b>\n" in letter.text
    assert "&lt;b&gt;R&amp;D&lt;/b&gt;" in letter.html


@pytest.mark.parametrize(
    ("values", "role"),
    [
        ({"to_controller": True}, "controller"),
        ({"head_after": 1}, "head"),
        ({"leadership_after": 1}, "leadership"),
    ],
)
def test_whoever_does_not_own_it_gets_the_page_and_the_admin_instead_of_answers(
    contact: Contact, values: dict[str, Any], role: str
) -> None:
    make.make_rule(kind="overdue", days="1", to_lead=False, **values)
    told = make.make_contact(
        party=contact.party if role == "head" else make.make_party(),
        is_head=role == "head",
        is_leadership=role == "leadership",
        language="en",
    )
    initiative = led_by(contact, due_on=make.day(-12))
    if role == "controller":
        make.make_responsibility(initiative, told.party, "controller")
    planning.plan(now=NOW)

    letter = _worded()

    assert Reminder.objects.get().role == role
    assert "/answer/" not in letter.text + letter.html
    assert f"{settings.SITE_URL}/admin/tracker/initiative/{initiative.pk}/change/" in letter.text
    assert f"{settings.SITE_URL}/en/initiatives/{initiative.slug}/" in letter.text


def test_a_calendar_entry_names_the_due_day_under_a_uid_that_stays(contact: Contact) -> None:
    initiative = _overdue(contact, title="Plant")

    (attachment,) = _drafted().attachments

    calendar = Calendar.from_ical(attachment.content)
    (event,) = calendar.walk("VEVENT")
    assert (calendar["METHOD"], attachment.name, attachment.mime_type) == (
        "PUBLISH",
        "deadlines.ics",
        "text/calendar",
    )
    assert event["UID"] == f"initiative-{initiative.pk}@127.0.0.1"
    assert (event.decoded("DTSTART"), event.decoded("DTSTAMP")) == (make.day(-12), NOW)
    assert (event["SUMMARY"], event["DESCRIPTION"]) == ("Plant", "bis zum Herbst")


def test_without_a_due_day_there_is_no_calendar_entry(contact: Contact) -> None:
    make.make_rule(kind="no_deadline", days="5")
    led_by(contact)
    planning.plan(now=NOW)

    assert _drafted().attachments == []


def _closed(initiative: Initiative) -> None:
    make.report(initiative, "dropped")


def _hidden(initiative: Initiative) -> None:
    Initiative.objects.filter(pk=initiative.pk).update(published_at=None)


def _moved(initiative: Initiative) -> None:
    make.set_deadline(initiative, make.day(60))


def _rule_off(initiative: Initiative) -> None:
    ReminderRule.objects.update(is_on=False)


def _rule_removed(initiative: Initiative) -> None:
    ReminderRule.objects.all().delete()


def _muted(initiative: Initiative) -> None:
    initiative.muted_rules.set(ReminderRule.objects.all())


def _no_longer_responsible(initiative: Initiative) -> None:
    Responsibility.objects.filter(initiative=initiative).delete()


def _answered(initiative: Initiative) -> None:
    Reminder.objects.update(answered_at=NOW)


@pytest.mark.parametrize(
    "change",
    [_closed, _hidden, _moved, _rule_off, _rule_removed, _muted, _no_longer_responsible, _answered],
)
def test_what_no_longer_holds_is_left_out_and_a_mail_about_nothing_else_is_cancelled(
    contact: Contact, change: Callable[[Initiative], None]
) -> None:
    """F27."""
    make.make_rule(kind="milestone", days="7")
    gone = _overdue(contact, title="Gone")

    change(gone)

    assert _drafted() == Mail.Reason.CLOSED


def test_the_rest_of_a_mail_goes_without_what_no_longer_holds(contact: Contact) -> None:
    led_by(contact, title="Stays", due_on=make.day(-12))
    gone = _overdue(contact, title="Gone")
    _closed(gone)

    letter = _worded()

    assert letter.subject == "Stays: 12 days late"
    assert "Gone" not in letter.text + letter.html


def test_a_deadline_that_has_passed_is_not_told_as_to_come(contact: Contact) -> None:
    make.make_rule(days="7")
    led_by(contact, due_on=make.day(7))
    planning.plan(now=NOW)

    assert isinstance(_drafted(NOW + dt.timedelta(days=7)), mail.Draft)
    assert _drafted(NOW + dt.timedelta(days=8)) == Mail.Reason.CLOSED


def test_a_silence_that_was_broken_is_not_told(contact: Contact) -> None:
    make.make_rule(kind="silent", days="60")
    initiative = led_by(contact, announced_on=make.day(-70))
    planning.plan(now=NOW)
    make.report(initiative)

    assert _drafted() == Mail.Reason.CLOSED


def test_a_milestone_that_was_reached_is_not_told(contact: Contact) -> None:
    make.make_rule(kind="milestone", days="7")
    initiative = led_by(contact)
    milestone = initiative.milestones.create(title_en="Hall", due_on=make.day(7), due_precision="day")
    planning.plan(now=NOW)
    assert "* milestone “Hall”: 30 November 2026" in _worded().text

    milestone.reached_on = make.TODAY
    milestone.save()

    assert _drafted() == Mail.Reason.CLOSED


def test_a_contact_that_is_gone_gets_nothing(contact: Contact) -> None:
    _overdue(contact)
    contact.delete()

    assert _drafted() == Mail.Reason.GONE


def test_a_person_whose_first_contact_is_gone_is_told_as_the_other(contact: Contact) -> None:
    first = make.make_contact(email=contact.email)
    other = make.make_contact(email=contact.email.upper(), language="en")
    make.make_rule(days="7")
    led_by(first, title="Of the first", due_on=make.day(7))
    led_by(other, title="Of the other", due_on=make.day(7))
    contact.delete()
    planning.plan(now=NOW)
    first.delete()

    letter = _worded()

    assert letter.subject == "Of the other: 7 days left"


def test_a_contact_with_another_address_by_now_is_not_told_in_the_former_mailbox(contact: Contact) -> None:
    other = make.make_contact(email=contact.email)
    make.make_rule(days="7")
    led_by(contact, title="Plant", due_on=make.day(7))
    led_by(other, title="Fair", due_on=make.day(7))
    planning.plan(now=NOW)
    Contact.objects.filter(pk=other.pk).update(email="other@example.org")

    letter = _worded()

    assert letter.subject == "Plant: 7 days left"


def test_a_batch_takes_the_same_queries_for_one_mail_and_for_three(
    contact: Contact, count_queries: Callable[..., int]
) -> None:
    make.make_rule(days="7")

    def batch(people: int) -> int:
        Mail.objects.all().delete()
        for _ in range(people):
            initiative = led_by(make.make_contact())
            make.set_deadline(initiative, make.day(7))
            make.report(initiative)
            initiative.milestones.create(title_en="Hall", due_on=make.day(9), due_precision="day")
        planning.plan_day(day=make.TODAY + dt.timedelta(days=people - 1), now=NOW)
        mails = list(Mail.objects.all())
        assert len(mails) == people
        return count_queries(lambda: sending.drafts(mails, NOW))

    assert batch(1) == batch(3)


def test_wording_asks_the_database_nothing(contact: Contact, django_assert_num_queries: Any) -> None:
    _overdue(contact)
    letter, draft = Mail.objects.get(), _drafted()

    with django_assert_num_queries(0):
        word(letter, draft)


def test_a_reminder_arrives_with_its_entry(contact: Contact, sink: Sink, clock: Clock) -> None:
    _overdue(contact, title="Plant")
    clock.now = NOW

    assert mail.send_due(clock=clock) == 1

    (message,) = sink.received
    assert (message["To"], message["Subject"]) == ("lead@example.org", "Plant: 12 days late")
    assert [part.get_content_type() for part in message.walk() if not part.is_multipart()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    assert Mail.objects.get().state == "sent"
