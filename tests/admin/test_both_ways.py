"""From a page of the public to the page where staff change what stands there, and back."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories as make

pytestmark = pytest.mark.django_db


def _row(kind: str) -> Any:
    if kind == "initiative":
        return make.make_published()
    makers = {"party": make.make_party, "source": make.make_source}
    return makers[kind](published_at=make.NOW)


@pytest.mark.parametrize("kind", ["initiative", "party", "source"])
def test_the_public_page_leads_staff_to_its_own_page_and_that_leads_back(kind: str, client: Client) -> None:
    row = _row(kind)
    own = reverse(f"admin:tracker_{kind}_change", args=[row.pk])

    public = client.get(row.get_absolute_url()).content.decode()
    asked = client.get(own)
    client.force_login(make.make_user(is_staff=True, is_superuser=True))
    staff = client.get(own).content.decode()
    back = re.search(r'href="([^"]*)" class="viewsitelink"', staff)

    assert f'<a href="{own}">' in public
    assert asked.headers["Location"] == f"/admin/login/?next={own}"
    assert back is not None
    assert f'<a href="{own}">' in client.get(back[1], follow=True).content.decode()
