# ruff: noqa: F401, F811 - fixtures are imported, and then named as arguments
import csv
import dataclasses
import gzip
import io
import itertools
import re
import shutil

import dash
import pytest

from dash_app.app import create_app
from dash_app.components.map import clusters, parts
from dash_app.queries import maps, patterns
from geosafety.errors import InputError
from geosafety.pipeline.patterns.jitter import FARTHEST, Moved
from geosafety.pipeline.patterns.monthly import ALPHA
from geosafety.publish import classes, words
from geosafety.spatial import stability, trends
from tests.dash_app.app_fixtures import app, client, context, results_folder
from tests.fixtures_results import as_json, text_of


def view(**asked):
    return maps.resolve(**{"g": "lsoa", "i": "crime_rate"} | asked)[0]


def shown(**asked):
    found = parts.parts(view(**asked), order="highest")
    return {name: text_of(part) for name, part in found.items() if name != "hideout"}


def found(**asked):
    return patterns.spots(view(**{"v": "clusters"} | asked))[0]


@pytest.mark.usefixtures("context")
class TestClusters:
    def test_the_sentence_comes_first_in_plain_words_with_counts(self):
        text = shown(v="clusters")["heading"]
        assert "3 of 64 LSOAs are hot: crime per resident there and next door" in text
        assert "is higher than chance would give. 2 of them are fragile." in text
        assert "2 are cold, 1 of them fragile." in text
        assert "1 of the 3 hot LSOAs lies inside an impact area; 2 do not." in text
        assert "1 had too few permutations to tell. 1 was not tested." in text

    def test_the_period_is_that_of_the_test_and_not_the_one_chosen(self):
        chosen = view(v="clusters")
        assert chosen.period == "2023-04/2024-03"
        text = shown(v="clusters")["heading"]
        assert "tested on January 2023 to December 2023" in text
        assert "Tested on January 2023 to December 2023 only" in text
        assert "April 2023" not in text
        assert parts.changes(chosen, order="highest")["fixed"] is True

    def test_where_no_impact_area_is_known_nothing_is_said_of_any(self):
        text = shown(v="clusters", g="ward")["heading"]
        assert "3 of 16 wards are hot" in text
        assert "impact area" not in text

    def test_every_label_is_drawn_and_counted_in_the_key(self):
        sent = parts.parts(view(v="clusters"), order="highest")["hideout"]
        assert sent["symbols"] == "0aa1btu" + "g" * 57
        key = shown(v="clusters")["key"]
        for text in (
            "Hot, stable 1",
            "Hot, fragile 2",
            "Cold, stable 1",
            "Cold, fragile 1",
        ):
            assert text in key
        for text in ("Not significant 57", "Too few permutations to tell 1"):
            assert text in key
        assert "Not tested: the card says why 1" in key

    def test_only_the_mapped_statistic_counts(self):
        assert len(found().labelled("hot")) == 3
        assert len(patterns.spot_rows(view(v="clusters"))) == 64

    def test_the_card_says_label_then_stability_then_the_statistic(self):
        card = shown(v="clusters", a="E01000001")["card"]
        order = ["Hot, fragile", "50% of runs", "Gi* z-score 5.25, q-value 0.012"]
        places = [card.index(text) for text in order]
        assert places == sorted(places)
        assert "Persistent: hot nearly always, without a trend." in card
        assert "Hot in 24 of 24 months up to December 2023." in card
        assert "chance alone could explain the difference" in card

    def test_the_card_names_the_impact_area_or_says_there_is_none(self):
        inside = shown(v="clusters", a="E01000000")["card"]
        assert "Impact area 1" in inside
        assert "Impact area None" in shown(v="clusters", a="E01000001")["card"]

    def test_an_untested_area_says_why_and_has_no_statistic(self):
        said = shown(v="clusters", a="E01000006")
        assert "Small 7: Not tested (nobody lives there)." in said["heading"]
        assert "Why nobody lives there" in said["card"]
        assert "z-score" not in said["card"]

    def test_an_area_that_does_not_stand_out_is_not_called_average(self):
        text = shown(v="clusters", a="E01000020")["heading"]
        assert "Small 21 does not stand out" in text

    def test_the_list_shows_hot_then_cold_without_places(self):
        text = shown(v="clusters")["ranking"]
        names = re.findall(r"Small \d+", text)
        assert names == ["Small 1", "Small 2", "Small 3", "Small 4", "Small 5"]
        assert text.index("Hot: 3") < text.index("Cold: 2")
        assert "Rank" not in text

    def test_what_it_means_is_said_and_what_it_does_not(self):
        about = shown(v="clusters")["about"]
        for text in ("What is this?", "Gi*", "false discovery rate", "Fragile means"):
            assert text in about
        assert "nor predict" in about or "neither is a forecast" in about
        assert "This says that there is a pattern." in about

    def test_what_the_words_claim_is_what_the_tests_do(self):
        text = text_of(
            clusters.definitions(found(), parts.settings.indicator("crime_rate"))
        )
        assert f"{ALPHA:.0%}" in text
        assert stability.STABLE == 4 / 5
        assert "four of five" in text
        assert trends.NEARLY_ALWAYS == 0.9

    @pytest.mark.parametrize(
        ("versions", "share", "said"),
        [
            (1, 1.0, f"put down anew within {FARTHEST:.0f} metres"),
            (1, 0.6, "Where there are points, crimes were also put down anew"),
            (0, 0.0, "may lie just across a border is not allowed for"),
        ],
    )
    def test_stable_says_whether_points_were_moved(self, versions, share, said):
        points = Moved(({},) * versions, share).words
        spots = dataclasses.replace(found(), points=points)
        text = text_of(
            clusters.definitions(spots, parts.settings.indicator("crime_rate"))
        )
        assert said in text

    def test_cold_spots_through_time_are_not_shown_as_hot_ones_or_as_a_change(self):
        card = shown(v="clusters", a="E01000001")["card"]
        assert "not shown" not in card
        assert "ntensifying" not in shown(v="emerging")["heading"]
        assert "ntensifying" not in card

    def test_its_kind_of_figures_is_its_own(self):
        assert "Synthetic figures" in shown(v="clusters")["heading"]
        assert "Synthetic figures" not in shown()["heading"]

    def test_a_name_with_markup_stays_text(self, client):
        text = client.get("/table?g=ward&i=crime_rate&v=clusters").get_data(
            as_text=True
        )
        assert "<img" not in text

    def test_no_geometry_is_sent(self):
        sent = as_json(parts.changes(view(v="clusters"), order="highest"))
        assert "coordinates" not in sent
        assert len(gzip.compress(sent.encode())) < 20_000


