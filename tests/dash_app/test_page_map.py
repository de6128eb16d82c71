# ruff: noqa: F401, F811 - fixtures are imported, and then named as arguments
import itertools
import math
import shutil

import dash
import pandas as pd
import pytest
from shapely.geometry import shape

from dash_app.components.map import card, controls, parts, sentence
from dash_app.queries import layers, looks, maps, parents, postcodes
from dash_app.table import Row
from dash_app.view import View, steps
from geosafety import results
from geosafety.publish.classes import DIVERGING, scale_for
from geosafety.settings import geography, indicator
from tests.dash_app.app_fixtures import app, client, made_of, results_folder, showing
from tests.fixtures_results import HOSTILE, as_json, text_of


@pytest.fixture(scope="module")
def richer(results_folder, tmp_path_factory):
    """The small results with a change, a gap, postcodes, parents and venues."""
    out = tmp_path_factory.mktemp("map") / "results"
    shutil.copytree(results_folder, out)
    values = results.read_values(results_folder)
    rates = values[values["indicator"] == "wmnow_rate"]
    rates = rates[(rates["period"] == "2022-03") & (rates["geography"] != "lsoa")]
    rates = rates.astype(dict.fromkeys(("indicator", "compared_with"), "str"))
    change = rates.assign(
        indicator="wmnow_rate_change",
        compared_with="2021-09",
        value=rates["value"] - 50.0,
    )
    needed = rates.assign(indicator="wmnow_needed", value=7.0, unit="members")
    with results.ValueWriter(out / "values.parquet") as writer:
        for table in (values, change, needed):
            writer.append(table)
    results.write_table(out, "postcodes", [_postcodes()])
    results.write_table(out, "parents", [_parents()])
    results.write_table(out, "venues", [_venues()])
    return out


def _postcodes():
    return pd.DataFrame(
        {
            "postcode": ["B1 1AA", "B1 1AB", "WV10 9QQ"],
            "npu": ["N0000", "N0001", "N0003"],
            "impact_area": ["", "IA-1", ""],
            "ward": ["E05000000", "E05000001", "E05000015"],
            "approximate": [False, True, False],
        }
    )


def _parents():
    up = {"parent_geography": "npu", "parent_code": "N0000", "parent_name": "Unit 1"}
    ward = {"geography": "ward", "area_code": "E05000001", "area_name": "Ward 2"}
    small = {"geography": "lsoa", "area_code": "E01000001", "area_name": "Small 2"}
    over = {"parent_geography": "ward", "parent_code": "E05000001"}
    rows = [
        {**ward, **up, "how": "lookup", "nested": True},
        {**small, **over, "parent_name": "Ward 2", "how": "lookup", "nested": False},
        {**small, **up, "how": "lookup", "nested": True},
    ]
    return pd.DataFrame(rows)


def _venues():
    rows = [
        (HOSTILE, "B1 1AA", 395_000.0, 275_000.0),
        ("Hall", "", 410_000.0, 290_000.0),
    ]
    frame = pd.DataFrame(rows, columns=["name", "postcode", "x", "y"])
    return frame.assign(kind="synthetic")


@pytest.fixture
def rich(app, richer):
    with showing(app, richer):
        yield app


@pytest.fixture
def context(app):
    with app.server.test_request_context("/"):
        yield app


def view(**asked):
    return maps.resolve(**asked)[0]


def shown(**asked):
    return parts.parts(view(**asked), order="highest")


def test_classes_round_a_value_are_at_the_same_distance_on_both_sides():
    scale = scale_for([20.0, 41.0, 47.0, 55.0, 83.0], measure="rate", centre=50.0)
    low, near_low, near_high, high = scale.breaks
    assert 50 - near_low == pytest.approx(near_high - 50)
    assert 50 - low == pytest.approx(high - 50)
    assert scale.colours == DIVERGING


@pytest.mark.parametrize("centre", [50.487, 62.3, 0.317])
def test_a_label_never_hides_digits_of_its_break(centre):
    values = [centre * k for k in (0.4, 0.8, 0.9, 0.97, 1.05, 1.2, 1.7)]
    scale = scale_for(values, measure="rate", centre=centre)
    assert scale.breaks[1] < centre < scale.breaks[2]
    for number, label in zip(scale.breaks, scale.labels[1:], strict=True):
        first = label.split(" ")[0]
        assert float(first) == pytest.approx(number)


