"""Staff translate a quote on the page of its initiative."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests import factories as make

pytestmark = pytest.mark.django_db


def _as_it_is(page: Any) -> dict[str, Any]:
    """Give what the browser would send back of an unchanged page."""
    formsets = [inline.formset for inline in page.context["inline_admin_formsets"]]
    forms = [page.context["adminform"].form]
    forms += [form for formset in formsets for form in (formset.management_form, *formset.forms)]
    fields = [field for form in forms for field in form]
    values = {field.html_name: field.value() for field in fields}
    return {name: value for name, value in values.items() if value is not None and value is not False}


def test_a_quote_is_translated_on_the_page_of_its_initiative(client: Client) -> None:
    client.force_login(User.objects.create_superuser("staff", "staff@example.org", "secret"))
    quote = make.make_quote(exact="Wir bauen")
    address = reverse("admin:tracker_initiative_change", args=[quote.initiative_id])
    sent = _as_it_is(client.get(address))

    answer = client.post(
        address, {**sent, "quotes-0-translation_en": "We build", "quotes-0-translation_ru": "Строим"}
    )

    assert answer.status_code == 302, answer.context["errors"]
    quote.refresh_from_db()
    assert (quote.exact, quote.translation_en, quote.translation_ru) == ("Wir bauen", "We build", "Строим")
    assert quote.history.first().translation_en == "We build"
