"""The scorecard over the demonstration and over real open data."""

import math
import re
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from geosafety import results
from geosafety.measures.intervals import poisson_interval
from geosafety.pipeline.impact.catalog import scorecard
from geosafety.pipeline.impact.score import write_scorecard
from geosafety.publish.accessible import read_faults

ROOT = Path(__file__).parents[2]
# Words that say why. `effect` alone is the word of `minimum_effect`.
CAUSAL = re.compile(
    r"because of|caus(e|es|ed|ing)\b|impact of|effects? (of|on)|led to|leads? to|"
    r"result(s|ed)? (of|in|from)|due to|thanks to|driven by|attribut|worked\b|"
    r"success|owing to|contribut",
    re.IGNORECASE,
)
MONTHS = ["2023-11", "2023-12", "2024-01", "2024-02"]
LATER = ["2024-11", "2024-12", "2025-01", "2025-02"]


@pytest.fixture(scope="module")
def demo(demo_results, tmp_path_factory):
    out = tmp_path_factory.mktemp("scored")
    notes = write_scorecard(demo_results, out, comparators=4, progress=lambda _: None)
    return pd.read_csv(out / "scorecard.csv", dtype={"reason": "str"}), notes, out


@pytest.fixture(scope="module")
def real(real_results, tmp_path_factory):
    out = tmp_path_factory.mktemp("scored")
    notes = write_scorecard(real_results, out, comparators=4, progress=lambda _: None)
    return pd.read_csv(out / "scorecard.csv"), notes, out


def one(table, name):
    return table[table["measure"] == name].set_index("area_code")


def test_eleven_areas_are_below_200_responses_as_the_report_of_june_2022_prints(demo):
    """Its paragraph 88: "11 impact areas have <200 responses"."""
    met = one(demo[0], "responses")["met"]
    assert met.value_counts().to_dict() == {"no": 11, "yes": 8}


def test_every_area_has_every_measure_and_what_lacks_a_number_says_why(demo, real):
    for table, _, _ in (demo, real):
        areas = table[table["area_code"] != "all"]
        assert len(areas) == 19 * len(scorecard()[0])
        missing = table["value"].isna()
        assert table.loc[missing, "reason"].notna().all()
        assert not table.loc[missing, "status"].isin(["ok", "low base"]).any()
        # One reason for no change, one for no comparators, one for no baseline.
        for number, reason in (
            ("change", "change_reason"),
            ("baseline_value", "baseline_reason"),
        ):
            lacks = areas[number].isna()
            assert areas.loc[lacks, reason].notna().all()
        alone = areas["comparator_mean"].isna() & areas["comparator_change"].isna()
        assert (
            areas.loc[alone & missing[areas.index], "comparator_reason"].notna().all()
        )


@pytest.mark.parametrize("which", ["demo", "real"])
def test_the_workbook_reads_measure_by_measure_and_explains_itself(which, request):
    table, _, out = request.getfixturevalue(which)
    path = out / "scorecard.xlsx"
    assert read_faults(path) == []
    book = openpyxl.load_workbook(path)
    front, last = ["Cover", "Contents", "Notes"], ["Data dictionary", "Methods"]
    measures = len(table[["measure", "label"]].drop_duplicates())
    assert book.sheetnames[:3] == front
    assert book.sheetnames[3 + measures] == "Scorecard"
    assert book.sheetnames[4 + measures : 6 + measures] == last
    (values,) = book["Scorecard"].tables.values()
    assert len(list(book["Scorecard"][values.ref])) == len(table) + 1
    words = [cell.value for cell in book["Data dictionary"]["D"]]
    assert "No description yet" not in words


def test_nothing_says_why_anything_changed(demo, real):
    """The outputs, the catalogue, and the words in the code that writes them."""
    texts = [(ROOT / "geosafety" / "catalog" / "scorecard.toml").read_text("utf-8")]
    for _, _, out in (demo, real):
        texts += [
            (out / name).read_text("utf-8") for name in ("scorecard.csv", "notes.txt")
        ]
    for path in (ROOT / "geosafety").rglob("scorecard_notes.py"):
        texts.append(path.read_text("utf-8"))
    for text in texts:
        found = CAUSAL.search(text)
        assert found is None, found


def test_the_search_for_causal_words_finds_them():
    for text in ("fell because of it", "Impact of patrols", "this led to less crime"):
        assert CAUSAL.search(text)