@pytest.mark.usefixtures("context")
class TestAgainstTheForce:
    asked = {"g": "lsoa", "i": "crime_rate", "v": "force"}

    def test_what_cannot_be_told_from_the_force_has_no_colour(self):
        table = maps.table(view(**self.asked))
        alike = {row.symbol for row in table.rows if row.verdict in ("same", "unsure")}
        told = {row.symbol for row in table.rows if row.verdict in ("higher", "lower")}
        assert alike == {"g"}
        assert told <= set("01234")

    def test_a_clearly_higher_area_is_above_the_middle(self):
        table = maps.table(view(**self.asked))
        assert table.scale.breaks[1] < table.force.value < table.scale.breaks[2]
        for row in table.rows:
            if row.verdict == "higher":
                assert int(row.symbol) >= 2
            if row.verdict == "lower":
                assert int(row.symbol) <= 2

    def test_the_key_names_and_counts_them(self):
        table = maps.table(view(**self.asked))
        grey = sum(row.symbol == "g" for row in table.rows)
        made = shown(**self.asked)
        text = text_of(made["key"])
        assert f"Cannot be told from the Force, or hardly differs {grey}" in text
        assert made["unit"].endswith("set beside the Force")

    def test_the_five_kinds_of_nothing_stay_what_they_are(self):
        wards = maps.table(view(g="ward", i="feels_safe_home", v="force")).rows
        assert [row.symbol for row in wards[-3:]] == ["n", "i", "s"]
        assert wards[-4].symbol in "abcde"

    def test_it_is_offered_only_where_verdicts_are_about_the_force(self):
        assert "force" in looks.offered("ward", "crime_rate")
        assert "force" not in looks.offered("ward", "wmnow_change")
        found, notes = maps.resolve(g="ward", i="wmnow_change", v="force")
        assert found.look == ""
        assert "cannot be set beside the Force" in notes[0]


@pytest.mark.usefixtures("rich")
class TestChangeAndGap:
    def test_a_change_is_the_figure_that_says_it(self):
        made = shown(g="npu", i="wmnow_rate", v="change", a="N0001")
        heading = text_of(made["heading"])
        assert "Change in WMNow members per 1,000" in heading
        assert "compared with September 2021" in heading
        own = maps.table(view(g="npu", i="wmnow_rate_change"))
        assert made["hideout"]["symbols"] == "".join(row.symbol for row in own.rows)

    def test_the_address_keeps_what_was_asked_for(self):
        asked = view(g="npu", i="wmnow_rate", v="change")
        changed = parts.changes(asked, order="highest")
        assert changed["i_value"] == "wmnow_rate"
        assert "i=wmnow_rate" in changed["search"]
        assert "v=change" in changed["search"]

    def test_where_there_is_none_for_the_period_the_value_is_shown_and_it_is_said(self):
        made = shown(g="npu", i="wmnow_rate", p="2021-09", v="change")
        text = text_of(made["heading"])
        assert "hold no change up to September 2021" in text
        assert "The map shows the value instead." in text

    def test_a_gap_is_the_members_short(self):
        made = shown(g="npu", i="wmnow_rate", v="gap")
        assert "Members needed to reach the Force rate" in text_of(made["heading"])

    def test_a_layer_without_one_does_not_offer_it(self):
        assert "change" in looks.offered("npu", "wmnow_rate")
        assert "change" not in looks.offered("lsoa", "wmnow_rate")
        _, notes = maps.resolve(g="lsoa", i="wmnow_rate", v="gap")
        assert "no gap of this figure" in notes[0]

    def test_the_table_and_the_file_show_the_same_figure(self, rich):
        with rich.server.test_client() as client:
            search = "?g=npu&i=wmnow_rate&v=change"
            page = client.get(f"/table{search}").get_data(as_text=True)
            file = client.get(f"/view.csv{search}").get_data(as_text=True)
        assert "Change in WMNow members per 1,000" in page
        assert "wmnow_rate_change" in file
        assert ",wmnow_rate," not in file


@pytest.mark.usefixtures("rich")
class TestPostcodes:
    @pytest.mark.parametrize("text", ["B1 1AB", "b11ab", " B1  1ab "])
    def test_a_postcode_finds_its_area_however_it_is_written(self, text):
        code, said = layers.find("ward", text)
        assert code == "E05000001"
        assert said.startswith("B1 1AB is shown by the middle")
        assert "approximate" in said

    def test_the_last_of_the_table_is_found_too(self):
        assert layers.find("npu", "WV10 9QQ")[0] == "N0003"

    @pytest.mark.parametrize("text", ["A1 1AA", "B1 1AC", "ZZ9 9ZZ"])
    def test_one_that_is_not_there_is_told(self, text):
        code, said = layers.find("ward", text)
        assert code == ""
        assert "is not a live postcode of the force area" in said

    def test_one_that_lies_in_no_area_of_the_layer_is_told(self):
        assert layers.find("impact_area", "B1 1AB")[0] == "IA-1"
        code, said = layers.find("impact_area", "B1 1AA")
        assert (code, said) == ("", "B1 1AA lies in no impact area.")

    def test_a_guess_is_called_one(self):
        assert "a guess" in layers.find("ward", "B1 1AB")[1]
        assert "a guess" not in layers.find("ward", "B1 1AA")[1]

    def test_a_name_is_still_a_name(self):
        assert layers.find("ward", "Ward 7") == ("E05000006", "")


