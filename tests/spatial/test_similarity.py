import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geosafety.errors import MethodError
from geosafety.spatial.similarity import s_index, s_index_both_ways


def events(counts):
    return np.repeat(np.arange(len(counts)), counts)


def slow_s(base, test, runs, seed, *, replace=True):
    """Andresen's test as its paper tells it, one event at a time."""
    rng = np.random.default_rng(seed)
    happened = events(test)
    size = round(0.85 * len(happened))
    shares = []
    for _ in range(runs):
        drawn = rng.choice(happened, size=size, replace=replace)
        counts = [0] * len(test)
        for area in drawn:
            counts[area] += 1
        shares.append([c / size for c in counts])
    alike = []
    for area, n in enumerate(base):
        ranked = sorted(run[area] for run in shares)
        trimmed = ranked[int(0.025 * runs) : runs - int(0.025 * runs)]
        alike.append(trimmed[0] <= n / sum(base) <= trimmed[-1])
    return np.mean(alike), np.array(alike)


def two_patterns(seed=0, areas=40, apart=0.0):
    rng = np.random.default_rng(seed)
    risk = rng.dirichlet(np.full(areas, 0.7))
    other = (1 - apart) * risk + apart * rng.permutation(risk)
    codes = [f"E{i:02}" for i in range(areas)]
    return (
        pd.Series(rng.multinomial(900, risk), index=codes),
        pd.Series(rng.multinomial(400, other), index=codes),
    )


@pytest.mark.parametrize("replace", [True, False])
def test_s_agrees_with_a_plain_loop_over_events(replace):
    base, test = two_patterns(1, apart=0.3)
    ours = s_index(base, test, seed=3, replace=replace)
    slow, alike = slow_s(base.tolist(), test.tolist(), 999, 8, replace=replace)
    # Two sets of draws can differ in areas that lie just on a limit.
    assert ours.s == pytest.approx(slow, abs=2 / 40)
    same = ours.local["verdict"].isin(["similar", "no events"]).to_numpy() == alike
    assert same.sum() >= 38


def test_one_pattern_twice_is_as_alike_as_chance_would_have_it():
    far = [s_index(*two_patterns(seed), runs=199).standardised for seed in range(30)]
    assert abs(np.mean(far)) < 0.6
    assert np.mean(np.array(far) < -2) < 0.15


def test_two_patterns_apart_are_told_apart():
    base, test = two_patterns(2, apart=0.8)
    found = s_index(base, test)
    assert found.standardised < -4
    assert found.p_value <= 0.01
    assert "differ by more than chance" in found.words


def test_a_pattern_against_itself_is_similar_everywhere():
    base, _ = two_patterns(4)
    found = s_index(base, base)
    assert found.s == 1.0
    assert "no more different than chance" in found.words


def test_subsamples_call_more_areas_different_than_a_bootstrap():
    base, test = two_patterns(5, apart=0.2)
    assert s_index(base, test, replace=False).s < s_index(base, test).s


def test_areas_without_events_count_in_s_and_not_in_the_robust_s():
    base, test = two_patterns(6, apart=0.7)
    empty = pd.Series(0, index=[f"Z{i}" for i in range(60)])
    plain = s_index(base, test)
    padded = s_index(pd.concat([base, empty]), pd.concat([test, empty]))
    assert padded.s > plain.s
    assert padded.s_robust == pytest.approx(plain.s_robust, abs=0.06)
    assert padded.areas == 100
    assert padded.areas_used == plain.areas_used
    assert (padded.local["verdict"].tail(60) == "no events").all()


def test_a_planted_excess_is_found_where_it_is():
    base, test = two_patterns(7)
    test = test.copy()
    test["E05"] += 150
    local = s_index(base, test).local
    assert local["verdict"]["E05"] == "more in test"
    assert local["lower"]["E05"] > local["base_share"]["E05"]