@pytest.mark.usefixtures("context")
class TestThroughTime:
    def test_the_sentence_counts_the_classes_and_names_the_month(self):
        text = shown(v="emerging")["heading"]
        assert "3 of 64 LSOAs were hot in December 2023" in text
        assert "1 new, 1 persistent, 1 sporadic." in text
        assert "followed over January 2022 to December 2023" in text

    def test_an_area_says_its_class_in_words(self):
        text = shown(v="emerging", a="E01000000")["heading"]
        assert "Small 1 is a new hot spot: hot in the last month, never before." in text
        assert "Hot in 1 of 24 months" in text
        none = shown(v="emerging", a="E01000020")["heading"]
        assert "Small 21 is no emerging hot spot" in none
        short = shown(v="emerging", a="E01000003")["heading"]
        assert "not tested by month: fewer than 10 months are covered." in short

    def test_classes_that_no_area_has_are_named(self):
        key = shown(v="emerging")["key"]
        assert "New: hot in the last month, never before 1" in key
        assert "diminishing, oscillating or historical." in key

    def test_it_is_drawn_by_class(self):
        sent = parts.parts(view(v="emerging"), order="highest")["hideout"]
        assert sent["symbols"] == "213u" + "g" * 60


@pytest.mark.usefixtures("context")
class TestNothingToShow:
    @pytest.mark.parametrize("geography", ["npu", "local_authority", "impact_area"])
    def test_a_refused_layer_says_why_and_keeps_the_value_map(self, geography):
        text = shown(v="clusters", g=geography)
        assert "are too few. The map shows the value instead." in text["heading"]
        assert "per 1,000 residents" in text["unit"]
        changed = parts.changes(view(v="clusters", g=geography), order="highest")
        assert changed["v_value"] == "clusters"
        assert changed["fixed"] is False

    def test_a_group_that_was_not_tested_says_which_was(self):
        text = shown(v="clusters", grp="category=Burglary")["heading"]
        assert "No such test was made of this group (category: Burglary)" in text
        assert "Tested here: All." in text

    def test_another_figure_cannot_be_coloured_so(self):
        chosen, notes = maps.resolve(i="wmnow_change", v="clusters")
        assert chosen.look == ""
        assert notes == ("This figure is not tested for clusters.",)
        assert parts.changes(chosen, order="highest")["no_looks"] is True

    def test_the_value_has_a_name_in_the_list_and_none_in_the_url(self):
        chosen, notes = maps.resolve(g="lsoa", i="crime_rate", v="value")
        assert notes == ()
        assert "v=" not in chosen.search()
        assert parts.changes(chosen, order="highest")["v_value"] == "value"

    def test_an_unknown_look_is_told(self):
        chosen, notes = maps.resolve(g="lsoa", i="crime_rate", v="<b>")
        assert chosen.look == ""
        assert "gap or clusters or emerging" in notes[0]


