"""Synthetic street files have the layout and the faults of the real ones."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from scipy.spatial import KDTree

from geosafety.demo.crime import ASB, HEADER, write_crimes
from tests.demo.conftest import CRIMES
from tests.demo.stub import stub_places

CATEGORIES = {
    "Anti-social behaviour",
    "Bicycle theft",
    "Burglary",
    "Criminal damage and arson",
    "Drugs",
    "Other crime",
    "Other theft",
    "Possession of weapons",
    "Public order",
    "Robbery",
    "Shoplifting",
    "Theft from the person",
    "Vehicle crime",
    "Violence and sexual offences",
}


def paths(folder):
    return sorted(folder.glob("crime/*/*-street.csv"))


@pytest.fixture(scope="module")
def lines(demo):
    return [
        row
        for path in paths(demo)
        for row in list(csv.reader(io.StringIO(path.read_text("utf-8"))))[1:]
    ]


@pytest.fixture(scope="module")
def crimes(lines):
    rows = [row for row in lines if len(row) == 12 and not row[1].endswith("-13")]
    return pd.DataFrame(rows, columns=HEADER.strip().split(","))


def test_layout(demo, lines, crimes):
    names = [path.relative_to(demo / "crime").as_posix() for path in paths(demo)]
    assert len(names) == 36
    assert names[0] == "2022-04/2022-04-west-midlands-street.csv"
    assert names[-1] == "2025-03/2025-03-west-midlands-street.csv"
    assert all(path.read_text("utf-8").startswith(HEADER) for path in paths(demo))
    assert not any('"' in path.read_text("utf-8") for path in paths(demo))
    assert len(crimes) == CRIMES
    assert len(lines) == CRIMES + 2
    assert set(crimes["Crime type"]) == CATEGORIES
    assert set(crimes["Reported by"]) == {"West Midlands Police"}
    assert set(crimes["Context"]) == {""}


def test_each_file_holds_its_own_month(demo):
    for path in paths(demo):
        months = pd.read_csv(path, usecols=["Month"])["Month"]
        assert set(months) - {"2023-13"} == {path.parent.name}


def test_two_bad_rows_and_no_more(lines):
    assert sum(row[1] == "2023-13" for row in lines) == 1
    assert sum(len(row) < 12 for row in lines) == 1


def test_no_location_means_no_coordinates_and_no_code(crimes):
    nowhere = crimes["Location"] == "No Location"
    assert 0.045 < nowhere.mean() < 0.055
    for column in ("Longitude", "Latitude", "LSOA code", "LSOA name"):
        assert ((crimes[column] == "") == nowhere).all()
    assert crimes.loc[~nowhere, "Location"].str.contains("Illustrative Street").all()


def test_ids_are_blank_exactly_for_anti_social_behaviour_and_some_repeat(crimes):
    asb = crimes["Crime type"] == ASB
    assert ((crimes["Crime ID"] == "") == asb).all()
    assert ((crimes["Last outcome category"] == "") == asb).all()
    ids = crimes.loc[~asb, "Crime ID"]
    assert ids.str.fullmatch("[0-9a-f]{64}").all()
    assert 0.01 < ids.duplicated().mean() < 0.02


def test_identical_rows_are_all_anti_social_behaviour(crimes):
    twins = crimes.duplicated(keep=False)
    assert twins.mean() > 0.02
    # A repeated id may, rarely, meet its own place and outcome again; real ids do too.
    assert (crimes.loc[twins, "Crime type"] == ASB).mean() > 0.99


def test_identical_rows_are_common_even_where_anchors_are_many(tmp_path):
    write_crimes(tmp_path / "crime", stub_places(150, 40), crimes=20_000, seed=0)
    months = [pd.read_csv(path, dtype=str) for path in paths(tmp_path)]
    assert (
        pd.concat(months)
        .dropna(how="any", subset="Location")
        .duplicated(keep=False)
        .mean()
        > 0.01
    )


def test_points_are_snapped(crimes):
    places = crimes.loc[crimes["Longitude"] != "", ["Longitude", "Latitude"]]
    assert places["Longitude"].str.fullmatch(r"-?\d+\.\d{6}").all()
    assert len(places.drop_duplicates()) < 0.05 * len(places)


def far_away(crimes):
    return crimes["LSOA name"].str.startswith(("County Durham", "Wandsworth"))


def test_a_handful_far_away(crimes):
    assert 1 <= far_away(crimes).sum() <= 20


def test_two_per_cent_disagree_with_their_point(crimes):
    """The code of a row is the code of its postcode, but for one row in fifty."""
    known = stub_places().postcodes
    local = crimes[(crimes["Longitude"] != "") & ~far_away(crimes)]
    tree = KDTree(known[["easting", "northing"]].to_numpy())
    gap, nearest = tree.query(metres(local))
    assert gap.max() < 1
    disagree = known["lsoa"].to_numpy()[nearest] != local["LSOA code"].to_numpy()
    assert 0.012 < disagree.mean() < 0.025


def metres(frame):
    from pyproj import Transformer

    grid = Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
    points = frame[["Longitude", "Latitude"]].astype(float)
    return np.column_stack(grid.transform(points["Longitude"], points["Latitude"]))


def test_intensity_follows_synthetic_need(crimes):
    lsoas = stub_places().lsoas.set_index("area_code")
    wanted = lsoas["synthetic_need"] * lsoas["postcodes"]
    found = crimes["LSOA code"].value_counts().reindex(lsoas.index, fill_value=0)
    expected = found.sum() * wanted / wanted.sum()
    assert np.corrcoef(found, expected)[0, 1] > 0.95


def test_seasons_and_a_mild_fall(crimes):
    by_month = crimes.groupby("Month").size()
    assert by_month["2022-07"] > 1.1 * by_month["2023-01"]
    years = [by_month.iloc[start : start + 12].sum() for start in (0, 12, 24)]
    assert years[0] > years[1] > years[2] > 0.9 * years[0]


@pytest.mark.parametrize("crimes_wanted", [0, 1, 500])
def test_any_size(tmp_path, crimes_wanted):
    write_crimes(tmp_path / "crime", stub_places(), crimes=crimes_wanted, seed=1)
    written = sum(len(path.read_text().splitlines()) - 1 for path in paths(tmp_path))
    assert written == crimes_wanted + 2
