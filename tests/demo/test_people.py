"""Published totals are typed in right, and the synthetic split sums to them."""

import tomllib
from pathlib import Path

import pandas as pd

from geosafety.demo import people
from tests.demo.stub import stub_places

PUBLISHED = Path(__file__).parents[2] / "geosafety" / "catalog" / "published"
ONS_MID_2020 = {
    "Birmingham": 1140525,
    "Coventry": 379387,
    "Dudley": 322363,
    "Sandwell": 329042,
    "Solihull": 217487,
    "Walsall": 286716,
    "Wolverhampton": 264407,
}


def figure_2():
    rows = tomllib.loads((PUBLISHED / "wmnow_2022.toml").read_text("utf-8"))["figures"]
    return pd.DataFrame(rows)


def test_figure_2_has_nine_rows_of_nine_numbers():
    table = figure_2()
    assert len(table) == 81
    assert (table.groupby("area_code").size() == 9).all()


def test_figure_2_is_consistent_with_itself():
    table = figure_2().set_index(["indicator", "period", "area_code"])["value"]
    table = table.sort_index()
    force = "E23000014"
    for period in ("2021-03", "2022-03"):
        members = table["wmnow_members", period]
        assert members.drop(force).sum() == members[force]
        share = (100 * members / members[force]).round(1)
        assert (share == table["wmnow_share", period]).all()
        adults = table["population_16plus", "mid-2020"]
        assert ((1000 * members / adults).round(1) == table["wmnow_rate", period]).all()
    before, after = table["wmnow_members", "2021-03"], table["wmnow_members", "2022-03"]
    assert (after - before == table["wmnow_change", "2022-03"]).all()
    percent = (100 * (after - before) / before).round(1)
    assert (percent == table["wmnow_change_pct", "2022-03"]).all()


def test_published_members_and_adults(demo):
    table = figure_2().set_index(["indicator", "period", "area_code"])["value"]
    table = table.sort_index()
    file = pd.read_csv(demo / "wmnow" / "wmnow_npu_published.csv")
    assert list(file) == ["npu", "date", "members", "population_16plus"]
    for (date, npu), row in file.set_index(["date", "npu"]).iterrows():
        assert row["members"] == table["wmnow_members", date, npu]
        assert row["population_16plus"] == table["population_16plus", "mid-2020", npu]
    adults = pd.read_csv(demo / "population" / "population_npu_published.csv")
    assert adults["population_16plus"].sum() == 2_310_560


def test_small_areas_sum_to_the_published_members(demo):
    npu = stub_places().lsoas.set_index("area_code")["npu"]
    file = pd.read_csv(demo / "wmnow" / "wmnow_lsoa_synthetic.csv")
    sums = file.groupby(["date", file["lsoa11cd"].map(npu)])["members"].sum()
    published = people.wmnow_npu().set_index(["date", "npu"])["members"]
    pd.testing.assert_series_equal(
        sums.sort_index(), published.sort_index(), check_names=False
    )


def test_small_areas_sum_to_both_published_populations(demo):
    lsoas = stub_places().lsoas.set_index("area_code")
    file = pd.read_csv(demo / "population" / "population_lsoa_synthetic.csv")
    file = file.set_index("lsoa11cd")
    everyone = file["population"].groupby(lsoas["local_authority"]).sum()
    assert everyone.to_dict() == ONS_MID_2020
    adults = file["population_16plus"].groupby(lsoas["npu"]).sum()
    assert adults.to_dict() == people.WMNOW["population_16plus"].to_dict()
    assert (file["population_16plus"] <= file["population"]).all()
    borough = pd.read_csv(demo / "population" / "population_borough_published.csv")
    assert dict(borough.itertuples(index=False)) == ONS_MID_2020


def test_a_lopsided_split_still_leaves_no_area_with_more_adults_than_people():
    places = stub_places()
    east = (places.lsoas["npu"] == "BE").to_numpy()
    lsoas = places.lsoas.assign(postcodes=places.lsoas["postcodes"].where(~east, 4000))
    table = people.population_lsoa(
        type(places)(
            lsoas=lsoas, postcodes=places.postcodes, impact_areas=places.impact_areas
        )
    )
    assert (table["population_16plus"] <= table["population"]).all()


def test_venues(demo):
    file = pd.read_csv(demo / "venues" / "venues_synthetic.csv")
    assert list(file) == [
        "name", "kind", "postcode", "easting", "northing", "capacity", "accessible",
    ]  # fmt: skip
    assert len(file) == 60
    assert file["name"].str.match(r"Illustrative venue \d+$").all()
    assert file["postcode"].is_unique


def test_no_postcode_has_two_venues():
    places = stub_places(1, 10)
    assert people.venues(places, number=70)["postcode"].is_unique
