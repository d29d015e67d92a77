"""The seeds load whole or not at all, repeat without effect, and never overwrite what staff changed."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import Model
from django.test import TestCase

from tests import factories as make
from tracker.ingest import seeds
from tracker.models import Figure, Initiative, Party, Quote, Source
from tracker.models.current_state import CURRENT_STATE

SEEDS: Path = settings.SEEDS_DIR
TEXTS = Path(settings.SEED_TEXTS_DIR) if settings.SEED_TEXTS_DIR else None
BESIDE = TEXTS.parent / "gold" if TEXTS else None
NAMED = os.environ.get("SEED_GOLD_DIR")
GOLD = Path(NAMED) if NAMED else BESIDE

needs_texts = pytest.mark.skipif(
    TEXTS is None or not TEXTS.is_dir(),
    reason="The full texts are not at hand: SEED_TEXTS_DIR names no folder.",
)
needs_gold = pytest.mark.skipif(
    GOLD is None or not GOLD.is_dir(),
    reason="The hand-made list is not at hand: no SEED_GOLD_DIR, and no gold beside SEED_TEXTS_DIR.",
)

EXPECTED_SLUGS = {
    "aircraft-building",
    "belarusian-business-mission",
    "brest-fortress-visit",
    "cartoon-showing",
    "cooperative-assembly-sites",
    "culture-ties",
    "dairy-farms",
    "e-bus-pilot",
    "fish-exports",
    "industrial-parks",
    "lift-guide-rails",
    "lifts-agro-metalworking",
    "milk-powder-and-butter",
    "more-belaz-trucks",
    "orchestra-visit",
    "orders-to-belarusian-ministries",
    "orders-to-sandalov",
    "patriotic-education",
    "savushkin-dairy-plant",
    "service-centres",
    "special-vehicles",
    "special-zone-assembly",
    "technical-centre",
    "tourism-ties",
    "trade-logistics",
    "vegetable-growing",
    "youth-policy",
}
EVIDENCED = {
    "belarusian-supplies": "in_progress",
    "enterprise-visits-2024": "completed",
    "governor-president-meeting": "completed",
    "khabarovsk-product-samples": "in_progress",
    "kirov-company-visits": "completed",
    "kirov-delegation-visit": "completed",
    "kirov-official-meetings": "completed",
    "kirov-president-meeting": "completed",
    "mogilev-plant-supplies": "in_progress",
    "omz-supplies": "in_progress",
    "orchestra-visit": "completed",
    "working-group-session": "completed",
}


def load(folder: Path = SEEDS, texts: Path | None = None) -> seeds.Loaded:
    return seeds.load(folder=folder, texts=texts, now=make.NOW)


def _counts() -> dict[str, int]:
    """Count the rows of every table of ours, histories included."""
    return {
        model.__name__: model._default_manager.count()
        for model in apps.get_app_config("tracker").get_models()
    }


def _values(model: type[Model]) -> list[dict[str, Any]]:
    return list(model._default_manager.order_by("pk").values())


def _gold() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in sorted(GOLD.glob("*.json")) if GOLD else ():
        record = json.loads(file.read_text(encoding="utf-8"))
        for entry in record["commitments"]:
            yield record["file"], entry


def _slug_of(file: str) -> str:
    records = yaml.safe_load((SEEDS / "sources.yaml").read_text(encoding="utf-8"))
    [slug] = [record["slug"] for record in records if record["file"] == file]
    return str(slug)


class TestContent(TestCase):
    """Django's own TestCase: the seeds are loaded once for all its tests."""

    @classmethod
    def setUpTestData(cls) -> None:
        load()

    def test_every_initiative_of_the_texts_is_published(self) -> None:
        slugs = set(Initiative.objects.published().values_list("slug", flat=True))

        assert slugs >= EXPECTED_SLUGS
        assert slugs == {file.stem for file in (SEEDS / "initiatives").glob("*.yaml")}

    def test_only_what_the_texts_evidence_has_left_announced(self) -> None:
        left = dict(Initiative.objects.exclude(status="announced").values_list("slug", "status"))

        assert left == EVIDENCED

    def test_each_has_a_title_and_a_summary_in_every_language(self) -> None:
        columns = [f"{field}_{code}" for field in ("title", "summary") for code, _name in settings.LANGUAGES]

        gaps = [
            (row["slug"], name)
            for row in Initiative.objects.values("slug", *columns)
            for name in columns
            if not row[name]
        ]

        assert gaps == []

    def test_each_name_has_every_language(self) -> None:
        columns = {Party: "name", Source: "title", Figure: "what"}

        gaps = [
            (model.__name__, row["pk"], code)
            for model, column in columns.items()
            for code, _name in settings.LANGUAGES
            for row in model.objects.values("pk", f"{column}_{code}")
            if not row[f"{column}_{code}"]
        ]

        assert gaps == []

    def test_each_has_a_quote_in_a_published_source_and_published_parties(self) -> None:
        rows = Initiative.objects.prefetch_related("quotes__source", "parties")

        assert [row.slug for row in rows if not row.quotes.all()] == []
        assert [
            row.slug for row in rows if not all(quote.source.is_published for quote in row.quotes.all())
        ] == []
        assert [row.slug for row in rows if not all(party.is_published for party in row.parties.all())] == []

    def test_a_quote_ends_where_its_words_end(self) -> None:
        places = Quote.objects.values_list("exact", "start", "end")

        assert [
            place for place in places if None in place or place[2] != (place[1] or 0) + len(place[0])
        ] == []

    def test_each_quote_is_translated_into_every_language_but_its_own(self) -> None:
        wrong = [
            (quote.source.slug, quote.exact, code)
            for quote in Quote.objects.select_related("source")
            for code, _name in settings.LANGUAGES
            if bool(getattr(quote, f"translation_{code}")) == (code == quote.source.language)
        ]

        assert wrong == []

    def test_the_industrial_parks_are_due_about_a_year_after_their_announcement(self) -> None:
        parks = Initiative.objects.get(slug="industrial-parks")

        assert (str(parks.due_on), parks.due_precision, parks.due_wording) == (
            "2026-02-28",
            "approximate",
            "etwa ein Jahr",
        )

    def test_no_party_was_given_a_contact(self) -> None:
        assert Party.objects.filter(contacts__isnull=False).count() == 0

    @needs_gold
    def test_every_undertaking_of_the_hand_made_list_is_quoted_from_its_text(self) -> None:
        quoted = set(
            Quote.objects.filter(initiative__published_at__isnull=False).values_list("source__slug", "exact")
        )

        wanted = {
            (_slug_of(file), entry["quote"]) for file, entry in _gold() if entry["salience"] != "background"
        }

        assert len(wanted) > 40
        assert wanted - quoted == set()

    @needs_texts
    def test_every_quote_stands_in_its_text_at_its_place(self) -> None:
        assert TEXTS is not None
        texts = {path.name: path.read_bytes() for path in TEXTS.glob("*.txt")}
        by_sha = {hashlib.sha256(content).hexdigest(): content.decode() for content in texts.values()}

        wrong = []
        for quote in Quote.objects.select_related("source"):
            text, start, end = by_sha[quote.source.sha256], quote.start or 0, quote.end or 0
            around = text[max(0, start - 32) : start], text[start:end], text[end : end + 32]
            if around != (quote.prefix, quote.exact, quote.suffix):
                wrong.append((quote.source.slug, quote.exact, around))

        assert wrong == []
        assert Figure.objects.count() > 0