def test_proxies_are_labelled(demo):
    proxies = demo[0].groupby("measure")["proxy"].first()
    assert "homes" in proxies["burglary"]
    assert proxies[["robbery", "vehicle_crime", "neighbourhood_crime"]].notna().all()


def test_crime_is_compared_with_the_same_months_of_the_year_before(real, real_results):
    """Added up here from the months, which are those complete in both years."""
    table = one(real[0], "burglary")
    assert set(table["period"]) == {"2024-11/2025-02"}
    assert set(table["earlier"]) == {"2023-11/2024-02"}
    values = results.read_values(
        real_results,
        geography=["impact_area"],
        indicator=["crime_count"],
        group=["category=Burglary"],
    )
    months = values.pivot_table(
        index="area_code", columns="period", values="value", observed=True
    )
    now, before = months[LATER].sum(axis=1), months[MONTHS].sum(axis=1)
    table = table.sort_index()
    assert table["numerator"].tolist() == now.sort_index().tolist()
    change = 100 * (now / before - 1).sort_index()
    assert table["change"].tolist() == pytest.approx(change.tolist())
    lower, _ = poisson_interval(table["numerator"])
    assert (1000 * lower / table["base"]).tolist() == pytest.approx(
        table["lower"].tolist()
    )


def test_the_baseline_of_2019_20_is_not_available_and_not_guessed(real):
    table = one(real[0], "neighbourhood_crime")
    assert table["baseline_value"].isna().all()
    assert set(table["baseline"]) == {"2019-04/2020-03"}
    assert table["baseline_reason"].str.contains("hold 2023-06 to 2025-03").all()


def test_stops_per_crime_need_a_period_that_both_have(real):
    table = one(real[0], "stops_per_crime")
    assert set(table["status"]) == {"not available"}
    assert table["reason"].str.contains("2017-09 to 2018-09").all()


def test_comparators_are_shown_with_their_profiles_and_lie_outside(real, real_results):
    listed = pd.read_csv(real[2] / "comparators.csv")
    groups = listed[listed["used_for"] == "groups"]
    assert groups.groupby("area_code").size().eq(4).all()
    assert groups["distance"].max() < 1
    own = listed[listed["number"] == 0].set_index("area_code")
    ratio = groups["people"] / own["people"].reindex(groups["area_code"]).to_numpy()
    assert ratio.between(0.8, 1.25).all()
    # None touches an impact area.
    small = results.read_geometry(real_results, "lsoa")
    areas = results.read_geometry(real_results, "impact_area")
    codes = {code for text in groups["codes"] for code in text.split()}
    points = small.loc[sorted(codes)].representative_point()
    assert not points.intersects(areas.union_all()).any()
    assert set(listed["matched_on"]) == {"2023-09/2023-10"}


def test_the_level_is_set_beside_the_comparators_own_sum(real, real_results):
    table = one(real[0], "all_crime")
    listed = pd.read_csv(real[2] / "comparators.csv")
    mine = listed[(listed["used_for"] == "groups") & (listed["area_code"] == "IA-BE-1")]
    values = results.read_values(
        real_results,
        geography=["lsoa"],
        indicator=["crime_count"],
        group=["all"],
        period=LATER,
    )
    crimes = values.groupby("area_code", observed=True)["value"].sum()
    rates = [
        1000 * crimes[text.split()].sum() / people
        for text, people in zip(mine["codes"], mine["people"], strict=True)
    ]
    row = table.loc["IA-BE-1"]
    assert row["comparator_mean"] == pytest.approx(np.mean(rates))
    assert row["difference"] == pytest.approx(row["value"] - np.mean(rates))


def test_the_notes_warn_of_regression_to_the_mean_and_measure_it(demo, real):
    for _, notes, _ in (demo, real):
        text = " ".join(notes)
        assert "regression to the mean" in text
        assert "How much chance alone may do" in text
    assert any("Synthetic" in note for note in demo[1])
    assert any("Deprivation was not compared" in note for note in demo[1])


def test_growth_inside_less_outside_has_an_interval(demo):
    row = demo[0].set_index("area_code").loc["all"]
    assert row["difference"] == pytest.approx(row["value"] - row["comparator_mean"])
    assert row["difference_lower"] < row["difference"] < row["difference_upper"]
    assert math.isnan(row["lower"])  # members are a full count
