"""A published initiative, and what its page says."""

from html import unescape

from django.test import Client
from django.utils.html import strip_tags

from tests import factories as make
from tracker.models import Initiative

PAGE = "initiatives/bridge/"


def text_of(client: Client, path: str) -> str:
    """Give the words of an English page, with single spaces."""
    page = client.get(f"/en/{path}").content.decode()
    return " ".join(unescape(strip_tags(page.split("<main")[1].split("</main>")[0])).split())


def make_bridge() -> Initiative:
    """An initiative announced 300 days ago in German, with a lead."""
    bridge = make.make_initiative(
        slug="bridge", title_ru="Мост", title_en="Bridge", title_de="Brücke", announced_on=make.day(-300)
    )
    make.make_responsibility(bridge, make.make_party(slug="krai", name="The Krai", kind="government"))
    make.make_quote(
        initiative=bridge,
        source=make.make_source(slug="belta", title="News", published_on=make.day(-300)),
        exact="Wir bauen eine Brücke",
        translation_en="We build a bridge",
        translation_ru="Мы строим мост",
    )
    return make.publish(bridge)