@pytest.mark.django_db
class TestAgain:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """A small copy of the seeds: everything that is referred to, and three initiatives."""
        shutil.copytree(SEEDS, tmp_path / "seeds")
        for file in (tmp_path / "seeds" / "initiatives").glob("*.yaml"):
            if file.stem not in ("industrial-parks", "orchestra-visit", "dairy-farms"):
                file.unlink()
        load(tmp_path / "seeds")
        return tmp_path / "seeds"

    def test_loading_again_changes_nothing(self) -> None:
        first = load()
        counts, rows, quotes = _counts(), _values(Initiative), _values(Quote)

        second = load()

        assert (first.new, second.new) == (first.initiatives, 0)
        assert _counts() == counts
        assert (_values(Initiative), _values(Quote)) == (rows, quotes)

    def test_what_staff_changed_stays_and_the_rest_follows_the_seeds(self, folder: Path) -> None:
        parks = Initiative.objects.get(slug="industrial-parks")
        parks.title_en = "Parks, as staff call them"
        parks.save()
        self._edit(folder, title={"en": "New title", "ru": "Новое название", "de": "Neuer Titel"})

        load(folder)

        parks.refresh_from_db()
        assert (parks.title_en, parks.title_ru, parks.title_de) == (
            "Parks, as staff call them",
            "Новое название",
            "Neuer Titel",
        )

    def test_what_staff_changed_stays_over_every_later_load(self, folder: Path) -> None:
        parks = Initiative.objects.get(slug="industrial-parks")
        parks.title_en = "Parks, as staff call them"
        parks.save()

        for money in ("1 million", "2 million"):
            self._edit(folder, money=money)
            load(folder)

        parks.refresh_from_db()
        assert (parks.title_en, parks.money) == ("Parks, as staff call them", "2 million")

    def test_translations_reach_quotes_that_were_loaded_without_and_those_of_staff_stay(
        self, folder: Path
    ) -> None:
        empty = {f"translation_{code}": None for code, _name in settings.LANGUAGES}
        Quote.objects.update(**empty)
        Quote.history.update(**empty)
        quote = Quote.objects.get(initiative__slug="orchestra-visit")
        quote.translation_de = "As staff say it"
        quote.save()

        load(folder)

        quote.refresh_from_db()
        assert quote.translation_en.startswith("And the Exemplary Orchestra")
        assert quote.translation_de == "As staff say it"

    def test_what_staff_set_to_the_same_as_a_later_seed_is_no_conflict(self, folder: Path) -> None:
        parks = Initiative.objects.get(slug="industrial-parks")
        parks.sector = "trade"
        parks.save()
        self._edit(folder, sector="trade")
        load(folder)
        self._edit(folder, sector="investment")

        load(folder)

        parks.refresh_from_db()
        assert parks.sector == "trade"

    def test_what_staff_reported_stays(self, folder: Path) -> None:
        parks = Initiative.objects.get(slug="industrial-parks")
        make.report(parks, "on_hold")
        state = [getattr(parks, column) for column in CURRENT_STATE]

        load(folder)

        parks.refresh_from_db()
        assert [getattr(parks, column) for column in CURRENT_STATE] == state

    @pytest.mark.parametrize("model", [Initiative, Quote, Figure])
    def test_what_staff_deleted_does_not_come_back(self, folder: Path, model: type[Model]) -> None:
        row = (
            Initiative.objects.get(slug="dairy-farms")
            if model is Initiative
            else model._default_manager.all()[0]
        )
        row.delete()
        left = model._default_manager.count()

        load(folder)

        assert model._default_manager.count() == left

    def test_what_staff_hid_stays_hidden(self, folder: Path) -> None:
        Initiative.objects.filter(slug="dairy-farms").update(published_at=None)

        load(folder)

        assert Initiative.objects.get(slug="dairy-farms").published_at is None

    def test_a_new_file_is_a_new_initiative(self, folder: Path) -> None:
        shutil.copy(SEEDS / "initiatives" / "fish-exports.yaml", folder / "initiatives")

        assert load(folder).new == 1

    def _edit(self, folder: Path, **values: Any) -> None:
        file = folder / "initiatives" / "industrial-parks.yaml"
        record = yaml.safe_load(file.read_text(encoding="utf-8"))
        file.write_text(yaml.safe_dump({**record, **values}, allow_unicode=True), encoding="utf-8")