def test_results_without_the_tables_say_so(results_folder, tmp_path):
    folder = shutil.copytree(results_folder, tmp_path / "old")
    for name in ("clusters", "autocorrelation", "trends"):
        (folder / f"{name}.parquet").unlink()
    with create_app(folder).server.test_request_context("/"):
        text = shown(v="clusters")["heading"]
    assert "These results hold no test for clusters of these areas." in text


def table_of(client, search):
    text = client.get(f"/view.csv{search}").get_data().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_file_of_a_cluster_view_holds_the_tests_unrounded(client):
    rows = table_of(client, "?g=lsoa&i=crime_rate&v=clusters")
    assert len(rows) == 64
    hot, untested = rows[1], rows[6]
    assert hot["label"] == "hot"
    assert (hot["stability"], hot["stability_word"]) == ("0.5", "fragile")
    assert (hot["z_score"], hot["q_value"]) == ("5.25", "0.0123456789")
    assert hot["period"] == "2023-01/2023-12"
    assert (hot["emerging_class"], hot["emerging_hot_months"]) == ("persistent", "24")
    assert untested["reason"] == "nobody lives there"
    assert untested["z_score"] == ""
    assert "Synthetic" in hot["note"]
    value = table_of(client, "?g=npu&i=crime_rate&v=clusters")
    assert "lower" in value[0]


def test_the_file_of_clusters_has_a_name_of_its_own(client):
    answer = client.get("/view.csv?g=lsoa&i=crime_rate&v=clusters")
    assert "crime_rate_lsoa_clusters.csv" in answer.headers["Content-Disposition"]


def test_the_table_page_holds_label_stability_statistic_and_reason(client):
    text = client.get("/table?g=lsoa&i=crime_rate&v=clusters").get_data(as_text=True)
    assert "Every area: 64" in text
    for head in clusters.HEADS:
        assert f'<th scope="col">{head}</th>' in text
    assert "<td>fragile, 50% of runs</td><td>5.25</td><td>0.012</td>" in text
    assert "nobody lives there" in text
    refused = client.get("/table?g=npu&i=crime_rate&v=clusters").get_data(as_text=True)
    assert "Not tested: 4 are too few." in refused


def lightness(colour):
    parts_ = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return sum(w * v for w, v in zip((0.299, 0.587, 0.114), parts_, strict=True))


@pytest.mark.parametrize("colours", [classes.CLUSTER_COLOURS, classes.EMERGING_COLOURS])
def test_the_colours_stay_apart_in_greyscale(colours):
    grey = [lightness(c) for c in (*colours[:4], classes.PLAIN_GREY)]
    for one, other in itertools.combinations(grey, 2):
        assert abs(one - other) > 30


def test_every_class_through_time_has_words_and_a_look_of_its_own():
    named = {*trends.CLASSES, "not tested"}
    assert named == set(words.EMERGING_WORDS) == set(classes.EMERGING_SYMBOLS)
    assert len(set(classes.EMERGING_SYMBOLS.values())) == len(named)


def test_a_grey_means_the_same_on_the_map_and_in_the_key(client):
    script = client.get("/patterns.js").get_data(as_text=True)
    assert f'"g") {{ line.fillColor = "{classes.PLAIN_GREY}"' in script
