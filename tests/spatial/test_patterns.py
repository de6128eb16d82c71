import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geosafety.errors import MethodError
from geosafety.spatial.patterns import (
    knox,
    knox_grid,
    predictive_accuracy,
    s_index,
    s_index_both_ways,
)

# ---- S index -------------------------------------------------------------------------


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


# ---- Knox ----------------------------------------------------------------------------


def slow_knox(x, y, day, distances, days):
    """Every pair by itself."""
    table = np.zeros((len(distances) + 1, len(days)), dtype=int)
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            d = float(np.hypot(x[i] - x[j], y[i] - y[j]))
            t = abs(int(day[i]) - int(day[j]))
            if d > distances[-1] or t > days[-1]:
                continue
            row = (
                0 if d == 0 else 1 + next(k for k, e in enumerate(distances) if d <= e)
            )
            column = next(k for k, e in enumerate(days) if t <= e)
            table[row, column] += 1
    return table


def burglaries(n=150, seed=0):
    rng = np.random.default_rng(seed)
    # Snapped to 50 m, so that some share a place and some lie just on an edge.
    x, y = (np.round(rng.uniform(0, 1500, n) / 50) * 50 for _ in range(2))
    return x, y, rng.integers(0, 120, n)


def test_knox_agrees_with_every_pair_counted():
    x, y, day = burglaries()
    distances, days = (100, 200, 350), (3, 7, 14, 28)
    table = knox(x, y, day, distances=distances, days=days, permutations=9)
    slow = slow_knox(x, y, day, distances, days)
    assert table["pairs"].to_numpy().reshape(4, 4).tolist() == slow.tolist()


def test_knox_p_values_agree_with_slow_shuffles():
    x, y, day = burglaries(60, 3)
    distances, days = (200, 400), (7, 14)
    table = knox(x, y, day, distances=distances, days=days, permutations=1999)
    rng = np.random.default_rng(99)
    slow = np.array(
        [slow_knox(x, y, rng.permutation(day), distances, days) for _ in range(300)]
    )
    pairs = slow_knox(x, y, day, distances, days)
    p = (slow >= pairs).mean(axis=0).ravel()
    bound = 4 * np.sqrt(0.25 / 300)
    assert np.abs(table["p_value"].to_numpy() - p).max() < bound
    expected = table["expected"].to_numpy()
    assert expected == pytest.approx(slow.mean(axis=0).ravel(), rel=0.15, abs=0.2)


def test_rows_are_distances_and_columns_are_days_and_never_swapped():
    # One pair: 150 m and 10 days apart.
    x, y, day = np.array([0.0, 150, 9e4]), np.zeros(3), np.array([0, 10, 500])
    table = knox(x, y, day, distances=(100, 200), days=(7, 14, 21), permutations=9)
    hit = table[table["pairs"] == 1]
    assert len(hit) == 1
    row = hit.iloc[0]
    assert (row["distance_over"], row["distance_to"]) == (100, 200)
    assert (row["days_from"], row["days_to"]) == (8, 14)
    grid = knox_grid(table, "pairs")
    assert grid.shape == (3, 3)
    assert list(grid.columns) == ["0 to 7 days", "8 to 14 days", "15 to 21 days"]
    assert list(grid.index) == ["same place", "over 0 to 100 m", "over 100 to 200 m"]
    assert grid.loc["over 100 to 200 m", "8 to 14 days"] == 1
    assert grid.to_numpy().sum() == 1


def test_ends_of_bands_are_included():
    x = np.array([0.0, 100.0])
    table = knox(
        x, x * 0, np.array([0, 7]), distances=(100, 200), days=(7, 14), permutations=1
    )
    assert table.loc[
        table["pairs"] == 1, ["distance_to", "days_to"]
    ].to_numpy().tolist() == [[100, 7]]


def test_a_planted_near_repeat_is_found_and_noise_is_not():
    x, y, day = burglaries(400, 5)
    noise = knox(x, y, day, permutations=199)
    assert (noise["p_value"] < 0.01).sum() <= 1
    again = np.random.default_rng(1).integers(0, 400, 60)
    x2, y2 = np.append(x, x[again]), np.append(y, y[again] + 40)
    day2 = np.append(day, day[again] + 3)
    planted = knox(x2, y2, day2, permutations=199)
    near = planted[(planted["distance_to"] == 100) & (planted["days_to"] == 7)].iloc[0]
    assert near["p_value"] == 1 / 200
    assert near["ratio"] > 1.15
    assert "more than chance gives" in near["words"]


def test_knox_is_the_same_for_the_same_seed():
    x, y, day = burglaries()
    a, b = (knox(x, y, day, permutations=49, seed=7) for _ in range(2))
    pd.testing.assert_frame_equal(a, b)


def test_stamps_are_taken_by_their_day():
    x, y, day = burglaries()
    stamps = pd.Timestamp("2017-09-01 23:50") + pd.to_timedelta(day, unit="D")
    by_number = knox(x, y, day, permutations=9)
    for form in (stamps, stamps.astype("str"), stamps.to_numpy()):
        pd.testing.assert_frame_equal(
            knox(x, y, np.asarray(form), permutations=9), by_number
        )


