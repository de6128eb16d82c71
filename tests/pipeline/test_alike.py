"""Areas alike in the results: against scipy and the gap sheet, and who has none."""

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from scipy.spatial.distance import cdist

from geosafety import results
from geosafety.cli import main
from geosafety.geography.atlas import Atlas, Layer
from geosafety.pipeline.alike import (
    NOBODY,
    TOO_FEW,
    WHY_NOT,
    WITH_RANK,
    WITHOUT_RANK,
    alike_table,
    write_alike,
)
from geosafety.pipeline.gap.parts import people
from geosafety.pipeline.gap.sheet import Wish, make_sheet
from geosafety.settings import VALUE_COLUMNS

LAYERS = ("npu", "local_authority", "impact_area", "ward")


def crimes(count, base, **columns):
    """Make the crime rates of areas A00, A01, ..."""
    codes = [f"A{i:02d}" for i in range(len(count))]
    table = pd.DataFrame(
        {"numerator": np.asarray(count, float), "base": np.asarray(base, float)}, codes
    )
    table["value"] = 1000 * table["numerator"] / table["base"].where(table["base"] > 0)
    given = {"area_name": [f"Area {code}" for code in codes], "status": "ok"}
    given |= {"period": "2024-01/2024-12", "vintage": "2020", "kind": "observed"}
    return table.assign(**{**given, **columns})


def ranks(values, kind="published"):
    codes = [f"A{i:02d}" for i in range(len(values))]
    table = pd.DataFrame({"value": values, "kind": kind}, codes)
    return table.assign(kind=table["kind"].where(table["value"].notna()))


def expected(people, count, rank):
    """Every distance, by scipy: log residents, rank, log rate, each standardised."""
    inputs = [np.log(people), np.log((count + 0.5) / people)]
    inputs += [] if rank is None else [rank]
    table = np.column_stack(inputs)
    table = table[:, table.std(axis=0) > 0]
    far = cdist(table, table, "seuclidean", V=table.var(axis=0, ddof=1))
    np.fill_diagonal(far, np.inf)
    return far


def check(table, codes, far):
    """Compare a table with every distance: who, in which order, how far, how alike."""
    for i, code in enumerate(codes):
        rows = table[table["area_code"] == code]
        order = np.argsort(far[i], kind="stable")[: min(5, len(codes) - 1)]
        assert rows["other_code"].tolist() == [codes[j] for j in order]
        assert rows["place"].tolist() == list(range(1, len(order) + 1))
        assert rows["distance"].to_numpy() == pytest.approx(far[i][order])
        near = ["yes" if far[i][j] <= 1 else "no" for j in order]
        assert rows["like"].tolist() == near


