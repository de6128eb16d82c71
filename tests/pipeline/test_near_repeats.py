"""Near repeats and concentration of harm, from inputs in memory to their tables."""

import numpy as np
import pandas as pd
import pytest

from geosafety.measures.harm import Weights
from geosafety.pipeline.inputs import Placed
from geosafety.pipeline.patterns import near_repeats as module
from geosafety.pipeline.patterns.concentration import concentration_tables
from geosafety.pipeline.patterns.monthly import Events
from geosafety.pipeline.patterns.near_repeats import near_repeat_tables, near_repeats
from geosafety.settings import datasets
from geosafety.spatial.near_repeat import knox
from geosafety.tidy import Observations, no_rejects

STOPS = datasets()["stop_search"]


def placed(rows, points, dataset="stop_search"):
    """Put rows at points; a point in the east (x of 9,000 and over) is outside."""
    places = pd.DataFrame(points, columns=["x", "y"], dtype=float)
    inside = places["x"].isna() | (places["x"] < 9000)
    home = pd.DataFrame({"place": places.index, "share": 1.0})
    home["area_code"] = pd.Series("E23000014", index=home.index).where(inside)
    data = Observations(
        dataset=dataset,
        name=dataset,
        kind="observed",
        source="a test",
        places=places,
        rows=rows,
        rejects=no_rejects(),
        files=(),
    )
    return Placed(data, places, {"force": home})


def stops(n=400, seed=0, **columns):
    rng = np.random.default_rng(seed)
    points = np.round(rng.uniform(0, 2000, (60, 2)) / 50) * 50
    points = np.unique(points, axis=0)
    minute = rng.integers(0, 200 * 24 * 60, n)
    when = pd.Timestamp("2024-01-01") + pd.to_timedelta(minute, unit="min")
    rows = pd.DataFrame({"place": rng.integers(0, len(points), n), "rows": 1, "n": 1.0})
    rows["when"] = when.strftime("%Y-%m-%d %H:%M")
    rows["period"] = when.strftime("%Y-%m")
    return rows.assign(group="type=Person search", **columns), points


@pytest.fixture(autouse=True)
def few_shuffles(monkeypatch):
    monkeypatch.setattr(module, "PERMUTATIONS", 49)


def test_the_table_is_knox_of_the_occasions():
    rows, points = stops()
    table = near_repeats(STOPS, [placed(rows, points)], seed=2)
    xy = points[rows["place"]]
    alone = knox(*xy.T, rows["when"].str[:10].to_numpy(), permutations=49, seed=2)
    shown = table["status"] == "ok"
    assert shown.any()
    assert table["pairs"][shown].tolist() == alone["pairs"][shown].tolist()
    assert set(table["events"]) == {400}
    assert set(table["period"]) == {"2024-01/2024-07"}
    assert set(table["geography"]) == {"force"}


def test_people_searched_together_are_one_occasion():
    rows, points = stops()
    again = rows.assign(group="type=Vehicle search")
    once = near_repeats(STOPS, [placed(rows, points)], seed=0)
    twice = near_repeats(STOPS, [placed(pd.concat([rows, again]), points)], seed=0)
    pd.testing.assert_frame_equal(once, twice)


def test_fewer_than_ten_pairs_are_hidden_with_all_that_tells_them():
    rows, points = stops(150)
    table = near_repeats(STOPS, [placed(rows, points)], seed=0)
    hidden = table[table["status"] == "suppressed"]
    assert len(hidden)
    numbers = ["pairs", "expected", "ratio", "p_value"]
    assert hidden[numbers].isna().all(axis=None)
    assert set(hidden["words"]) == {"Fewer than 10 pairs: not shown."}
    shown = table[table["status"] == "ok"]
    assert ((shown["pairs"] == 0) | (shown["pairs"] >= 10)).all()


