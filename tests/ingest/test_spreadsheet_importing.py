"""A sheet previewed and applied: what is stored, what is not, and what the history says."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from tests import factories as make
from tests.ingest import sheets
from tests.ingest.sheets import BRIDGE
from tracker import search, tasks
from tracker.exports import rows as exported_rows
from tracker.exports import tables, workbook
from tracker.ingest.spreadsheet import importing
from tracker.models import Deadline, Import, Initiative, Quote, Responsibility

pytestmark = pytest.mark.django_db


def _exported(ending: str) -> bytes:
    write = tables.as_csv if ending == "csv" else workbook.as_xlsx
    loaded = exported_rows.loaded(Initiative.objects.published())
    return b"".join(write(loaded, on=timezone.localdate()))


def _rich() -> Initiative:
    """A published initiative that has something in every column."""
    row = make.make_initiative(title_ru="Мост через Амур", measure="one bridge", money="=2 million")
    row.places.set([make.make_place(), make.make_place()])
    for role in ("lead", "support", "counterpart", "controller"):
        make.make_responsibility(row, make.make_party(), role)
    make.set_deadline(row, make.day(90))
    make.report(row)
    return make.publish(row)


class TestNew:
    def test_a_row_without_a_slug_makes_a_draft_with_all_that_it_says(self) -> None:
        lead, place, source = make.make_party(name="Ministry"), make.make_place(), make.make_source()
        row = {
            **BRIDGE,
            "title_ru": "Мост через Амур",
            "announced_on": "2025-02-03",
            "announced_precision": "month",
            "due_on": "31.12.2027",
            "due_wording": "by the end of 2027",
            "lead": "ministry",
            "places": place.slug,
            "quote": "It opens by the end of 2027.",
            "quote_source": source.slug,
        }

        sheets.applied(sheets.previewed(row))

        made = Initiative.objects.get(slug="a-bridge-over-the-amur")
        assert (made.is_published, made.title_ru, made.announced_on) == (
            False,
            "Мост через Амур",
            dt.date(2025, 2, 28),
        )
        assert (made.due_on, made.baseline_due_on) == (dt.date(2027, 12, 31), dt.date(2027, 12, 31))
        assert made.deadlines.get().quote == made.quotes.get(exact=row["quote"], source=source)
        assert ({part.party for part in made.responsibilities.all()}, [*made.places.all()]) == (
            {lead},
            [place],
        )
        assert [*Initiative.objects.filter(search.matching("мосты"))] == [made]

    def test_a_russian_title_becomes_an_address_in_latin_letters(self) -> None:
        upload = sheets.previewed({"title_ru": "Щит", "firmness": "planned", "sector": "trade"})

        sheets.applied(upload)

        made = Initiative.objects.get()
        assert (made.slug, made.title_ru) == ("shchit", "Щит")
        assert upload.rows.get().slug == "shchit"

    def test_two_rows_never_get_one_address(self) -> None:
        rows = [{**BRIDGE, "title_en": f"{'Long ' * 30}bridge {number}"} for number in range(3)]

        sheets.applied(sheets.previewed(*rows))

        assert Initiative.objects.count() == 3

    def test_the_history_names_person_file_and_places(self) -> None:
        editor, place = make.make_user(), make.make_place()
        lead, source = make.make_party(), make.make_source()
        row = {
            **BRIDGE,
            "places": place.slug,
            "lead": lead.slug,
            "quote": "Built.",
            "quote_source": source.slug,
        }

        sheets.applied(sheets.previewed(row, name="plan.csv", by=editor))

        record = Initiative.history.get()
        assert [link.place for link in record.places.all()] == [place]
        records = [record, Responsibility.history.get(), Quote.history.get()]
        said = {(kept.history_user, kept.history_change_reason) for kept in records}
        assert said == {(editor, "Import: plan.csv")}
        assert Deadline.objects.count() == 0


class TestChanged:
    def test_only_the_columns_of_the_sheet_change_and_publication_stays(self) -> None:
        row = _rich()

        sheets.applied(sheets.previewed({"slug": row.slug, "title_en": "Another title", "summary_de": ""}))

        now = Initiative.objects.get()
        assert (now.title_en, now.title_ru, now.summary_de or "") == ("Another title", "Мост через Амур", "")
        assert (now.published_at, now.status, now.due_on) == (row.published_at, row.status, row.due_on)
        assert (now.places.count(), now.responsibilities.count()) == (2, 4)
        assert [*Initiative.objects.filter(search.matching("another"))] == [now]

    def test_it_is_told_field_by_field(self) -> None:
        row = make.make_initiative(money="1 dollar")
        old, new = make.make_party(name="Old"), make.make_party(name="New")
        make.make_responsibility(row, old)

        upload = sheets.previewed({"slug": row.slug, "money": "2 dollars", "lead": new.slug})

        assert upload.rows.get().changes == [["money", "1 dollar", "2 dollars"], ["lead", "Old", "New"]]

    def test_parties_change_their_roles_in_one_row(self) -> None:
        row, first, second = make.make_initiative(), make.make_party(), make.make_party()
        make.publish(row)
        make.make_responsibility(row, first, "lead")
        make.make_responsibility(row, second, "support")

        sheets.applied(sheets.previewed({"slug": row.slug, "lead": second.slug, "support": first.slug}))

        roles = {part.party: part.role for part in row.responsibilities.all()}
        assert roles == {second: "lead", first: "support"}

    def test_places_stand_in_the_history_of_a_changed_row(self) -> None:
        row, place = make.make_initiative(), make.make_place()
        row.places.set([place])

        sheets.applied(sheets.previewed({"slug": row.slug, "money": "2 dollars"}))

        newest = Initiative.history.latest("history_id")
        assert ([link.place for link in newest.places.all()], newest.history_type) == ([place], "~")

    def test_a_quote_is_added_and_none_is_taken_away(self) -> None:
        row = make.make_initiative()
        old = make.make_quote(initiative=row)
        source = make.make_source()
        said = {"slug": row.slug, "quote": "More words.", "quote_source": source.slug}

        sheets.applied(sheets.previewed(said))

        assert {quote.exact for quote in row.quotes.all()} == {old.exact, "More words."}

    def test_a_party_that_the_export_hides_is_not_taken_away(self) -> None:
        row = make.make_initiative()
        make.make_responsibility(row, make.make_party(), "support")

        upload = sheets.previewed({"slug": row.slug, "support": ""})

        assert sheets.outcomes(upload) == ["same"]


class TestSame:
    @pytest.mark.parametrize("ending", ["csv", "xlsx"])
    def test_an_exported_file_changes_nothing(self, ending: str) -> None:
        _rich()
        make.make_published(announced_on=None, title="'=1", money="_x0041_")

        upload = sheets.previewed_file(_exported(ending), name=f"initiatives.{ending}")

        assert [(row.outcome, row.changes, row.problems) for row in upload.rows.all()] == [
            ("same", [], [])
        ] * 2
        assert "status" in upload.not_read
        assert "lead_name_ru" in upload.not_read

    def test_the_same_file_twice_changes_nothing(self) -> None:
        place = make.make_place()
        row = {**BRIDGE, "due_on": "2027-12-31", "places": place.slug}
        sheets.applied(sheets.previewed(row))
        records = Initiative.history.count()

        again = sheets.applied(sheets.previewed(row))

        assert (sheets.outcomes(again), again.state) == (["same"], Import.State.DONE)
        assert (Initiative.objects.count(), Initiative.history.count()) == (1, records)

    def test_another_file_with_the_same_rows_in_xlsx_is_the_same(self) -> None:
        sheets.applied(sheets.previewed(BRIDGE))

        again = sheets.previewed_file(sheets.as_xlsx([*BRIDGE], [*BRIDGE.values()]), name="again.xlsx")

        assert sheets.outcomes(again) == ["same"]


class TestDuplicate:
    @pytest.mark.parametrize(
        ("kept", "row"),
        [
            (
                {"title_ru": "Строительство моста через реку Амур"},
                {"title_ru": "Строительство моста через Амур"},
            ),
            ({"title_de": "Bau einer Brücke über den Amur"}, {"title_de": "Bau der Brücke über den Amur"}),
            ({"title_en": "Build a bridge over the Amur"}, {"title_en": "Build bridge over the Amur"}),
        ],
    )
    def test_a_close_title_is_found_in_each_language(self, kept: dict[str, str], row: dict[str, str]) -> None:
        make.make_initiative(slug="kept", **kept)

        upload = sheets.previewed({**row, "firmness": "planned", "sector": "trade"})

        found = upload.rows.get()
        assert (found.outcome, found.like["slug"]) == ("duplicate", "kept")

    def test_close_words_of_a_source_are_found(self) -> None:
        quote = make.make_quote(exact="We are ready to build the bridge within a year.")
        words = "We are ready to build a bridge within a year."

        upload = sheets.previewed({**BRIDGE, "quote": words, "quote_source": quote.source.slug})

        assert (sheets.outcomes(upload), upload.rows.get().like["pk"]) == (["duplicate"], quote.initiative_id)

    def test_another_number_is_another_undertaking(self) -> None:
        make.make_initiative(title="Build school number 12")

        assert sheets.outcomes(sheets.previewed({**BRIDGE, "title_en": "Build school number 13"})) == ["new"]

    def test_two_rows_of_one_sheet_are_found(self) -> None:
        upload = sheets.previewed(BRIDGE, {**BRIDGE, "title_en": "The bridge over the Amur"})

        assert sheets.outcomes(upload) == ["new", "duplicate"]
        assert upload.rows.get(number=3).like["row"] == 2

    def test_the_closest_of_several_is_named(self) -> None:
        make.make_initiative(slug="farther", title_en="The long bridge over the Amur")
        make.make_initiative(slug="closest", title_en="Bridge over the Amur, a")
        make.make_initiative(slug="close", title_en="The bridge over the Amur")

        assert sheets.previewed(BRIDGE).rows.get().like["slug"] == "closest"

    def test_what_is_kept_is_named_before_a_row_above(self) -> None:
        make.make_initiative(slug="kept", title_en="The bridge over the Amur")

        upload = sheets.previewed({**BRIDGE, "title_en": "Bridge over the Amur"}, BRIDGE)

        assert [row.like.get("slug") for row in upload.rows.all()] == ["kept", "kept"]

    def test_a_row_that_names_its_initiative_is_no_duplicate_and_makes_none(self) -> None:
        make.make_initiative(slug="kept", title_en="A port on the Zeya")

        upload = sheets.previewed({**BRIDGE, "slug": "kept"}, {**BRIDGE, "slug": ""})

        assert sheets.outcomes(upload) == ["changed", "new"]

    def test_a_short_title_is_a_duplicate_of_its_equal_alone(self) -> None:
        make.make_initiative(slug="dam", title_en="Dam")

        upload = sheets.previewed({**BRIDGE, "title_en": "dam"}, {**BRIDGE, "title_en": "Dams"})

        assert sheets.outcomes(upload) == ["duplicate", "new"]

    def test_it_is_left_out_unless_staff_want_it(self) -> None:
        make.make_initiative(title="The bridge over the Amur")

        sheets.applied(sheets.previewed(BRIDGE))
        left_out = Initiative.objects.count()
        sheets.applied(sheets.previewed(BRIDGE), 2)

        assert (left_out, Initiative.objects.count()) == (1, 2)


class TestRefused:
    @pytest.mark.parametrize(
        ("column", "seen"),
        [
            ("sector", "transprot"),
            ("firmness", ""),
            ("announced_on", "31/12/2025"),
            ("announced_on", "12/31/2025"),
            ("announced_on", "01/02/2025"),
            ("announced_on", "2025-02-30"),
            ("announced_on", "2199-01-01"),
            ("due_on", "soon"),
            ("due_precision", "day"),
            ("lead", "Ministry of Nothing"),
            ("places", "nowhere"),
            ("quote_source", "no-source"),
            ("slug", "no slug"),
            ("money", "x" * 201),
            ("summary_en", "x" * 32_767),  # which a cell of a workbook may have been cut to
        ],
    )
    def test_a_cell_is_named_with_what_was_seen_and_wanted(self, column: str, seen: str) -> None:
        upload = sheets.previewed({**BRIDGE, column: seen})

        (row,) = upload.rows.all()
        named = {problem[0]: problem for problem in row.problems}
        shown = named.get(column) or named["due_on"]
        assert row.outcome == "refused"
        assert shown[1] in (seen[:200], "")
        assert shown[2]

    def test_close_names_of_parties_are_offered(self) -> None:
        make.make_party(name="Ministry of Transport", slug="ministry-of-transport")

        upload = sheets.previewed({**BRIDGE, "lead": "Ministry of Transpot"})

        assert "ministry-of-transport" in upload.rows.get().problems[0][2]

    def test_a_recorded_deadline_is_not_moved(self) -> None:
        row = make.make_initiative()
        make.set_deadline(row, make.day(90))

        upload = sheets.previewed({"slug": row.slug, "due_on": make.day(120).isoformat()})

        assert sheets.problems(upload) == [["due_on", make.day(120).isoformat()]]

    def test_a_party_with_two_roles_is_refused(self) -> None:
        party = make.make_party(name="Ministry")

        upload = sheets.previewed({**BRIDGE, "lead": party.slug, "support": party.slug})

        assert sheets.problems(upload) == [["support", "Ministry"]]

    def test_a_slug_that_stands_there_twice_is_refused(self) -> None:
        upload = sheets.previewed({**BRIDGE, "slug": "bridge"}, {**BRIDGE, "slug": "bridge"})

        assert sheets.outcomes(upload) == ["new", "refused"]

    def test_words_that_do_not_stand_in_their_source_are_refused(self) -> None:
        source = make.make_source(text="It will be built.")

        upload = sheets.previewed({**BRIDGE, "quote": "It is built.", "quote_source": source.slug})

        assert sheets.problems(upload) == [["quote", "It is built."]]

    def test_one_refused_row_keeps_all_from_being_applied(self) -> None:
        upload = sheets.previewed(BRIDGE, {**BRIDGE, "title_en": "A port", "sector": "sea"})

        with pytest.raises(ValidationError):
            sheets.applied(upload)

        assert Initiative.objects.count() == 0

    def test_a_formula_is_refused_with_its_text(self) -> None:
        content = sheets.as_xlsx([*BRIDGE], ["=1+1", "planned", "trade"])

        upload = sheets.previewed_file(content, name="sheet.xlsx")

        assert sheets.problems(upload)[0] == ["title_en", "=1+1"]

    def test_all_problems_are_listed_in_a_file(self) -> None:
        upload = sheets.previewed({**BRIDGE, "announced_on": "=1/2/2025"})

        listed = importing.problems_as_csv(upload)

        assert listed.splitlines()[1] == "2,announced_on,'=1/2/2025,a day as 2025-12-31 or 31.12.2025"


class TestMeanwhile:
    def test_what_was_recorded_since_the_preview_is_not_overwritten(self) -> None:
        row = make.make_initiative(money="1 dollar")
        upload = sheets.previewed({"slug": row.slug, "money": "2 dollars"})
        row.money = "3 dollars"
        row.save()

        sheets.applied(upload)

        assert (upload.state, upload.rows.get().is_stale) == (Import.State.PREVIEWED, True)
        assert upload.rows.get().changes == [["money", "3 dollars", "2 dollars"]]
        assert Initiative.objects.get().money == "3 dollars"

    def test_the_new_preview_can_be_applied(self) -> None:
        row = make.make_initiative(money="1 dollar")
        upload = sheets.previewed({"slug": row.slug, "money": "2 dollars"})
        Initiative.objects.update(money="3 dollars")
        sheets.applied(upload)

        sheets.applied(upload)

        assert (upload.state, Initiative.objects.get().money) == (Import.State.DONE, "2 dollars")

    def test_what_is_recorded_while_it_is_compared_again_is_seen(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        row = make.make_initiative(money="1 dollar")
        upload = sheets.previewed({"slug": row.slug, "money": "2 dollars"})
        compared = importing._fresh

        def then_somebody_saves(turn: object, say: object) -> object:
            rows = compared(turn, say)  # type: ignore[arg-type]
            Initiative.objects.filter(money="1 dollar").update(money="3 dollars")
            return rows

        monkeypatch.setattr(importing, "_fresh", then_somebody_saves)
        sheets.applied(upload)

        assert (upload.state, Initiative.objects.get().money) == (Import.State.PREVIEWED, "3 dollars")


class TestWorker:
    def _waiting(self) -> Import:
        rows = [{**BRIDGE, "title_en": f"Bridge number {number}"} for number in range(600)]
        content = sheets.as_csv(*rows)
        return importing.upload(
            file_name="many.csv", content=content, language="en", by=make.make_user(), now=timezone.now()
        )

    def test_it_says_after_each_chunk_how_far_it_is(self) -> None:
        upload, seen = self._waiting(), []

        def clock() -> dt.datetime:
            seen.append(Import.objects.get().rows_done)
            return timezone.now()

        importing.work(pk=upload.pk, clock=clock)

        assert sorted({*seen}) == [0, 250, 500]
        assert (Import.objects.get().rows_total, upload.rows.count()) == (600, 600)

    def test_it_stops_when_somebody_cancels(self) -> None:
        upload = self._waiting()

        def clock() -> dt.datetime:
            if Import.objects.get().rows_done == 250:
                importing.cancel(upload=upload, now=timezone.now())
            return timezone.now()

        importing.work(pk=upload.pk, clock=clock)

        upload.refresh_from_db()
        assert (upload.state, upload.rows.count(), bytes(upload.content)) == ("cancelled", 0, b"")

    def test_a_preview_is_given_up_at_once(self) -> None:
        upload = sheets.previewed(BRIDGE)

        importing.cancel(upload=upload, now=timezone.now())

        upload.refresh_from_db()
        assert upload.state == Import.State.CANCELLED

    def test_a_second_worker_leaves_it_to_the_first(self) -> None:
        upload = self._waiting()
        Import.objects.update(beat_at=timezone.now())

        importing.work(pk=upload.pk, clock=timezone.now)

        assert upload.rows.count() == 0

    def test_an_interrupted_one_is_shown_and_can_be_started_again(self) -> None:
        upload = self._waiting()
        Import.objects.update(beat_at=timezone.now() - dt.timedelta(minutes=3), rows_done=250)
        upload.refresh_from_db()

        shown = upload.is_interrupted(timezone.now())
        importing.resume(upload=upload, now=timezone.now())
        waiting = importing.waiting(now=timezone.now())
        importing.work(pk=upload.pk, clock=timezone.now)

        assert (shown, waiting, upload.rows.count()) == (True, [upload.pk], 600)

    def test_the_schedule_finds_what_waits(self) -> None:
        upload = self._waiting()

        tasks.work_on_import()

        assert upload.rows.count() == 600

    def test_one_that_was_interrupted_after_storing_only_tells_the_search(self) -> None:
        upload = sheets.applied(sheets.previewed(BRIDGE))
        Initiative.objects.update(search_stems="")
        Import.objects.update(state=Import.State.APPLYING)

        importing.work(pk=upload.pk, clock=timezone.now)

        assert Initiative.objects.filter(search.matching("bridge")).count() == 1
        assert Import.objects.get().state == Import.State.DONE

    def test_nothing_is_stored_when_the_database_refuses(self, monkeypatch: pytest.MonkeyPatch) -> None:
        upload = sheets.previewed(
            {**BRIDGE, "due_on": ""}, {**BRIDGE, "title_en": "A port", "due_on": "2030-01-01"}
        )

        def refuse(**said: object) -> None:
            raise ValidationError("no")

        monkeypatch.setattr("tracker.progress.set_first_deadlines", refuse)
        with_error = sheets.applied(upload)

        assert (with_error.state, with_error.error) == ("previewed", "Nothing was stored: no")
        assert Initiative.objects.count() == 0
