"""Who gets in where: every address of the admin, for every role. An address without a row here fails."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import URLPattern, reverse

from tests import factories as make
from tests.reports import examples
from tracker import roles
from tracker.models import Bounce, EvidenceFile, Import, Initiative, Notice, Relay, Subscription, Suppression
from tracker.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]

LETTERS = {
    "R": Role.READER,
    "O": Role.OFFICER,
    "C": Role.CONTROLLER,
    "E": Role.EDITOR,
    "A": Role.ADMINISTRATOR,
}
EVERYBODY, NOBODY = "ROCEA", ""

ROWS = {
    "tracker_initiative": {"look": "ROCEA", "add": "EA", "write": "OEA", "delete": "EA"},
    "tracker_party": {"look": "ROCEA", "add": "EA", "write": "EA", "delete": "EA"},
    "tracker_place": {"look": "ROCEA", "add": "EA", "write": "EA", "delete": "EA"},
    "tracker_source": {"look": "ROCEA", "add": "EA", "write": "EA", "delete": "EA"},
    "tracker_quote": {"look": "ROCEA", "add": "EA", "write": "EA", "delete": "EA"},
    "tracker_correction": {"look": "RCEA", "add": "EA", "write": "EA", "delete": "A"},
    "tracker_proposal": {"look": "CEA", "add": "", "write": "CEA", "delete": ""},
    "tracker_reminderrule": {"look": "REA", "add": "EA", "write": "EA", "delete": "EA"},
    "tracker_reminder": {"look": "EA", "add": "", "write": "", "delete": ""},
    "tracker_series": {"look": "REA", "add": "EA", "write": "EA", "delete": "EA"},
    "tracker_report": {"look": "REA", "add": "", "write": "", "delete": ""},
    "tracker_mail": {"look": "EA", "add": "", "write": "", "delete": ""},
    "tracker_suppression": {"look": "EA", "add": "", "write": "", "delete": "EA"},
    "tracker_bounce": {"look": "EA", "add": "", "write": "", "delete": ""},
    "tracker_relay": {"look": "EA", "add": "", "write": "", "delete": ""},
    "tracker_subscription": {"look": "EA", "add": "", "write": "", "delete": ""},
    "tracker_notice": {"look": "EA", "add": "", "write": "", "delete": ""},
    "tracker_import": {"look": "EA", "add": "EA", "write": "EA", "delete": ""},
    "auth_group": {"look": "A", "add": "A", "write": "A", "delete": "A"},
    "auth_user": {"look": "A", "add": "A", "write": "A", "delete": "A"},
}
"""What each role may do with the rows of a model: look at them and their history, add, change, delete."""

PAGES = {
    "index": EVERYBODY,
    "password_change": EVERYBODY,
    "password_change_done": EVERYBODY,
    "jsi18n": EVERYBODY,
    "app_list": EVERYBODY,
    "view_on_site": EVERYBODY,
    "autocomplete": EVERYBODY,
    "tracker_initiative_report": "OCEA",
    "tracker_initiative_deadline": "OCEA",
    "tracker_initiative_preview": "ROCEA",
    "tracker_initiative_withdraw_report": "CEA",
    "tracker_initiative_withdraw_deadline": "CEA",
    "tracker_initiative_simple_history": "ROCEA",
    "tracker_initiative_compare": "ROCEA",
    "tracker_initiative_as_of": "ROCEA",
    "tracker_initiative_restore": "OEA",
    "tracker_party_simple_history": "ROCEA",
    "tracker_place_simple_history": "ROCEA",
    "tracker_source_simple_history": "ROCEA",
    "tracker_quote_simple_history": "ROCEA",
    "tracker_correction_simple_history": "RCEA",
    "tracker_initiative_export": EVERYBODY,
    "tracker_initiative_all_report": "OCEA",
    "tracker_initiative_all_assign": "EA",
    "tracker_initiative_all_deadline": "OCEA",
    "tracker_initiative_all_publish": "EA",
    "tracker_initiative_all_hide": "EA",
    "tracker_proposal_accept": "CEA",
    "tracker_proposal_file": "CEA",
    "tracker_reminderrule_preview": "REA",
    "tracker_report_release": "EA",
    "tracker_report_compare": "REA",
    "tracker_report_mail": "REA",
    "tracker_report_file": "REA",
    "tracker_series_edition": "EA",
    "tracker_mail_html": "EA",
    "tracker_mail_retry": "EA",
    "tracker_mail_release": "EA",
    "tracker_mail_cancel": "EA",
    "tracker_import_template": "EA",
    "tracker_import_apply": "EA",
    "tracker_import_cancel": "EA",
    "tracker_import_resume": "EA",
    "tracker_import_problems": "EA",
    "auth_user_password_change": "A",
    "auth_user_invite": "A",
}
"""Who reaches each other page."""

WITHOUT_A_ROLE = {"login", "logout"}
OF_A_MODEL = {"changelist": "look", "change": "look", "history": "look", "add": "add", "delete": "delete"}


def names() -> set[str]:
    """Walk the admin's addresses."""

    def walk(patterns: Any) -> Iterator[str]:
        for pattern in patterns:
            if not isinstance(pattern, URLPattern):
                yield from walk(pattern.url_patterns)
            elif pattern.name:
                yield pattern.name

    return set(walk(admin.site.urls[0]))


