"""Areas beside each other: the same figures, tests and words as elsewhere."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control

from geosafety.measures.comparison import Rate, Share, compare
from geosafety.pipeline.profile.among import pairs_among, read_beside
from geosafety.pipeline.survey.answers import compare_values
from geosafety.settings import datasets, indicators
from tests.fixtures_results import write_fixture_results

CODES = ("CV", "DY", "SW")


@pytest.fixture(scope="module")
def beside(demo_results):
    return read_beside(demo_results, "npu", CODES)


@pytest.fixture(scope="module")
def pairs(beside):
    return pairs_among(beside)


def test_every_measure_is_of_one_period_and_has_the_force_beside_it(beside):
    for _, rows in beside.groupby("indicator"):
        assert rows["period"].nunique() == 1
        assert set(rows["area_code"]) == {*CODES, "E23000014"}


def test_shares_are_those_after_weighting(beside, demo_results):
    found = pd.read_parquet(demo_results / "estimates.parquet")
    found = found[(found["by"] == "") & (found["indicator"] == "feels_safe_home")]
    found = found[found["geography"] == "npu"].set_index("area_code")
    rows = beside[beside["indicator"] == "feels_safe_home"].set_index("area_code")
    for code in CODES:
        assert rows.loc[code, "value"] == found.loc[code, "weighted"]
        assert rows.loc[code, "value"] != found.loc[code, "value"]
        assert rows.loc[code, "base"] == found.loc[code, "base"]
        assert rows.loc[code, "verdict"].startswith(found.loc[code, "verdict"])


def test_a_share_s_verdict_is_that_of_the_weighted_share(demo_results):
    found = pd.read_parquet(demo_results / "estimates.parquet")
    found = found[(found["by"] == "") & (found["indicator"] == "feels_safe_home")]
    found = found[(found["geography"] == "ward") & found["weighted"].notna()]
    by_ward = found.set_index("area_code")
    values = read_beside(demo_results, "ward", tuple(by_ward.index))
    rows = values[values["indicator"] == "feels_safe_home"]
    rows = rows[rows["weighted"] & (rows["geography"] == "ward")]
    assert len(rows) > 100
    for row in rows.to_dict("records"):
        there = by_ward.loc[row["area_code"]]
        verdict, _, side = row["verdict"].partition(": ")
        assert verdict == there["verdict"]
        if verdict in ("clear", "likely"):
            assert side == ("higher" if there["difference"] > 0 else "lower")


@pytest.mark.parametrize("name", ["crime_rate", "wmnow_rate", "feels_safe_home"])
def test_a_pair_by_itself_is_what_the_command_line_says(demo_results, name):
    values = read_beside(demo_results, "npu", CODES[:2])
    alone = pairs_among(values[values["indicator"] == name])
    said = compare_values(
        demo_results,
        name,
        geography="npu",
        first="CV",
        second="DY",
        periods=(values.loc[values["indicator"] == name, "period"].iloc[0],) * 2,
    )
    # The command line names the period of each side as well.
    numbers = alone["words"].iloc[0].partition("(95 % interval ")[2].partition(")")[0]
    assert f"(95 % interval {numbers})" in said
    assert alone["words"].iloc[0].split(":")[0] in said


def test_all_pairs_of_a_page_are_read_together(beside, pairs):
    assert len(pairs) == 3 * pairs["indicator"].nunique()
    alone = np.array([_alone(beside, row).p for _, row in pairs.iterrows()])
    known = np.isfinite(alone)
    expected = false_discovery_control(alone[known])
    assert pairs["p"].to_numpy()[known] == pytest.approx(expected, abs=1e-12)


def _alone(beside, row):
    rows = beside[beside["indicator"] == row["indicator"]].set_index("area_code")
    known = indicators()[row["indicator"]]
    dataset = datasets()[known.dataset]
    sides = []
    for which in ("first", "second"):
        side = rows.loc[row[which]]
        shared = {"status": side["status"], "name": side["area_name"]}
        sides.append(
            Share(
                value=side["value"],
                effective_n=side["effective_n"],
                responses=side["base"],
                **shared,
            )
            if known.measure == "share"
            else Rate(
                count=side["numerator"], base=side["base"], per=known.per, **shared
            )
        )
    minimum = dataset.minimum_effect if known.measure == "share" else 10
    return compare(*sides, minimum_effect=minimum)


def test_overlap_is_of_the_two_intervals(beside, pairs):
    ends = beside.set_index(["indicator", "area_code"])[["lower", "upper"]]
    for _, row in pairs.iterrows():
        one, other = (ends.loc[(row["indicator"], row[w])] for w in ("first", "second"))
        shared = one["lower"] <= other["upper"] and other["lower"] <= one["upper"]
        assert bool(row["overlap"]) == bool(shared)


def test_what_is_hidden_stays_hidden(demo_results):
    values = read_beside(demo_results, "ward", _wards(demo_results))
    hidden = values[values["status"] == "suppressed"]
    assert len(hidden)
    assert (
        hidden[["value", "lower", "upper", "numerator", "effective_n"]]
        .isna()
        .all(axis=None)
    )
    said = pairs_among(values)
    pairs = said[said["verdict"] == "suppressed"]
    assert len(pairs)
    assert pairs[["difference", "lower", "upper", "p"]].isna().all(axis=None)
    assert not pairs["overlap"].any()
    assert pairs["words"].str.startswith("Suppressed").all()


def _wards(folder):
    """Name a ward whose answers are hidden, and one whose are not."""
    values = pd.read_parquet(
        folder / "values.parquet",
        filters=[("geography", "==", "ward"), ("indicator", "==", "feels_safe_home")],
    )
    values = values[values["group"] == "all"]
    shown = values.loc[values["status"] == "ok", "area_code"].iloc[0]
    hidden = values.loc[values["status"] == "suppressed", "area_code"].iloc[0]
    return (str(shown), str(hidden))


def test_changes_stand_beside_each_other_untested(beside, pairs):
    assert "crime_change_pct" in set(beside["indicator"])
    assert set(pairs["indicator"]).isdisjoint({"crime_change_pct", "wmnow_change_pct"})


def test_results_without_a_survey_of_people_still_compare(tmp_path):
    folder = write_fixture_results(tmp_path / "results")
    values = read_beside(folder, "npu", ("N0000", "N0001"))
    assert {"crime_rate", "wmnow_rate"} <= set(values["indicator"])
    assert not values["weighted"].any()
    assert len(pairs_among(values)) == 3
    nothing = read_beside(folder, "npu", ())
    assert pairs_among(nothing).empty
