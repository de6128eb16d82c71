# ruff: noqa: F401, F811 - fixtures are imported, and then named as arguments
import re
import shutil

import dash
import numpy as np
import pandas as pd
import pytest

from dash_app.queries import hotspots
from tests.dash_app.app_fixtures import (
    app,
    context,
    demo_app,
    demo_context,
    results_folder,
    showing,
)
from tests.fixtures_results import as_json, text_of


def page(**asked):
    return dash.page_registry["dash_app.pages.hotspots"]["layout"](**asked)


def table(folder, name, **wanted):
    rows = pd.read_parquet(folder / f"{name}.parquet")
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    return rows


def changed(folder, to, **tables):
    """Copy results, with some tables replaced, or left out where None."""
    shutil.copytree(folder, to)
    for name, rows in tables.items():
        if rows is None:
            (to / f"{name}.parquet").unlink()
        else:
            rows.to_parquet(to / f"{name}.parquet")
    return to


@pytest.mark.usefixtures("context")
class TestSmall:
    def test_the_finding_comes_first_and_then_which_areas(self):
        text = text_of(page())
        assert "3 of 64 LSOAs are hot: crime per resident" in text
        assert text.index("3 of 64 LSOAs are hot") < text.index("Hot: 3")
        assert text.index("Hot: 3") < text.index("Cold: 2")

    def test_a_finding_says_how_firm_it_is_and_a_q_value_is_one_click_away(self):
        text = text_of(page())
        assert "fragile, 50% of runs" in text
        before, behind = text.split("The statistics behind these")
        assert "0.012" in behind
        assert "0.012" not in before

    def test_classes_through_time_are_counted_with_what_they_mean(self):
        asked = hotspots.resolve()
        late, _ = hotspots.spots(asked, "emerging")
        assert len(late.classed("new")) == 1
        assert "New 1 0 hot in the last month, never before" in text_of(page())
        assert hotspots.cold_classes(asked)["intensifying"] == 64

    def test_a_refused_layer_says_why_and_leads_to_the_tested_ones(self):
        made = page(g="npu")
        text = text_of(made)
        assert "Not tested: 4 are too few." in text
        assert "/hotspots?g=lsoa" in as_json(made)
        assert "Which areas" not in text

    def test_where_nothing_was_measured_it_says_so(self):
        text = text_of(page())
        assert "These results hold no measure of concentration here." in text
        assert "Do events repeat nearby" not in text

    def test_names_in_a_link_that_do_not_exist_are_told(self):
        text = text_of(page(g="nothing", grp="category=Nothing"))
        assert "no layer here called 'nothing'" in text
        assert "no group tested here called 'category=Nothing'" in text


def test_results_without_tests_say_what_to_add(app, results_folder, tmp_path):
    other = changed(results_folder, tmp_path / "results", autocorrelation=None)
    with showing(app, other):
        text = text_of(page())
    assert "These results hold no test for hot spots." in text
    assert "[[crime]] and [[population]]" in text


def test_results_that_tested_no_layer_say_so_too(app, results_folder, tmp_path):
    rows = pd.read_parquet(results_folder / "autocorrelation.parquet")
    force = rows[rows["geography"] == "force"]
    other = changed(results_folder, tmp_path / "results", autocorrelation=force)
    with showing(app, other):
        assert "These results hold no test for hot spots." in text_of(page())


def test_only_clear_changes_are_listed_by_the_least_they_can_be(
    app, results_folder, tmp_path
):
    rows = pd.read_parquet(results_folder / "trends.parquet")
    is_change = rows["trend"].str.startswith("change") & (rows["geography"] == "lsoa")
    at = rows.index[is_change][:4]
    rows.loc[at, "label"] = ["rise", "fall", "rise", "fall"]
    # The larger rise may be the smaller one, as far as its interval tells.
    rows.loc[at, "ratio"] = [9.0, 0.5, 2.0, 0.25]
    rows.loc[at, "lower"] = [1.1, 0.4, 1.6, 0.1]
    rows.loc[at, "upper"] = [40.0, 0.6, 2.5, 0.9]
    rows.loc[at, "words"] = ["A rise, wide.", "A fall, firm.", "A rise, firm.", "Wide."]
    rows.loc[at, "q_value"] = 0.01
    other = changed(results_folder, tmp_path / "results", trends=rows)
    with showing(app, other):
        text = text_of(page())
    assert "2 areas rose and 2 areas fell by more than chance would give" in text
    order = ["A rise, firm.", "A rise, wide.", "A fall, firm.", "Wide."]
    listed = text.split("What rose and what fell?")[1]
    found = [listed.index(words) for words in order]
    assert found == sorted(found)
    assert "9.00 times (1.10 to 40.00)" in text


@pytest.mark.usefixtures("demo_context")
class TestDemo:
    def test_every_hot_and_cold_area_is_listed_once_and_marked_once(self, demo_results):
        asked = hotspots.resolve()
        rows = table(
            demo_results,
            "clusters",
            geography="lsoa",
            group="all",
            statistic="gi_star",
        )
        wanted = rows[rows["label"].isin(["hot", "cold"])]
        made = page()
        links = re.findall(r"[?&]a=(E010\d+)[^\"]*", as_json(made))
        named = [code for code in links if code in set(wanted["area_code"])]
        assert set(named) == set(wanted["area_code"])
        found, _ = hotspots.spots(asked)
        drawn = hotspots.picture(asked, found, "words").svg
        outlines = 7 + 4  # boroughs, and the marks of the key
        paths = drawn.count("<path")
        assert paths >= len(wanted) + outlines
        assert drawn.count('stroke="#8b929c"') + len(wanted) + 4 == paths

    def test_concentration_and_held_out_figures_are_those_of_the_results(
        self, demo_results
    ):
        rows = table(demo_results, "concentration", geography="lsoa", group="all")
        found = hotspots.concentration(hotspots.resolve())
        curve = rows[rows["measure"] == "lorenz"]
        np.testing.assert_array_equal(
            np.array(found.curve),
            curve[["places_share", "value", "most_even"]].to_numpy(),
        )
        text = text_of(page())
        for words in rows.loc[rows["measure"] == "gini", "words"]:
            assert words in text
        held = rows[rows["measure"].str.startswith("held out")]
        five = held.loc[(held["area_share"] - 5).abs() < 0.5, "value"]
        low, high = f"{five.min():.0f}%", f"{five.max():.0f}%"
        assert f"held {low if low == high else f'{low} to {high}'} of the crime" in text

    def test_one_kind_of_crime_says_where_it_is_a_larger_part(self, demo_results):
        rows = table(
            demo_results,
            "concentration",
            measure="location quotient",
            group="category=Burglary",
        )
        clear = (rows["lower"] > 1).sum()
        text = text_of(page(grp="category=Burglary"))
        assert f"In {clear:,} of {len(rows):,} wards burglary is clearly" in text

    def test_why_nothing_is_known_of_near_repeats_is_said(self):
        assert "police.uk gives crimes by month only" in text_of(page())