@pytest.mark.parametrize("ranked", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_the_nearest_are_those_of_every_distance_that_scipy_finds(seed, ranked):
    random = np.random.default_rng(seed)
    base, count = random.integers(500, 9_000, 40), random.poisson(60, 40)
    rank = random.uniform(1, 30_000, 40) if ranked else np.full(40, np.nan)
    table = alike_table(crimes(count, base), ranks(rank), "ward")
    codes = [f"A{i:02d}" for i in range(40)]
    check(table, codes, expected(base, count, rank if ranked else None))
    assert set(table["compared_by"]) == {WITH_RANK if ranked else WITHOUT_RANK}
    assert table["deprivation_rank"].notna().all() == ranked


def test_the_figures_are_those_of_both_areas_without_the_half_crime():
    crime = crimes([0, 20, 30, 40], [1000, 1100, 1200, 1300])
    table = alike_table(crime, ranks([1.0, 2, 3, 4]), "ward")
    for row in table.to_dict("records"):
        own, other = crime.loc[row["area_code"]], crime.loc[row["other_code"]]
        assert (row["people"], row["crime_rate"]) == (own["base"], own["value"])
        assert row["other_people"] == other["base"]
        assert row["other_crime_rate"] == other["value"]
        assert row["other_name"] == other["area_name"]
    assert (table.loc[table["area_code"] == "A00", "crime_rate"] == 0).all()


def test_a_rank_that_is_not_known_of_all_is_compared_for_none():
    crime = crimes([50] * 4, [900, 1000, 1100, 4000])
    table = alike_table(crime, ranks([1.0, 30_000, 1, np.nan]), "ward")
    first = table[table["area_code"] == "A00"]
    assert first["other_code"].tolist() == ["A01", "A02", "A03"]
    assert table["deprivation_rank"].isna().all()
    assert set(table["compared_by"]) == {WITHOUT_RANK}


def test_the_kind_is_the_weakest_of_what_was_compared_and_of_nothing_else():
    crime, known = crimes([5, 6, 7], [100, 200, 300]), [1.0, 2, 3]
    made = alike_table(crime, ranks(known, "synthetic"), "ward")
    assert set(made["kind"]) == {"synthetic"}
    made = alike_table(crime, ranks([1.0, 2, np.nan], "synthetic"), "ward")
    assert set(made["kind"]) == {"observed"}


def test_hidden_incomplete_lacking_and_empty_areas_each_say_so_and_have_no_number():
    statuses = ["ok", "ok", "low base", "suppressed", "incomplete", "not available"]
    crime = crimes(
        [5, 6, 7, 8, 9, 10, 0], [100, 200, 25, 400, 500, 600, 0],
        status=[*statuses, "ok"],
    )  # fmt: skip
    rank = ranks([1.0, 2, 3, np.nan, 5, 6, 7])  # of those compared, all are known
    table = alike_table(crime, rank, "ward").set_index("area_code")
    left = table.loc[["A03", "A04", "A05", "A06"]]
    assert left["reason"].tolist() == [*WHY_NOT.values(), NOBODY]
    assert left["status"].tolist() == [*statuses[3:], "ok"]
    words = ["other_code", "other_name", "like", "compared_by"]
    assert (left[words] == "").all(axis=None)
    numbers = ["place", "distance", "people", "crime_rate", "other_crime_rate"]
    assert left[numbers].isna().all(axis=None)
    compared = table.drop(index=left.index)
    assert set(compared["other_code"]) == {"A00", "A01", "A02"}
    assert (compared["reason"] == "").all()
    low = compared["other_code"].eq("A02") | (compared.index == "A02")
    assert (compared["status"] == np.where(low, "low base", "ok")).all()


def test_of_two_areas_neither_is_more_alike_than_another():
    table = alike_table(crimes([5, 6], [100, 200]), ranks([1.0, 2]), "ward")
    assert table["reason"].tolist() == [TOO_FEW, TOO_FEW]
    assert table["place"].isna().all()


def test_without_recorded_crime_every_area_says_so(grid, tmp_path):
    with results.ValueWriter(tmp_path / "values.parquet") as writer:
        writer.append(pd.DataFrame(columns=list(VALUE_COLUMNS)))
    layer = Layer(name="lsoa", areas=grid, vintage="")
    write_alike(tmp_path, Atlas(layers={"lsoa": layer}, postcodes=pd.DataFrame()))
    table = pd.read_parquet(tmp_path / "alike.parquet")
    assert table["area_code"].tolist() == list(grid.index)
    assert set(table["reason"]) == {WHY_NOT["not available"]}


# ---- the demonstration --------------------------------------------------------------


@pytest.fixture(scope="module")
def table(demo_results):
    return results.read_table(demo_results, "alike")


def test_every_area_below_the_force_stands_in_it(demo_results, table):
    areas = results.read_areas(demo_results)
    areas = areas[areas["geography"] != "force"]
    keys = ["geography", "area_code", "area_name"]
    found = table[keys].drop_duplicates()
    assert set(map(tuple, found.to_numpy())) == set(map(tuple, areas[keys].to_numpy()))
    for _, rows in table.groupby(["geography", "area_code"]):
        if rows["reason"].iloc[0]:
            assert len(rows) == 1
        else:
            assert rows["place"].tolist() == list(range(1, len(rows) + 1))
            assert rows["distance"].is_monotonic_increasing
            assert not (rows["other_code"] == rows["area_code"]).any()


@pytest.mark.parametrize("geography", LAYERS)
def test_they_are_the_areas_that_the_gap_sheet_finds_alike(
    demo_results, table, geography
):
    sheet = make_sheet(demo_results, Wish(geography=geography))
    rows = sheet.table[sheet.table["crime_status"].isin(["ok", "low base"])]
    codes = rows["area_code"].tolist()
    rank = people(demo_results, geography, "deprivation_rank")["value"].reindex(codes)
    far = expected(
        rows["crime_base"].to_numpy(),
        rows["crime_count"].to_numpy(),
        None if rank.isna().any() else rank.to_numpy(),
    )
    mine = table[table["geography"] == geography]
    check(mine, codes, far)
    period = next(f.period for f in sheet.parts if f.part.name == "crime")
    assert set(mine["period"]) == {period}
    rates = rows.set_index("area_code")["crime_value"].reindex(mine["area_code"])
    assert mine["crime_rate"].tolist() == pytest.approx(rates.tolist())


def test_real_small_areas_all_have_five_and_rest_on_deprivation(real_results):
    table = results.read_table(real_results, "alike", geography="lsoa")
    assert table.groupby("area_code").size().value_counts().to_dict() == {5: 1719}
    assert set(table["compared_by"]) == {WITH_RANK}
    assert set(table["kind"]) <= {"observed", "published", "estimated"}


def test_it_is_exported_like_any_other_table(demo_results, tmp_path):
    out = tmp_path / "alike.csv"
    command = ["export", "--results", demo_results, "--table", "alike", "--out", out]
    command += ["--geography", "npu", "--describe"]
    done = CliRunner().invoke(main, [str(part) for part in command])
    assert done.exit_code == 0, done.output
    assert len(pd.read_csv(out)) == 8 * 5
    said = out.with_name("alike.csv-metadata.json").read_text("utf-8")
    assert "The areas most like each area" in said
