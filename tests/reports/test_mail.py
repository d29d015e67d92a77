"""The report as mail: what leadership reads on a phone. Writing it asks the database nothing."""

import re

import pytest
from django.test import Client

from tests.reports import examples
from tracker.mail import Draft
from tracker.mail.message import word
from tracker.models import Mail, Report, Series
from tracker.reports.content import Content
from tracker.reports.edition import Edition

SITE = "https://tracker.example.org"
UNSUBSCRIBE = f"{SITE}/en/unsubscribe/token/"
SECTIONS = {
    "Newly overdue: 3",
    "Moved deadlines: 2",
    "Changed status: 2",
    "Silent owners: 2",
    "Due in the next period: 1",
    "Closed: 1",
    "New: 1",
}


CLIPPED_BY_GMAIL = 102_000
"""Bytes of HTML beyond which a widely used mail program hides the rest."""


def mail_of(content: Content, report: Report | None = None) -> Mail:
    mail = Mail(language=content.language)
    context = {
        "it": Edition(content),
        "report": report,
        "site_url": SITE,
        "unsubscribe": UNSUBSCRIBE,
        "why": "You get this because you follow the report.",
    }
    word(mail, Draft(template="report", context=context))
    return mail


def words(html: str) -> str:
    """Read an HTML mail as its reader does."""
    body = re.sub(r"<(style|title)\b.*?</\1>|<!--.*?-->", "", html, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


@pytest.mark.parametrize(
    ("content", "subject"),
    [
        (
            examples.full(),
            "Weekly report, 16–22 November 2026: 3 newly overdue, 2 moved, 1 closed",
        ),
        (
            examples.full(newly_overdue=examples.part(), closed=examples.part()),
            "Weekly report, 16–22 November 2026: 2 moved, 1 new, 2 changed status",
        ),
        (examples.quiet(), "Weekly report, 16–22 November 2026: nothing changed"),
        (examples.first(), "Weekly report, 16–22 November 2026: first report, 12 of 68 overdue"),
        (examples.full(series="R&D <x>"), "R&D <x>, 16–22 November 2026: 3 newly overdue, 2 moved, 1 closed"),
    ],
)
def test_the_subject_says_the_finding(content: Content, subject: str) -> None:
    assert mail_of(content).subject == subject


@pytest.mark.parametrize(
    ("language", "period"), [("ru", "16–22 ноября 2026 года"), ("de", "16.–22. November 2026")]
)
def test_the_period_is_said_in_the_language_of_the_edition(language: str, period: str) -> None:
    mail = mail_of(examples.full(language=language))

    assert mail.subject.startswith(f"Weekly report, {period}: ")


def test_both_parts_hold_every_section_with_its_number() -> None:
    mail = mail_of(examples.full())

    for part in (mail.text, words(mail.html)):
        assert {heading for heading in SECTIONS if heading in part} == SECTIONS


def test_the_text_part_stands_alone() -> None:
    text = mail_of(examples.full()).text

    for line in (
        "Feed & fodder for 12 farms <from Brest>",
        f"  {SITE}/en/initiatives/feed/",
        "  3 days late",
        "  1 December 2026 → quarter 1 of 2027",
        "  Moved 120 days later",
        "  Reason: The supplier of the conveyor asked for a further quarter.",
        "  Source: BelTA, 18 November 2026 <https://example.org/news/1>",
        "  Announced → in progress",
        "Overdue: 12 (+2)",
        "Silent: 31 (−2)",
        "No deadline: 22 (±0)",
        "February: 9",
        "You get this because you follow the report.",
        f"Unsubscribe: {UNSUBSCRIBE}",
    ):
        assert line in text.splitlines()


def test_no_line_of_the_text_that_we_word_is_too_long() -> None:
    lines = mail_of(examples.russian()).text.splitlines()

    assert [line for line in lines if len(line) > 100 and "://" not in line] == []


def test_words_of_staff_are_escaped_in_html() -> None:
    html = mail_of(examples.full()).html

    assert "Feed &amp; fodder for 12 farms &lt;from Brest&gt;" in html
    assert "<from Brest>" not in html


def test_each_initiative_is_linked() -> None:
    html = mail_of(examples.full()).html

    for slug in ("bridge", "feed", "school", "plant", "service", "fish", "visit", "zoo"):
        assert f'href="{SITE}/en/initiatives/{slug}/"' in html


def test_a_change_is_said_in_words_and_not_by_colour_alone() -> None:
    read = words(mail_of(examples.full()).html)

    assert "12 overdue ▲ 2 more" in read
    assert "31 silent ▼ 2 fewer" in read
    assert "22 no deadline unchanged" in read


def test_a_crowded_report_names_ten_of_each_and_leads_to_all() -> None:
    mail = mail_of(examples.crowded(scope="sector=agriculture"))

    named = set(re.findall(r"late-\d+", mail.html))
    assert len(named) == 10
    link = (
        f"{SITE}/en/?sector=agriculture&health=overdue&due_after=2026-11-15&due_before=2026-11-21"
        "&on=2026-11-22"
    )
    assert f"See all 312:\n{link}" in mail.text
    assert f'href="{link.replace("&", "&amp;")}"' in mail.html


def test_the_longest_mail_is_shown_whole() -> None:
    long_ = examples.line(title=examples.LONG[:130], lead=examples.LONG[:90])
    lines = examples.part(*[long_] * 10, total=200)
    rows = dict.fromkeys(("newly_overdue", "due_next", "closed", "new"), lines)
    moved = examples.part(*[examples.move(line=long_, reason=examples.LONG)] * 10, total=200)
    changed = examples.part(*[examples.change(line=long_, note=examples.LONG)] * 10, total=200)

    mail = mail_of(examples.russian(**rows, moved=moved, changed=changed))

    assert len(mail.html.encode()) < CLIPPED_BY_GMAIL


def test_ten_of_a_kind_need_no_link_to_all() -> None:
    rows = [examples.line(slug=f"late-{number}") for number in range(10)]

    mail = mail_of(examples.full(newly_overdue=examples.part(*rows)))

    assert "See all" not in mail.text + mail.html


def test_an_empty_section_is_named_in_one_quiet_line() -> None:
    mail = mail_of(examples.full(closed=examples.part(), new=examples.part()))

    for part in (mail.text, words(mail.html)):
        assert "Nothing this time under: Closed, New." in part
        assert "Closed: 0" not in part


def test_a_quiet_period_says_so_and_gives_the_state() -> None:
    mail = mail_of(examples.quiet())

    for part in (" ".join(mail.text.split()), words(mail.html)):
        assert "Nothing changed" in part
        assert "no status changed, nothing was closed or added since the last report." in part
        assert "On 22 November 2026, 12 of 59 open initiatives are overdue; 31 are silent" in part
        assert "Nothing this time under" not in part


def test_a_first_report_compares_with_nothing() -> None:
    mail = mail_of(examples.first())

    for part in (" ".join(mail.text.split()), words(mail.html)):
        assert "This is the first report; there is none before it to compare with." in part
        assert not re.search(r"\d more|\d fewer|unchanged|±|report before this one", part)


@pytest.mark.parametrize(("is_public", "links"), [(True, 1), (False, 0)])
def test_a_public_report_can_be_read_on_the_site(is_public: bool, links: int) -> None:
    report = Report(pk=7, series=Series(is_public=is_public))

    mail = mail_of(examples.full(), report)

    assert mail.text.count(f"{SITE}/en/reports/7/") == mail.html.count(f"{SITE}/en/reports/7/") == links


def test_the_mail_needs_no_image_script_or_style_sheet_from_elsewhere() -> None:
    html = mail_of(examples.full()).html

    assert re.findall(r"<(?:img|script|link|svg|iframe)\b|url\(", html) == []


def test_the_numbers_stand_beside_the_bars() -> None:
    read = words(mail_of(examples.full()).html)

    assert "Overdue 12 &nbsp; November 2026 2 &nbsp; December 5" in read
    assert "22 November 2026 · 68 36 17 4 8" in read


@pytest.mark.django_db
def test_the_list_understands_every_link_to_it(client: Client) -> None:
    content = examples.full(
        scope="status=announced&sector=trade",
        silent_owners=examples.part(*examples.full().silent_owners.rows[1:]),
        **{
            name: examples.part(*getattr(examples.full(), name).rows, total=11)
            for name in ("newly_overdue", "moved", "changed", "due_next", "closed", "new")
        },
    )

    links = set(re.findall(rf"{SITE}(/en/\?\S+)", mail_of(content).text))

    answers = {link: client.get(link) for link in links}
    assert len(links) == 5  # two sections lead to one list: no filter tells moved from changed
    assert {link: answer.status_code for link, answer in answers.items()} == dict.fromkeys(links, 200)
    assert all("sector=trade" in link for link in links)