@pytest.mark.usefixtures("context")
def test_results_without_postcodes_say_so():
    code, said = layers.find("ward", "B1 1AA")
    assert code == ""
    assert "hold no postcodes" in said


@pytest.mark.usefixtures("rich")
class TestTheCard:
    def test_the_way_down_is_a_link_for_each_step(self):
        way = card.breadcrumb(view(g="lsoa", i="crime_rate", a="E01000001"))
        assert text_of(way).split() == ["Force", "Unit", "1", "mostly", "Ward", "2"]
        assert "g=npu" in as_json(way)
        assert "a=E05000001" in as_json(way)
        assert "i=crime_rate" in as_json(way)

    def test_without_parents_the_way_is_the_force(self):
        assert parents.way_to("ward", "E05000005") == []

    def test_it_leads_to_where_the_number_comes_from(self):
        made = as_json(shown(g="npu", i="wmnow_change", a="N0001")["card"])
        assert "/data?i=wmnow_change&g=npu&a=N0001&p=2022-03" in made
        assert "c=2021-09" in made


def rows_of(intervals):
    return {
        str(i): Row(str(i), f"Area {i}", value=low + 0.5, lower=low, upper=high)
        for i, (low, high) in enumerate(intervals)
    }


def ranked_table(intervals):
    found = {
        code: row.__class__(**_firm(row)) for code, row in rows_of(intervals).items()
    }
    order = {code: row.name for code, row in found.items()}
    return made_of(found, order=order, indicator=indicator("crime_rate"))


def _firm(row):
    return row._asdict() | {"status": "ok"}


def test_the_range_of_a_rank_holds_every_order_that_the_intervals_allow():
    intervals = [(1, 3), (2, 5), (4.5, 6), (7, 9), (8, 8.5)]
    table = ranked_table(intervals)
    # Brute force: every area at either end of its interval.
    possible = {row.code: set() for row in table.rows}
    for ends in itertools.product((0, 1), repeat=len(intervals)):
        at = [intervals[i][end] for i, end in enumerate(ends)]
        for i, row in enumerate(table.rows):
            possible[row.code].add(1 + sum(value > at[i] for value in at))
    for row in table.rows:
        first, last = table.rank_range(row)
        assert first <= min(possible[row.code])
        assert last >= max(possible[row.code])
    assert table.rank_range(table.rows[0]) == (4, 5)
    assert table.rank_range(table.rows[3]) == (1, 2)


def test_without_every_interval_there_is_no_range_of_ranks():
    table = ranked_table([(1, 3), (2, math.nan)])
    assert table.rank_range(table.rows[0]) is None


@pytest.mark.usefixtures("context")
def test_the_card_says_the_range_and_not_only_the_rank():
    text = text_of(shown(g="npu", i="crime_rate", a="N0001")["card"])
    assert "of 4, highest first" in text
    without = text_of(shown(g="npu", i="wmnow_rate", a="N0001")["card"])
    assert "no intervals say how firm that is" in without


def test_steps_keep_to_periods_of_the_same_length():
    known = ["2024-02", "2024-01", "2023-04/2024-03", "2022-04/2023-03", "2024-03"]
    assert steps("2024-01", known) == ["2024-01", "2024-02", "2024-03"]
    assert steps("2022-04/2023-03", known) == ["2022-04/2023-03", "2023-04/2024-03"]


def test_a_map_begins_with_a_period_that_has_figures(app, results_folder, tmp_path):
    folder = tmp_path / "results"
    shutil.copytree(results_folder, folder)
    values = results.read_values(results_folder)
    rates = values[values["indicator"] == "crime_rate"]
    rates = rates.astype(dict.fromkeys(("period", "status"), "str"))
    blank = dict.fromkeys(("value", "lower", "upper"), math.nan)
    later = rates.assign(period="2024-04/2025-03", status="incomplete", **blank)
    with results.ValueWriter(folder / "values.parquet") as writer:
        writer.append(values)
        writer.append(later)
    with showing(app, folder):
        assert view(g="ward", i="crime_rate").period == "2023-04/2024-03"
        asked = view(g="ward", i="crime_rate", p="2024-04/2025-03")
        assert asked.period == "2024-04/2025-03"


