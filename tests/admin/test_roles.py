"""Who gets in where: every address of the admin, for every role. An address without a row here fails."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tests.admin.matrix import (
    LETTERS,
    ROWS,
    WITHOUT_A_ROLE,
    addresses,
    as_shown,
    expected,
    names,
    person,
    rows,
)
from tracker import roles
from tracker.models import Deadline, Initiative, Responsibility, StatusUpdate
from tracker.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]


def test_every_address_of_the_admin_has_a_row() -> None:
    assert names() - WITHOUT_A_ROLE == set(expected())


def reaches(client: Client, address: str) -> bool:
    """Answer whether an address lets somebody in; one that takes only POST is asked by POST."""
    answer: Any = client.get(address)
    if answer.status_code == 405:
        answer = client.post(address)
    return answer.status_code not in (403, 404) and "/login/" not in answer.headers.get("Location", "")


@pytest.mark.parametrize("letter", LETTERS)
def test_each_role_reaches_what_its_row_says_and_nothing_else(letter: str, client: Client) -> None:
    party = make.make_party()
    made = rows(party)
    where = addresses(made)
    client.force_login(person(LETTERS[letter], party))

    wrong = []
    for name, who in expected().items():
        seen = reaches(client, where[name])
        if seen != (letter in who):
            wrong.append(f"{name}: {'gets in' if seen else 'is kept out'}, should be the other way")

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("letter", LETTERS)
def test_each_role_writes_what_its_row_says_and_nothing_else(letter: str, client: Client) -> None:
    party = make.make_party()
    made = rows(party)
    client.force_login(person(LETTERS[letter], party))

    refused = {
        model: client.post(reverse(f"admin:{model}_change", args=[made[model].pk]), {}).status_code == 403
        for model in ROWS
    }

    wrong = [model for model, allowed in ROWS.items() if refused[model] == (letter in allowed["write"])]
    assert wrong == []


def test_an_officer_finds_no_initiative_of_another_party_at_any_address(client: Client) -> None:
    officer = person(Role.OFFICER, make.make_party())
    made = rows(make.make_party())
    where = addresses(made)
    client.force_login(officer)
    of_one = [
        name
        for name in where
        if name.startswith("tracker_initiative_") and str(made["tracker_initiative"].pk) in where[name]
    ]

    reached = [name for name in of_one if reaches(client, where[name])]
    listed = client.get(where["tracker_initiative_changelist"]).context["cl"].queryset

    assert len(of_one) > 10
    assert reached == []
    assert list(listed) == []


WORK: dict[str, dict[str, Any]] = {
    "report": {
        "status": "in_progress",
        "happened_on": make.TODAY,
        "happened_precision": "day",
        "note": "Begun.",
        "url": "https://example.org/news",
    },
    "deadline": {"due_on": make.day(90), "precision": "day", "said_on": make.TODAY, "reason": "Later."},
    "assign": {"role": "support", "reason": "Asked for."},
    "publish": {"reason": "Checked."},
    "hide": {"reason": "Checked again."},
}
"""What is said in each kind of work on many initiatives."""


def _recorded() -> list[object]:
    """Give everything that such work writes."""
    models = (StatusUpdate, Deadline, Responsibility)
    counts = [model._default_manager.count() for model in models]
    return [*counts, *Initiative.objects.order_by("pk").values_list("published_at", flat=True)]


@pytest.mark.parametrize("step", ["foresee", "leave_out", "do"])
@pytest.mark.parametrize("name", WORK)
def test_an_officer_works_on_own_initiatives_alone_whatever_is_sent(
    name: str, step: str, client: Client
) -> None:
    party = make.make_party()
    own, other = rows(party)["tracker_initiative"], make.make_published()
    client.force_login(person(Role.OFFICER, party))
    address = reverse(f"admin:tracker_initiative_all_{name}")
    said = WORK[name] | ({"party": make.make_party().pk} if name == "assign" else {})
    before = _recorded()

    def sent(step: str, *initiatives: Initiative, **more: object) -> Any:
        return client.post(
            address, {**said, "ids": ",".join(str(row.pk) for row in initiatives), "step": step, **more}
        )

    shown = sent("foresee", own)
    may = name in ("report", "deadline")
    seen = shown.context["seen"] if may else "anything"
    refused = [sent(step, *chosen, seen=seen).status_code for chosen in ([own, other], [other])]
    is_untouched = _recorded() == before
    done = sent("do", own, seen=seen)

    assert (shown.status_code, refused, is_untouched) == (
        (200, [404, 404], True) if may else (403, [403, 403], True)
    )
    assert (done.status_code, _recorded() != before) == ((302, True) if may else (403, False))


def test_the_groups_are_made_at_set_up_and_their_permissions_set_anew() -> None:
    reader = Group.objects.get(name=Role.READER)
    reader.permissions.clear()
    Group.objects.get(name=Role.OFFICER).delete()

    roles.set_up()

    assert {*Group.objects.values_list("name", flat=True)} >= {*Role.values}
    assert reader.permissions.filter(codename="view_initiative").exists()


def test_only_a_controller_accepts_what_is_completed() -> None:
    may = [role for role in Role if person(role, make.make_party()).has_perm("tracker.accept_completion")]

    assert may == [Role.ADMINISTRATOR, Role.CONTROLLER]


# --- what stands on the pages ---------------------------------------------------------------------


def parts_of_pages(client: Client, made: dict[str, Any]) -> dict[str, list[str]]:
    """Name the inline forms of every model with what this person may do there."""
    found = {}
    for model in ROWS:
        page = client.get(reverse(f"admin:{model}_change", args=[made[model].pk]))
        for part in (page.context or {}).get("inline_admin_formsets", []):
            rights = {
                "look": part.has_view_permission,
                "add": part.has_add_permission,
                "change": part.has_change_permission,
                "delete": part.has_delete_permission and part.formset.can_delete,
            }
            name = f"{model}: {part.opts.model._meta.model_name}"
            found[name] = [right for right, has in rights.items() if has]
    return found


def actions_of_lists(client: Client) -> dict[str, set[str]]:
    """Name the actions that the list of every model offers to this person."""
    found = {}
    for model in ROWS:
        page = client.get(reverse(f"admin:{model}_changelist"))
        form = (page.context or {}).get("action_form")
        if form is not None:
            found[model] = {value for value, _words in form.fields["action"].choices if value}
    return found


PARTS = {
    "tracker_initiative: responsibility": {"look": "ROCEA", "add": "EA", "change": "EA", "delete": "EA"},
    "tracker_initiative: quote": {"look": "ROCEA", "add": "EA", "change": "EA", "delete": "EA"},
    "tracker_initiative: statusupdate": {"look": "ROCEA", "add": "", "change": "", "delete": ""},
    "tracker_initiative: deadline": {"look": "ROCEA", "add": "", "change": "", "delete": ""},
    "tracker_initiative: milestone": {"look": "ROCEA", "add": "OEA", "change": "OEA", "delete": "EA"},
    "tracker_quote: figure": {"look": "RCEA", "add": "EA", "change": "EA", "delete": "EA"},
    "tracker_party: contact": {"look": "EA", "add": "EA", "change": "EA", "delete": "EA"},
    "tracker_series: subscription": {"look": "EA", "add": "A", "change": "A", "delete": "A"},
}
"""What each role may do in the forms that stand below a row."""

ACTIONS = {
    "tracker_initiative": {
        "report": "OCEA",
        "deadline": "OCEA",
        "assign": "EA",
        "publish": "EA",
        "hide": "EA",
        "delete_selected": "EA",
    },
    "tracker_party": {"delete_selected": "EA"},
    "tracker_place": {"delete_selected": "EA"},
    "tracker_source": {"delete_selected": "EA"},
    "tracker_quote": {"delete_selected": "EA"},
    "tracker_correction": {"delete_selected": "A"},
    "tracker_reminderrule": {"delete_selected": "EA"},
    "tracker_series": {"delete_selected": "EA"},
    "tracker_mail": {"cancel_mails": "EA", "retry_mails": "EA", "release_mails": "EA"},
    "tracker_suppression": {"delete_selected": "EA"},
    "tracker_relay": {"wake": "EA"},
    "auth_group": {"delete_selected": "A"},
    "auth_user": {"delete_selected": "A", "remove_second_factor": "A"},
}
"""Which actions the lists offer to each role."""


@pytest.mark.parametrize("letter", LETTERS)
def test_each_role_has_the_inline_forms_of_its_row_and_no_others(letter: str, client: Client) -> None:
    party = make.make_party()
    made = rows(party)
    client.force_login(person(LETTERS[letter], party))

    allowed = {
        name: [right for right, who in rights.items() if letter in who] for name, rights in PARTS.items()
    }

    assert parts_of_pages(client, made) == {name: rights for name, rights in allowed.items() if rights}


@pytest.mark.parametrize("letter", LETTERS)
def test_each_role_is_offered_the_actions_of_its_row_and_no_others(letter: str, client: Client) -> None:
    party = make.make_party()
    rows(party)
    client.force_login(person(LETTERS[letter], party))

    allowed = {
        model: {action for action, who in actions.items() if letter in who}
        for model, actions in ACTIONS.items()
    }

    assert actions_of_lists(client) == {model: actions for model, actions in allowed.items() if actions}


@pytest.mark.parametrize("letter", LETTERS)
def test_an_action_that_is_not_offered_does_nothing_when_it_is_sent(letter: str, client: Client) -> None:
    party = make.make_party()
    made = rows(party)
    client.force_login(person(LETTERS[letter], party))

    led = {}
    for model, actions in ACTIONS.items():
        for action in (action for action, who in actions.items() if letter not in who):
            sent = {"action": action, "_selected_action": made[model].pk, "post": "yes"}
            answer = client.post(reverse(f"admin:{model}_changelist"), sent)
            led[model, action] = answer.status_code == 302 and "together" in answer.headers["Location"]

    assert not any(led.values()), led
    for row in (made[model] for model in ACTIONS):
        row.refresh_from_db()
    assert made["tracker_mail"].state == "held"


@pytest.mark.parametrize(("letter", "written"), [("O", []), ("E", ["support"])])
def test_a_row_that_is_added_to_the_form_of_a_page_by_hand_is_written_for_those_who_may(
    letter: str, written: list[str], client: Client
) -> None:
    party, other = make.make_party(), make.make_party()
    bridge = rows(party)["tracker_initiative"]
    client.force_login(person(LETTERS[letter], party))
    address = reverse("admin:tracker_initiative_change", args=[bridge.pk])
    sent = as_shown(client.get(address)) | {
        "responsibilities-TOTAL_FORMS": 2,
        "responsibilities-INITIAL_FORMS": 1,
        "responsibilities-1-party": other.pk,
        "responsibilities-1-role": "support",
        "milestones-TOTAL_FORMS": 1,
        "milestones-0-title_en": "The piers stand",
        "milestones-0-title_ru": "Опоры стоят",
        "milestones-0-due_on": "2027-01-31",
        "milestones-0-precision": "month",
        "milestones-0-due_precision": "month",
    }

    answer = client.post(address, sent)

    assert answer.status_code == 302, answer.context["errors"]
    assert list(bridge.responsibilities.filter(party=other).values_list("role", flat=True)) == written
    assert bridge.milestones.count() == 1


# --- what is found while it is typed --------------------------------------------------------------

AUTOCOMPLETES = {
    "responsibility.party": "ROCEA",
    "quote.source": "ROCEA",
    "quote.initiative": "ROCEA",
    "correction.initiative": "ROCEA",
    "initiative.places": "ROCEA",
    "initiative_places.place": "ROCEA",
    "series.parties": "ROCEA",
    "figure.claimed_by": "ROCEA",
    "statusupdate.told_by": "ROCEA",
    "deadline.moved_by": "ROCEA",
    "contact.user": "A",
}
"""Who may ask for the rows of each typed choice: whoever may look at them."""


def _typed_choices(client: Client, where: dict[str, str]) -> set[str]:
    """Name each field that is chosen by typing on the pages that this person reaches."""
    found = set()
    for address in where.values():
        answer: Any = client.get(address)
        page = "" if answer.streaming else answer.content.decode(errors="replace")
        found |= {*re.findall(r'data-model-name="(\w+)" data-field-name="(\w+)"', page)}
    return {*map(".".join, found)}


def _asked(client: Client, choice: str) -> Any:
    model, _, field = choice.partition(".")
    said = {"app_label": "tracker", "model_name": model, "field_name": field}
    return client.get(reverse("admin:autocomplete"), said)


@pytest.mark.parametrize("letter", LETTERS)
def test_each_role_finds_by_typing_what_its_row_says_and_nothing_else(letter: str, client: Client) -> None:
    party = make.make_party()
    rows(party)
    client.force_login(person(LETTERS[letter], party))

    got_in = {choice for choice in AUTOCOMPLETES if _asked(client, choice).status_code == 200}

    assert got_in == {choice for choice, who in AUTOCOMPLETES.items() if letter in who}


def test_an_officer_finds_only_own_initiatives_by_typing(client: Client) -> None:
    party = make.make_party()
    own = rows(party)["tracker_initiative"]
    make.make_initiative()
    client.force_login(person(Role.OFFICER, party))

    found = _asked(client, "quote.initiative").json()["results"]

    assert [row["id"] for row in found] == [str(own.pk)]


@pytest.mark.parametrize("letter", LETTERS)
def test_every_typed_choice_has_a_row_and_is_shown_to_whoever_may_ask(letter: str, client: Client) -> None:
    party = make.make_party()
    where = addresses(rows(party))
    client.force_login(person(LETTERS[letter], party))

    shown = _typed_choices(client, where)

    assert shown
    assert shown <= {choice for choice, who in AUTOCOMPLETES.items() if letter in who}
    assert shown == set(AUTOCOMPLETES) or letter != "A"


# --- what an officer writes -----------------------------------------------------------------------


@pytest.mark.parametrize("letter", LETTERS)
def test_only_who_may_write_quotes_changes_one_below_the_initiative(letter: str, client: Client) -> None:
    party = make.make_party()
    bridge = rows(party)["tracker_initiative"]
    words = bridge.quotes.get()
    client.force_login(person(LETTERS[letter], party))
    address = reverse("admin:tracker_initiative_change", args=[bridge.pk])
    sent = {
        **as_shown(client.get(address)),
        "quotes-TOTAL_FORMS": 1,
        "quotes-INITIAL_FORMS": 1,
        "quotes-0-id": words.pk,
        "quotes-0-initiative": bridge.pk,
        "quotes-0-source": words.source_id,
        "quotes-0-relation": "contradicts",
        "quotes-0-exact": words.exact,
    }

    answer = client.post(address, sent)

    words.refresh_from_db()
    assert answer.status_code == (302 if letter in ROWS["tracker_initiative"]["write"] else 403)
    assert (words.relation == "contradicts") == (letter in "EA")
