"""What stands where in the admin: every address with who reaches it, a row of each model, and people."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.urls import URLPattern, reverse

from tests import factories as make
from tests.reports import examples
from tracker.models import (
    Bounce,
    EvidenceFile,
    Import,
    Initiative,
    Notice,
    Relay,
    SavedFilter,
    Subscription,
    Suppression,
)
from tracker.roles import Role

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
    "tracker_initiative_save_filter": EVERYBODY,
    "tracker_initiative_forget_filter": NOBODY,  # another's
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
        "tracker_suppression": Suppression.objects.create(
            address=f"gone.{bridge.pk}@example.org", since=make.NOW
        ),
        "tracker_bounce": Bounce.objects.create(
            mail=held, kind="soft", received_at=make.NOW, digest=f"{bridge.pk}"
        ),
        "tracker_relay": Relay.objects.create(host=f"mail{bridge.pk}.example.org"),
        "tracker_import": Import.objects.create(
            file_name="list.csv", content=b"", language="en", uploaded_at=make.NOW
        ),
        "tracker_subscription": Subscription.objects.create(
            series=series, address="reader@example.org", language="en", confirmed_at=make.NOW
        ),
        "tracker_notice": Notice.objects.create(
            initiative=bridge, kind="published", changed_at=make.NOW, decided_at=make.NOW
        ),
        "auth_group": Group.objects.create(name=f"others {bridge.pk}"),
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
    saved = SavedFilter.objects.create(person=made["auth_user"], name="Fish", query="q=fish")
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
        "tracker_initiative_save_filter": [],
        "tracker_initiative_delete": [make.make_initiative().pk],  # a draft; what is public stays
        "tracker_initiative_forget_filter": [saved.pk],
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


def as_shown(page: Any) -> dict[str, Any]:
    """Give what a browser would send of a page with its inline forms, if nothing was typed."""
    parts = [part.formset for part in page.context["inline_admin_formsets"]]
    forms = [page.context["adminform"].form]
    forms += [form for part in parts for form in (part.management_form, *part.forms)]
    fields = [field for form in forms for field in form]
    return {field.html_name: value for field in fields if (value := field.value()) not in (None, "")}