@pytest.mark.usefixtures("context")
class TestSteps:
    def test_a_step_back_and_on_and_beyond_either_end(self):
        late = view(g="npu", i="wmnow_rate", p="2022-03")
        early = controls.moved(late, None, by=-1)
        assert early.period == "2021-09"
        assert controls.moved(early, None, by=-1).period == "2021-09"
        assert controls.moved(early, 2, by=0).period == "2022-03"
        assert controls.moved(early, 99, by=0).period == "2022-03"
        assert controls.moved(late, None, by=0) == late

    def test_with_one_period_there_is_nothing_to_step_through(self):
        assert controls.stepper(view(g="npu", i="crime_rate"), fixed=False).hidden
        assert not controls.stepper(view(g="npu", i="wmnow_rate"), fixed=False).hidden


@pytest.mark.usefixtures("rich")
class TestOverlays:
    def test_every_layer_but_the_one_always_drawn_is_offered(self):
        assert layers.overlays() == ["npu", "impact_area", "ward", "lsoa", "venues"]

    def test_the_address_and_the_key_name_them(self):
        found = view(g="npu", i="wmnow_rate", o="venues,ward")
        assert found.overlays == ("ward", "venues")
        assert "o=ward%2Cvenues" in found.search()
        text = text_of(parts.parts(found, order="highest")["key"])
        assert "Wards" in text
        assert "Venues" in text

    def test_an_unknown_one_is_told(self):
        found, notes = maps.resolve(o="ward,../x")
        assert found.overlays == ("ward",)
        assert "'../x'" in notes[0]

    def test_outlines_come_by_address_and_venues_lie_where_they_are(self):
        from dash_app.components.map.leaflet import overlays

        ward, venues = overlays(["ward", "venues"])
        assert ward.url.startswith("/geo/ward/")
        assert ward.style["fill"] is False
        features = venues.data["features"]
        square = layers.outline_of("ward").feature("E05000000")["geometry"]
        assert shape(square).contains(shape(features[0]["geometry"]))
        assert features[0]["properties"]["name"] == HOSTILE

    def test_venues_are_in_words_too(self):
        about = shown(g="npu", i="wmnow_rate", o="venues")["about"]
        assert "The 2 venues as a list" in text_of(about)


def test_the_picture_of_a_view_is_a_png(client):
    answer = client.get("/view.png?g=npu&i=wmnow_rate&p=2022-03")
    assert answer.status_code == 200
    assert answer.data.startswith(b"\x89PNG")
    assert "wmnow_rate_npu.png" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("search", ["?i=nonsense", "?g=ward&i=wmnow_change&v=force"])
def test_a_picture_that_cannot_be_had_is_refused_in_words(client, search):
    answer = client.get(f"/view.png{search}")
    assert answer.status_code == 404
    assert "This file cannot be had" in answer.get_data(as_text=True)


def test_dash_sends_no_script_for_tables_that_nobody_uses(client):
    assert "dash_table/bundle" not in client.get("/").get_data(as_text=True)


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (
            ["clear: higher", "clear: lower", "likely: lower", "cannot tell"],
            "Of 4, 1 is clearly higher than the Force and 1 clearly lower; 1 is likely "
            "to differ, and 1 cannot be told from it or hardly differ.",
        ),
        (
            ["clear: higher", "clear: higher", "cannot tell"],
            "Of 3, 2 are clearly higher than the Force and 0 clearly lower; 1 cannot "
            "be told from it or hardly differ.",
        ),
        (
            ["cannot tell", "likely: higher"],
            "Of 2, none is clearly higher or lower than the Force; 1 is likely to "
            "differ, and 1 cannot be told from it or hardly differ.",
        ),
        (
            ["clear: lower", "clear: lower"],
            "Of 2, 0 are clearly higher than the Force and 2 clearly lower.",
        ),
    ],
)
def test_the_sentence_counts_who_differs_and_leaves_out_what_there_is_none_of(
    verdicts, said
):
    rows = {
        str(n): Row(str(n), f"Area {n}", value=n + 1.0, status="ok", verdict=verdict)
        for n, verdict in enumerate(verdicts)
    }
    names = {code: row.name for code, row in rows.items()}
    table = made_of(rows, order=names, indicator=indicator("crime_rate"))
    text = sentence.about_all(table, indicator("crime_rate"), geography("npu"))
    assert said in text


def test_a_figure_on_few_cases_is_not_called_higher_or_lower():
    own = indicator("crime_rate")
    row = Row("A", "Here", value=4.8, base=21, status="low base")
    force = Row("WMP", "Force", value=34.1, status="ok")
    found = made_of({"A": row}, order={"A": "Here"}, indicator=own, force=force)
    said = sentence.about_area(found.rows[0], found, own, "all")
    assert "; the Force is 34.1. It rests on few cases: read it with care." in said
    assert "higher" not in said
    assert "fewer" not in said