@pytest.mark.django_db
class TestWrongSeeds:
    """A small folder of its own: one text, one initiative."""

    TEXT = "Wir werden eine Brücke bauen."

    @pytest.fixture
    def write(self, tmp_path: Path) -> Callable[..., Path]:
        def write(**quote: Any) -> Path:
            names = {"ru": "Р", "en": "E", "de": "D"}
            said = {
                "source": "belta",
                "relation": "announces",
                "exact": "eine Brücke",
                "start": 11,
                "end": 22,
            }
            records: dict[str, Any] = {
                "places.yaml": [{"slug": "krai", "country": "RU", "name": names}],
                "parties.yaml": [{"slug": "krai", "kind": "government", "country": "RU", "name": names}],
                "sources.yaml": [
                    {
                        "slug": "belta",
                        "file": "belta.txt",
                        "sha256": hashlib.sha256(self.TEXT.encode()).hexdigest(),
                        "language": "de",
                        "publisher": "BelTA",
                        "title": names,
                    }
                ],
                "initiatives/bridge.yaml": {
                    "title": names,
                    "summary": names,
                    "firmness": "planned",
                    "sector": "transport",
                    "places": ["krai"],
                    "parties": [{"party": "krai", "role": "lead"}],
                    "quotes": [{**said, **quote}],
                },
            }
            (tmp_path / "initiatives").mkdir()
            for name, record in records.items():
                (tmp_path / name).write_text(yaml.safe_dump(record, allow_unicode=True), encoding="utf-8")
            (tmp_path / "belta.txt").write_text(self.TEXT, encoding="utf-8")
            return tmp_path

        return write

    def _refusal(self, folder: Path) -> str:
        before = _counts()
        with pytest.raises(seeds.SeedError) as refusal:
            load(folder, texts=folder)
        assert _counts() == before
        return str(refusal.value)

    def test_right_ones_load(self, write: Callable[..., Path]) -> None:
        folder = write()

        loaded = load(folder, texts=folder)

        assert loaded == seeds.Loaded(initiatives=1, new=1, texts_checked=1)
        assert list(Initiative.objects.published().values_list("slug", flat=True)) == ["bridge"]

    def test_words_that_stand_elsewhere_load_nothing(self, write: Callable[..., Path]) -> None:
        folder = write(start=12, end=23)

        refusal = self._refusal(folder)

        assert refusal == "belta: “eine Brücke” does not stand at 12 to 23; “ine Brücke ” does."

    def test_words_that_were_never_said_load_nothing(self, write: Callable[..., Path]) -> None:
        folder = write(exact="einen Turm", end=21)

        refusal = self._refusal(folder)

        assert refusal == "belta: “einen Turm” does not stand at 11 to 21; “eine Brück” does."

    def test_another_text_loads_nothing(self, write: Callable[..., Path]) -> None:
        folder = write()
        (folder / "belta.txt").write_text(self.TEXT + " ", encoding="utf-8")

        refusal = self._refusal(folder)

        assert refusal.startswith("belta.txt is another text: its SHA-256 is ")

    def test_a_missing_text_loads_nothing(self, write: Callable[..., Path]) -> None:
        folder = write()
        (folder / "belta.txt").unlink()

        refusal = self._refusal(folder)

        assert refusal == "The full text belta.txt cannot be read: No such file or directory."

    def test_a_malformed_file_loads_nothing(self, write: Callable[..., Path]) -> None:
        folder = write()
        (folder / "parties.yaml").write_text("- [")

        refusal = self._refusal(folder)

        assert refusal.startswith("parties.yaml cannot be read: ")

    def test_a_party_that_is_listed_nowhere_loads_nothing(self, write: Callable[..., Path]) -> None:
        folder = write()
        file = folder / "initiatives" / "bridge.yaml"
        file.write_text(file.read_text().replace("party: krai", "party: atlantis"))

        refusal = self._refusal(folder)

        assert refusal == "bridge.yaml: 'atlantis' is missing, or is listed in no file."

    def test_a_key_that_is_missing_loads_nothing(self, write: Callable[..., Path]) -> None:
        folder = write()
        file = folder / "initiatives" / "bridge.yaml"
        file.write_text(file.read_text().replace("firmness: planned\n", ""))

        refusal = self._refusal(folder)

        assert refusal == "bridge.yaml: 'firmness' is missing, or is listed in no file."

    def test_a_value_that_the_database_forbids_loads_nothing(self, write: Callable[..., Path]) -> None:
        folder = write()
        file = folder / "initiatives" / "bridge.yaml"
        file.write_text(file.read_text().replace("sector: transport", "sector: magic"))

        refusal = self._refusal(folder)

        assert refusal.startswith("bridge.yaml breaks a rule of the database: ")

    def test_the_command_says_so_in_one_line(self, write: Callable[..., Path]) -> None:
        with pytest.raises(CommandError) as refusal:
            call_command("seed", texts=write() / "nowhere")

        assert str(refusal.value).startswith("Nothing was loaded. The full text ")
        assert "\n" not in str(refusal.value)
