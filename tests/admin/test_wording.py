"""What the admin's scripts say."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "is_cyrillic"), [("en", False), ("de", False), ("ru", True)])
def test_scripts_speak_the_language_of_the_page(language: str, is_cyrillic: bool, client: Client) -> None:
    client.force_login(make.make_user(is_staff=True))

    script = client.get(reverse("admin:jsi18n"), headers={"Accept-Language": language}).content.decode()
    found = re.search(r"const newcatalog = (\{.*?\n  \});", script, re.DOTALL)
    said = json.loads(found[1]) if found else {}

    told = str(said.get("Choose selected %s", "Choose selected %s"))
    assert bool(re.search("[а-я]", told)) == is_cyrillic
    assert (told == "Choose selected %s") == (language == "en")