def test_the_same_seed_gives_the_same_answer_and_the_order_of_rows_does_not_matter():
    base, test = two_patterns(8, apart=0.2)
    a, b = s_index(base, test, seed=1), s_index(base, test[::-1], seed=1)
    assert (a.s, a.p_value, a.standardised) == (b.s, b.p_value, b.standardised)
    pd.testing.assert_frame_equal(a.local, b.local)


def test_both_ways_say_which_is_the_base():
    base, test = two_patterns(9, apart=0.3)
    both = s_index_both_ways(base, test, names=("crime", "searches"))
    assert both[["base", "test"]].to_numpy().tolist() == [
        ["crime", "searches"],
        ["searches", "crime"],
    ]
    assert both["s"][0] == s_index(base, test).s
    assert both["s"][1] == s_index(test, base).s
    assert both["words"][0].startswith("Searches and crime take a similar share")
    assert both["base_events"].tolist() == [900, 400]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda b, t: (b, t.iloc[1:]), "same areas"),
        (lambda b, t: (b, t.astype(float).where(t > 5)), "whole numbers"),
        (lambda b, t: (b / 2.5, t), "whole numbers"),
        (lambda b, t: (b * 0, t), "no events of the base"),
        (lambda b, t: (b, t * 0), "no events of the test"),
    ],
)
def test_patterns_that_cannot_be_compared_are_refused(change, said):
    base, test = change(*two_patterns(10))
    with pytest.raises(MethodError, match=said):
        s_index(base, test)


def test_few_runs_are_refused():
    with pytest.raises(MethodError, match="10 runs"):
        s_index(*two_patterns(10), runs=10)


# ---- real points: does stop and search follow crime? ---------------------------------


def read_real(real_folder):
    """Crimes and searches of September to November 2017 within a mile of the centre."""
    crime = pd.read_csv(real_folder / "crime" / "birmingham_centre_2017_api_pull.csv")
    crime = crime[crime["month"].between("2017-09", "2017-11")]
    files = sorted((real_folder / "crime").glob("*west-midlands-stop-and-search.csv"))
    stops = pd.concat([pd.read_csv(f, low_memory=False) for f in files])
    stops = stops[stops["Date"] != "Date"]
    local = pd.to_datetime(stops["Date"], utc=True).dt.tz_convert("Europe/London")
    stops = stops.assign(day=local.dt.strftime("%Y-%m-%d"))
    stops = stops[stops["day"].str[:7].between("2017-09", "2017-11")]
    lon, lat = (stops[c].astype(float) for c in ("Longitude", "Latitude"))
    stops = stops.assign(longitude=lon, latitude=lat).dropna(subset=["longitude"])
    return tuple(
        gpd.GeoDataFrame(
            f, geometry=gpd.points_from_xy(f["longitude"], f["latitude"]), crs=4326
        ).to_crs("EPSG:27700")
        for f in (crime, stops)
    )


def counted(points, areas):
    joined = points[["geometry"]].sjoin(areas[["geometry"]], predicate="intersects")
    codes = joined["area_code"].groupby(joined.index).min()
    return codes.value_counts().reindex(areas.index, fill_value=0)


def test_real_searches_do_not_lie_as_crime_does(real_folder):
    crime, stops = (f.reset_index(drop=True) for f in read_real(real_folder))
    areas = gpd.read_file(real_folder / "boundaries" / "ons_lsoa11.geojson")
    areas = areas.to_crs("EPSG:27700").set_index("LSOA11CD")[["geometry"]]
    areas.index.name = "area_code"
    # The pull is a circle of a mile: only what lies in it is covered by both.
    west, south, east, north = crime.total_bounds
    circle = shapely.Point((west + east) / 2, (south + north) / 2).buffer(1609)
    stops = stops[stops.within(circle)]
    crime = crime[crime.within(circle)]
    share = areas.intersection(circle).area / areas.area
    areas = areas[share > 0.5]
    both = s_index_both_ways(
        counted(crime, areas), counted(stops, areas), names=("crime", "searches")
    )
    assert both["areas"].tolist() == [25, 25]
    assert (both["base_events"] > 100).all()
    assert (both["standardised"] < -2).all()