def expected() -> dict[str, str]:
    of_models = {
        f"{model}_{page}": allowed[what]
        for model, allowed in ROWS.items()
        for page, what in OF_A_MODEL.items()
    }
    return {**of_models, **PAGES}


def test_every_address_of_the_admin_has_a_row() -> None:
    assert names() - WITHOUT_A_ROLE == set(expected())


# --- a row of everything --------------------------------------------------------------------------


def rows(officer_party: Any) -> dict[str, Any]:
    """Make one row of each model. The initiative is one of the officer's own party."""
    bridge = make.make_initiative(published_at=make.NOW)
    make.make_responsibility(bridge, officer_party)
    quote = make.make_quote(initiative=bridge)
    proposal = make.make_proposal(make.make_asked())
    held = make.make_mail(state="held")
    series = make.make_series()
    report = make.report_edition(
        series=series,
        period_start=make.day(-7),
        period_end=make.TODAY,
        content=examples.full().as_json(),
        pdf=b"%PDF-1.7",
    )
    report.save()
    return {
        "tracker_initiative": bridge,
        "tracker_quote": quote,
        "tracker_party": officer_party,
        "tracker_place": make.make_place(),
        "tracker_source": quote.source,
        "tracker_correction": make.make_correction(bridge),
        "tracker_proposal": proposal,
        "tracker_reminder": proposal.reminder,
        "tracker_reminderrule": make.make_rule(),
        "tracker_series": series,
        "tracker_report": report,
        "tracker_mail": held,
        "tracker_suppression": Suppression.objects.create(address="gone@example.org", since=make.NOW),
        "tracker_bounce": Bounce.objects.create(mail=held, kind="soft", received_at=make.NOW, digest="d"),
        "tracker_relay": Relay.objects.create(host="mail.example.org"),
        "tracker_import": Import.objects.create(
            file_name="list.csv", content=b"", language="en", uploaded_at=make.NOW
        ),
        "tracker_subscription": Subscription.objects.create(
            series=series, address="reader@example.org", language="en", confirmed_at=make.NOW
        ),
        "tracker_notice": Notice.objects.create(
            initiative=bridge, kind="published", changed_at=make.NOW, decided_at=make.NOW
        ),
        "auth_group": Group.objects.create(name="others"),
        "auth_user": make.make_user(is_staff=True),
    }


def addresses(made: dict[str, Any]) -> dict[str, str]:
    """Give a whole address for each name."""

    def pk(model: str) -> Any:
        return made[model].pk

    bridge = made["tracker_initiative"]
    update = make.report(bridge)
    deadline = make.set_deadline(bridge, make.day(30))
    file = EvidenceFile.objects.create(
        proposal=made["tracker_proposal"], name="letter.pdf", content=b"%PDF", size=4
    )
    arguments: dict[str, list[Any]] = {
        "tracker_initiative_report": [bridge.pk],
        "tracker_initiative_deadline": [bridge.pk],
        "tracker_initiative_withdraw_report": [bridge.pk, update.pk],
        "tracker_initiative_withdraw_deadline": [bridge.pk, deadline.pk],
        "tracker_proposal_accept": [pk("tracker_proposal")],
        "tracker_proposal_file": [pk("tracker_proposal"), file.pk],
        "tracker_report_file": [pk("tracker_report"), "pdf"],
        "tracker_import_template": ["csv"],
        "tracker_initiative_export": ["csv"],
        "app_list": ["tracker"],
        "view_on_site": [bridge_type(), bridge.pk],
    }
    found = {}
    for name in expected():
        model = next((model for model in made if name.startswith(f"{model}_")), "")
        if name.endswith(("_simple_history", "_initiative_restore")):
            given = [pk(model), made[model].history.latest().pk]
        elif name in arguments:
            given = arguments[name]
        else:
            given = (
                [] if name.endswith(("_changelist", "_add")) or "_all_" in name or not model else [pk(model)]
            )
        if name == "tracker_reminderrule_preview":
            given = []
        found[name] = reverse(f"admin:{name}", args=given)
    for name in found:
        if "_all_" in name:
            found[name] += f"?ids={bridge.pk}"
    found["autocomplete"] += "?app_label=tracker&model_name=responsibility&field_name=party"
    return found


def bridge_type() -> int:
    from django.contrib.contenttypes.models import ContentType

    return int(ContentType.objects.get_for_model(Initiative).pk)


def person(role: Role, party: Any) -> User:
    user = make.make_user(is_staff=True)
    user.groups.add(Group.objects.get(name=role.value))
    make.make_contact(party=party, user=user)
    return user


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


def test_an_officer_acts_only_on_initiatives_of_the_party(client: Client) -> None:
    party = make.make_party()
    made, other = rows(party), make.make_initiative()
    client.force_login(person(Role.OFFICER, party))
    address = reverse("admin:tracker_initiative_all_report")

    both = client.get(address, {"ids": f"{made['tracker_initiative'].pk},{other.pk}"})

    assert both.status_code == 404


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


def as_shown(page: Any) -> dict[str, Any]:
    """Give what a browser would send of a page with its inline forms, if nothing was typed."""
    parts = [part.formset for part in page.context["inline_admin_formsets"]]
    forms = [page.context["adminform"].form]
    forms += [form for part in parts for form in (part.management_form, *part.forms)]
    fields = [field for form in forms for field in form]
    return {field.html_name: value for field in fields if (value := field.value()) not in (None, "")}


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
