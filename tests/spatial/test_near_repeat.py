from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geosafety.errors import MethodError
from geosafety.spatial.near_repeat import knox, knox_grid, near_pairs

GOLDEN = Path(__file__).parent / "golden"


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
    from geosafety.spatial import near_repeat

    monkeypatch.setattr(near_repeat, "MAX_PAIRS", 1000)
    with pytest.raises(MethodError, match="1,225 pairs"):
        knox(np.zeros(50), np.zeros(50), np.arange(50))


def test_pairs_expected_pairs_and_p_values_agree_with_r():
    """`scripts/golden/surveillance_knox.R`, R package surveillance 1.20.3."""
    points = pd.read_csv(GOLDEN / "knox_points.csv")
    theirs = pd.read_csv(GOLDEN / "surveillance_knox.csv")
    metres, days = (sorted(theirs[c].unique()) for c in ("metres", "days"))
    given = [points[c].to_numpy() for c in ("x", "y", "day")]
    table = knox(*given, distances=metres[1:], days=days, permutations=1999)
    # R counts all pairs up to both limits: add our bands up.
    for column in ("pairs", "expected"):
        ours = table[column].to_numpy(float).reshape(-1, len(days))
        theirs_too = theirs.pivot(index="metres", columns="days", values=column)
        upto = ours.cumsum(axis=1)
        upto = np.vstack([upto[0], upto[0] + upto[1:].cumsum(axis=0)])
        assert upto == pytest.approx(theirs_too.to_numpy())
    for wanted in days:
        one = knox(*given, distances=[100], days=[wanted], permutations=4999)
        p = theirs.query("metres == 0 and days == @wanted")["p_value"].iloc[0]
        bound = 4 * np.sqrt(p * (1 - p) / 4999) + 1e-3
        assert one["p_value"][0] == pytest.approx(p, abs=bound)


def test_the_expected_number_is_what_shuffles_tend_to():
    x, y, day = burglaries(80, 4)
    table = knox(x, y, day, distances=(200, 500), days=(7, 30), permutations=1)
    rng = np.random.default_rng(5)
    draws = [
        knox(
            x,
            y,
            rng.permutation(day),
            distances=(200, 500),
            days=(7, 30),
            permutations=1,
        )
        for _ in range(200)
    ]
    mean = np.mean([d["pairs"] for d in draws], axis=0)
    assert table["expected"].to_numpy() == pytest.approx(mean, rel=0.08, abs=0.15)


def test_near_pairs_are_counted_without_being_made():
    x, y, _ = burglaries(60, 2)
    apart = np.hypot(x[:, None] - x, y[:, None] - y)
    assert near_pairs(x, y, 300) == (np.count_nonzero(apart <= 300) - 60) // 2