@pytest.mark.parametrize(
    "day",
    [
        np.array(["2017-09", "2017-10", "2017-11"]),
        np.array(["2017-09-01", "2017-10-01", "2017-11-01"]),
        pd.to_datetime(["2017-09-15", "2017-10-15", "2017-11-15"]).to_numpy(),
    ],
)
def test_months_are_no_days(day):
    with pytest.raises(MethodError, match="only their month"):
        knox(np.zeros(3), np.zeros(3), day)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"x": np.array([0.0, np.nan])}, "no coordinates"),
        ({"x": np.zeros(3)}, "3, 2 and 2 values"),
        ({"day": np.array([1.0, np.nan])}, "1 events have no day"),
        ({"day": np.array(["2017-09-03", "soon"])}, "1 events have no day"),
        ({"distances": (0, 100)}, "do not rise"),
        ({"distances": ()}, "do not rise"),
        ({"days": (14, 7)}, "do not rise"),
        ({"permutations": 0}, "0 permutations"),
    ],
)
def test_what_knox_cannot_test_is_refused(change, said):
    given = {"x": np.zeros(2), "y": np.zeros(2), "day": np.array([1, 2]), **change}
    with pytest.raises(MethodError, match=said):
        knox(given.pop("x"), given.pop("y"), given.pop("day"), **given)


def test_too_many_pairs_are_refused_before_they_are_made(monkeypatch):
    from geosafety.spatial import patterns

    monkeypatch.setattr(patterns, "MAX_PAIRS", 1000)
    with pytest.raises(MethodError, match="1,225 pairs"):
        knox(np.zeros(50), np.zeros(50), np.arange(50))


# ---- predictive accuracy -------------------------------------------------------------

AREA = pd.Series({"A": 10.0, "B": 10.0, "C": 30.0, "D": 50.0})
PAST = pd.Series({"A": 60, "B": 25, "C": 10, "D": 5})
NEXT = pd.Series({"A": 40, "B": 10, "C": 30, "D": 20})


def test_accuracy_by_hand():
    row = predictive_accuracy(PAST, NEXT, AREA, shares=[10]).iloc[0]
    assert row["areas"] == 1
    assert row["area_share"] == 10
    assert row["hits"] == 40
    assert row["hit_rate"] == 40
    assert row["pai"] == pytest.approx(4.0)
    assert row["pei"] == 1.0  # nowhere held more
    assert row["rri"] == pytest.approx(40 / 60)
    assert "10.0% of the area, held 40% of the crime" in row["words"]


def test_the_best_possible_takes_a_part_of_an_area():
    row = predictive_accuracy(["D"], NEXT, AREA).iloc[0]
    # Half the area: A, then B or C (1 each), 50 in all: 40 + 10 + 30.
    assert row["pei"] == pytest.approx(20 / 80)
    assert row["pai"] == pytest.approx(0.4)
    assert np.isnan(row["rri"])
    small = predictive_accuracy(["B"], NEXT, AREA.replace(30.0, 5.0)).iloc[0]
    # C's 30 on 5, then half of A's 40 on 10... whichever is denser first.
    assert small["pei"] == pytest.approx(10 / (30 + 20))


def test_every_month_held_out_has_its_row():
    months = pd.DataFrame({"2017-10": NEXT, "2017-11": 0, "2017-12": PAST})
    table = predictive_accuracy(PAST, months, AREA, shares=[10, 20])
    assert table["period"].tolist() == ["2017-10", "2017-11", "2017-12"] * 2
    empty = table[table["period"] == "2017-11"]
    assert empty[["hit_rate", "pai", "pei", "rri"]].isna().all(axis=None)
    assert "no crime in 2017-11" in empty["words"].iloc[0]
    assert table["rri"].iloc[2] == 1.0


def test_hotspots_at_random_have_an_index_of_about_1():
    rng = np.random.default_rng(1)
    codes = [f"E{i}" for i in range(2000)]
    past, later = (pd.Series(rng.poisson(5, 2000), index=codes) for _ in range(2))
    size = pd.Series(rng.uniform(1, 3, 2000), index=codes)
    # Crime that goes by area alone: no map can do better than chance.
    later = pd.Series(rng.poisson(4 * size), index=codes)
    table = predictive_accuracy(past, later, size)
    assert table["pai"].to_numpy() == pytest.approx(1, abs=0.2)
    assert (table["area_share"] <= [1, 5, 10, 20]).all()


def test_a_share_smaller_than_the_densest_area_has_no_rates():
    table = predictive_accuracy(PAST, NEXT, AREA, shares=[5, 10])
    assert table["areas"].tolist() == [0, 1]
    assert table.loc[0, ["hit_rate", "pai", "pei", "rri"]].isna().all()
    assert "larger than this share" in table["words"][0]


def test_ties_do_not_go_by_the_order_of_rows():
    past = PAST * 0 + AREA  # one density everywhere
    a = predictive_accuracy(past, NEXT, AREA, shares=[20])
    b = predictive_accuracy(past[::-1], NEXT[::-1], AREA[::-1], shares=[20])
    pd.testing.assert_frame_equal(a, b)


@pytest.mark.parametrize(
    ("past", "later", "area", "said"),
    [
        (PAST.drop("A"), NEXT, AREA, "past does not"),
        (PAST, NEXT.drop("A"), AREA, "same areas"),
        (PAST, NEXT.astype(float).where(NEXT > 10), AREA, "missing or below"),
        (PAST, NEXT, AREA * 0, "'A' has no size"),
        (["A", "Q"], NEXT, AREA, "1 of the hotspots"),
        (PAST, NEXT, AREA, "more than 1% of the area"),
    ],
)
def test_what_cannot_be_judged_is_refused(past, later, area, said):
    with pytest.raises(MethodError, match=said):
        predictive_accuracy(past, later, area, shares=[1])


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
