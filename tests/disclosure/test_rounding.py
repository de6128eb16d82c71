import numpy as np
import pandas as pd

from geosafety.disclosure.primary import dominated
from geosafety.disclosure.rounding import round_counts, round_shares


def test_rounding_is_right_on_average_and_never_off_by_five():
    counts = pd.Series(np.tile(np.arange(20.0), 2_000))
    keys = pd.Series(np.arange(len(counts)))
    found = round_counts(counts, keys, seed=3)
    assert (found % 5 == 0).all()
    assert (found - counts).abs().max() < 5
    mean = found.groupby(counts).mean()
    # Four standard errors of a mean of 2,000 draws that are 0 or 5 apart.
    assert (mean - mean.index).abs().max() < 4 * 2.5 / np.sqrt(2_000)


def test_one_cell_is_rounded_the_same_way_in_every_table():
    one = round_counts(pd.Series([7.0, 8.0]), pd.Series(["BE", "BW"]), seed=1)
    other = round_counts(pd.Series([8.0, 7.0]), pd.Series(["BW", "BE"]), seed=1)
    assert one.tolist() == other.tolist()[::-1]


def test_another_seed_rounds_otherwise():
    counts, keys = pd.Series(np.full(50, 7.0)), pd.Series(range(50))
    one, other = (round_counts(counts, keys, seed=seed) for seed in (1, 2))
    assert one.tolist() != other.tolist()


def test_rounded_shares_come_from_rounded_numbers_and_are_marked():
    table = pd.DataFrame(
        {
            "value": [25.0, np.nan],
            "lower": [10.0, np.nan],
            "upper": [40.0, np.nan],
            "numerator": [10.0, np.nan],
            "base": [40.0, np.nan],
        }
    )
    found = round_shares(table, pd.Series(["a", "b"]), per=100)
    assert found["value"].iloc[0] == 25.0
    assert found["rounded_to"].tolist() == [5, 5]
    assert found[["lower", "upper"]].isna().all(axis=None)
    assert found.iloc[1][["value", "numerator", "base"]].isna().all()


def test_numerators_never_come_out_above_their_base():
    numerator = pd.Series(np.arange(50.0))
    table = pd.DataFrame({"numerator": numerator, "base": numerator + 1})
    found = round_shares(table, pd.Series(range(50)), per=100)
    assert (found["numerator"] <= found["base"]).all()


def test_a_sum_that_is_nearly_one_contribution_is_dominated():
    total = pd.Series([100.0, 100.0, 0.0, np.nan])
    largest = pd.Series([90.0, 60.0, 0.0, 90.0])
    second = pd.Series([5.0, 30.0, 0.0, 5.0])
    assert dominated(total, largest, second).tolist() == [True, False, False, False]