def test_what_lies_outside_or_has_no_point_takes_no_part():
    rows, points = stops()
    more = np.vstack([points, [[9000, 0], [np.nan, np.nan]]])
    extra = rows.head(2).assign(place=[len(points), len(points) + 1])
    table = near_repeats(STOPS, [placed(pd.concat([rows, extra]), more)], seed=0)
    alone = near_repeats(STOPS, [placed(rows, points)], seed=0)
    pd.testing.assert_frame_equal(table, alone)


def test_events_of_months_are_refused_with_the_reason():
    rows, points = stops()
    crime = placed(rows.drop(columns="when"), points, "crime")
    (table,) = near_repeat_tables(datasets(), [crime], seed=0)
    assert table["status"].tolist() == ["not available"]
    assert "know only their month" in table["words"][0]
    assert list(near_repeat_tables(datasets(), [], seed=0)) == []


def test_too_many_pairs_are_sampled_and_the_table_says_so(monkeypatch):
    monkeypatch.setattr(module, "MOST_PAIRS", 1000)
    rows, points = stops()
    a, b = (near_repeats(STOPS, [placed(rows, points)], seed=1) for _ in range(2))
    assert set(a["of_events"]) == {400}
    assert a["events"].iloc[0] < 400
    pd.testing.assert_frame_equal(a, b)


# ---- harm beside crime ---------------------------------------------------------------


def monthly(atlas, geography="lsoa", seed=0):
    layer = atlas.layers[geography]
    rng = np.random.default_rng(seed)
    cube = rng.poisson([[[1.0, 6.0]]], (len(layer.areas), 12, 2)).astype(float)
    whole = np.concatenate([cube.sum(axis=2, keepdims=True), cube], axis=2)
    return Events(
        dataset=datasets()["crime"],
        layer=layer,
        cube=whole,
        months=tuple(f"2024-{m:02}" for m in range(1, 13)),
        groups=("all", "category=Robbery", "category=Drugs"),
        base=pd.Series(1000.0, index=layer.areas.index),
        kind="observed",
        seed=0,
    )


def weights(**by_category):
    series = pd.Series(by_category, dtype=float)
    return Weights(by_category=series, name="ours", source="made up")


def test_without_weights_nothing_is_said_of_harm(atlas):
    table = pd.concat(concentration_tables(monthly(atlas)))
    assert not table["measure"].str.contains("harm").any()
    assert set(table["indicator"]) == {"crime_rate"}


def test_harm_is_concentrated_by_its_weights(atlas):
    events = monthly(atlas)
    table = pd.concat(concentration_tables(events, weights(Robbery=50, Drugs=1)))
    harm = table[table["indicator"] == "crime_harm"]
    assert set(harm["kind"]) == {"estimated"}
    counts = events.counts(events.months)
    by_place = 50 * counts["category=Robbery"] + counts["category=Drugs"]
    ranked = by_place.sort_values(ascending=False).cumsum() / by_place.sum()
    row = harm[harm["measure"] == "harm: places holding 50 %"].iloc[0]
    assert row["places"] == (ranked < 0.5).sum() + 1
    assert "50% of harm is in" in row["words"]
    assert {"harm: gini", "harm: lorenz"} <= set(harm["measure"])


def test_weights_of_one_make_harm_what_crime_is(atlas):
    table = pd.concat(concentration_tables(monthly(atlas), weights(Robbery=1, Drugs=1)))
    by_crime = table[(table["indicator"] == "crime_rate") & (table["group"] == "all")]
    harm = table[table["indicator"] == "crime_harm"]
    assert harm["value"].tolist() == pytest.approx(by_crime["value"].tolist())


@pytest.mark.parametrize("geography", ["lsoa", "ward"])
def test_a_category_without_a_weight_makes_harm_not_available(atlas, geography):
    events = monthly(atlas, geography)
    table = pd.concat(concentration_tables(events, weights(Drugs=1)))
    harm = table[table["measure"].str.startswith("harm")]
    assert harm["measure"].tolist() == ["harm: not available"]
    assert harm["words"].tolist() == ["Harm is not available: no weight for Robbery."]
    assert "value" not in harm or harm["value"].isna().all()
