"""Proposals over real open data, and deprivation by area against the published file."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from geosafety import results
from geosafety.errors import InputError
from geosafety.pipeline.impact.proposals import NOW, PROPOSED, Wanted, write_proposal
from geosafety.settings import CRS


def quiet(_sentence):
    """Take the place of progress messages."""


@pytest.fixture(scope="module")
def proposed(real_results, tmp_path_factory):
    out = tmp_path_factory.mktemp("proposed")
    overlay = out / "mine.geojson"
    shape = box(404_000, 284_000, 410_000, 290_000)
    gpd.GeoDataFrame(geometry=[shape], crs=CRS).to_file(overlay)
    wanted = Wanted(overlay=overlay, runs=2)
    notes = write_proposal(real_results, out / "p", wanted, seed=1, progress=quiet)
    return out / "p", notes


def test_nineteen_areas_hold_some_three_times_the_crime_of_as_many_residents(proposed):
    table = pd.read_csv(proposed[0] / "compared.csv")
    share = table.set_index(["layer", "amount"])["share"]
    assert share[PROPOSED, "population"] == pytest.approx(6.4, abs=0.05)
    assert 21 < share[PROPOSED, "recorded crimes"] < 22
    assert share[PROPOSED, "population"] <= share[NOW, "population"]
    assert 5 < share[NOW, "recorded crimes"] < 6
    assert {"mine.geojson", "19 densest wards (by square kilometre)"} < set(
        table["layer"]
    )


def test_shares_and_files_agree_with_the_published_counts(proposed, real_folder):
    """Added up here from the published counts of the twelve months."""
    listed = pd.read_csv(proposed[0] / "small_areas.csv")
    mine = listed[listed["number"] > 0]
    file = real_folder / "crime" / "wm_lsoa21_counts_2023-06_2025-03.parquet"
    counts = pd.read_parquet(file)
    when = counts["year"].astype(int) * 12 + counts["month"].astype(str).str[
        -2:
    ].astype(int)
    year = counts[(when >= 2023 * 12 + 9) & (when <= 2024 * 12 + 8)]
    inside = year["lsoa_code"].isin(mine["area_code"])
    table = pd.read_csv(proposed[0] / "compared.csv").set_index(["layer", "amount"])
    row = table.loc[(PROPOSED, "recorded crimes")]
    assert row["inside"] == year.loc[inside, "crime_count"].sum()
    assert row["whole"] == year["crime_count"].sum()
    layer = gpd.read_file(proposed[0] / "proposed.gpkg")
    assert layer["small_areas"].sum() == len(mine) == row["small_areas"]
    assert layer["recorded crimes"].sum() == row["inside"]
    assert len(layer) == 19


def test_whole_small_areas_of_one_unit_each_drawn_in_one_piece(proposed, real_results):
    listed = pd.read_csv(proposed[0] / "small_areas.csv")
    mine = listed[listed["number"] > 0]
    assert mine.groupby("number")["npu"].nunique().eq(1).all()
    assert mine["area_code"].is_unique
    layer = gpd.read_file(proposed[0] / "proposed.gpkg").to_crs(CRS)
    small = results.read_geometry(real_results, "lsoa").loc[mine["area_code"]]
    assert layer.area.sum() == pytest.approx(small.area.sum(), rel=1e-6)
    # Generalised borders leave gaps of metres; a piece further off would stay apart.
    assert (layer.buffer(6).geom_type == "Polygon").all()


def test_the_notes_say_the_shares_the_bound_and_whose_layer_it_is(proposed):
    text = " ".join(proposed[1])
    assert "of recorded crimes and 6.4 % of residents" in text
    assert "connected or not" in text
    assert "illustrative" in text
    assert "not a decision" in text
    page = (proposed[0] / "proposed.html").read_text("utf-8")
    assert 'src="http' not in page


def test_what_cannot_be_proposed_says_why(real_results, tmp_path):
    cases = [
        (Wanted(need="harm"), "no harm"),
        (Wanted(categories=("Burglery",)), "'Burglery'"),
        (Wanted(period="2024-09"), "no complete crime for 2024-09"),
        (Wanted(need="nowhere.csv"), "no need table"),
    ]
    for wanted, told in cases:
        with pytest.raises(InputError, match=told):
            write_proposal(real_results, tmp_path, wanted, seed=1, progress=quiet)


def test_a_table_of_needs_of_ones_own_is_used(real_results, tmp_path):
    codes = results.read_geometry(real_results, "lsoa").index[:200]
    need = tmp_path / "need.csv"
    pd.DataFrame({"area_code": codes, "need": 1.0}).to_csv(need, index=False)
    wanted = Wanted(n=2, need=str(need), share=1.0, runs=1)
    notes = write_proposal(real_results, tmp_path / "p", wanted, seed=1, progress=quiet)
    assert any("as given in need.csv" in note for note in notes)
    listed = pd.read_csv(tmp_path / "p" / "small_areas.csv")
    assert listed.loc[listed["number"] > 0, "area_code"].isin(codes).mean() > 0.9


def test_deprivation_by_borough_is_the_mean_rank_of_its_residents(
    real_results, real_folder
):
    """By hand from the files of 2011: a split area keeps its rank, so nothing moves."""
    ranks = pd.read_csv(real_folder / "imd" / "imd2019_lsoa11_wm.csv", index_col=0)
    file = "mye2020_lsoa11_single_year_age_wm.csv"
    ages = pd.read_csv(real_folder / "census" / file)
    people = ages.set_index("lsoa11_code")["total_population"].reindex(ranks.index)
    walk = pd.read_csv(real_folder / "lookups" / "lsoa11_lsoa21_lad22_wm.csv")
    borough = walk.drop_duplicates("lsoa11_code").set_index("lsoa11_code")[
        "ltla22_code"
    ]
    borough = borough.reindex(ranks.index)
    mean = (ranks["IMD_rank"] * people).groupby(borough).sum()
    mean /= people.groupby(borough).sum()
    most = 100 * people[ranks["IMD_decile"] == 1].groupby(borough).sum()
    most /= people.groupby(borough).sum()
    for name, wanted in (("deprivation_rank", mean), ("deprivation_most", most)):
        values = results.read_values(
            real_results, geography=["local_authority"], indicator=[name]
        )
        found = values.set_index(values["area_code"].astype("str"))["value"]
        assert set(values["status"]) == {"ok"}
        assert np.allclose(found.reindex(wanted.index), wanted, rtol=2e-3)
