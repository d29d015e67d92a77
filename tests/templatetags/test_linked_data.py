"""What search engines read of an initiative is what its page says, and cannot break out of it."""

import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests import factories as make
from tests.public.bridge import PAGE, make_bridge
from tracker.models import Initiative

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]


def data_of(client: Client, path: str = PAGE, language: str = "en") -> dict[str, Any]:
    page = client.get(f"/{language}/{path}").content.decode()
    [written] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    data: dict[str, Any] = json.loads(written)
    return data


@pytest.fixture
def bridge() -> Initiative:
    return make_bridge()


@pytest.mark.usefixtures("bridge")
def test_the_data_for_search_engines_say_what_the_page_says(client: Client) -> None:
    data = data_of(client)

    site = f"{settings.SITE_URL}/en"
    assert {name: data[name] for name in ("@type", "name", "url", "inLanguage", "about")} == {
        "@type": "WebPage",
        "name": "Bridge",
        "url": f"{site}/initiatives/bridge/",
        "inLanguage": "en",
        "about": [{"@type": "GovernmentOrganization", "name": "The Krai", "url": f"{site}/parties/krai/"}],
    }
    assert data["abstract"].startswith("Announced 27 January 2026, no date was named")
    assert data["citation"] == [
        {
            "@type": "Quotation",
            "text": "Wir bauen eine Brücke",
            "inLanguage": "de",
            "isPartOf": {
                "@type": "CreativeWork",
                "name": "News",
                "inLanguage": "de",
                "datePublished": "2026-01-27",
                "publisher": {"@type": "Organization", "name": "BelTA"},
                "url": f"{site}/sources/belta/",
            },
            "workTranslation": {"@type": "Quotation", "text": "We build a bridge", "inLanguage": "en"},
        }
    ]


@pytest.mark.parametrize(
    ("precision", "said"), [("month", "2026-01"), ("year", "2026"), ("quarter", None), ("approximate", None)]
)
def test_a_vague_day_is_told_no_more_exactly_than_it_is_known(
    precision: str, said: str | None, bridge: Initiative, client: Client
) -> None:
    source = bridge.quotes.get().source
    source.published_precision = precision
    source.save()

    [quotation] = data_of(client)["citation"]

    assert quotation["isPartOf"].get("datePublished") == said


def test_no_word_can_leave_the_data(client: Client) -> None:
    hostile = "</script><script>alert('x')</script><!-- & \u2028"
    initiative = make.make_initiative(slug="x", title=hostile, summary=hostile)
    make.make_quote(initiative=initiative, exact=hostile)
    make.publish(initiative)

    page = client.get("/en/initiatives/x/").content.decode()
    data = data_of(client, "initiatives/x/")

    assert "<script>alert" not in page
    assert (data["name"], data["citation"][0]["text"]) == (hostile, hostile)


@pytest.mark.usefixtures("bridge")
def test_a_past_state_is_for_no_search_engine(client: Client) -> None:
    page = client.get(f"/en/{PAGE}?on=2026-10-01").content.decode()

    assert 'name="robots" content="noindex"' in page
    assert "ld+json" not in page
