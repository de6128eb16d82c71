"""Many maps at once are shrunk as `shrink_shares` shrinks each of them."""

import numpy as np
import pandas as pd
import pytest

from geosafety.errors import MethodError
from geosafety.measures.smoothing import shrink_shares
from geosafety.measures.smoothing_maps import shrink_share_maps

NAMES = ["smoothed", "lower", "upper", "rmse", "own_share"]


def drawn(maps, areas, parents, seed):
    rng = np.random.default_rng(seed)
    truth = np.clip(rng.normal(30, 6, (maps, areas)), 1, 99)
    n = rng.integers(0, 300, (maps, areas)).astype(float)
    yes = rng.binomial(n.astype(int), truth / 100)
    value = 100 * yes / np.where(n > 0, n, np.nan)
    parent = pd.Series(rng.integers(0, parents, areas)).map("P{}".format)
    return value, n, parent


@pytest.mark.parametrize(("areas", "parents"), [(8, 1), (19, 6), (192, 8)])
def test_each_map_is_as_it_would_be_alone(areas, parents):
    value, n, parent = drawn(12, areas, parents, seed=areas)
    found = shrink_share_maps(value, n, parent)
    for row in range(len(value)):
        alone = shrink_shares(pd.Series(value[row]), pd.Series(n[row]), parent)
        got = pd.DataFrame({name: found[name][row] for name in NAMES})
        pd.testing.assert_frame_equal(
            got, alone[NAMES], rtol=2e-5, atol=1e-6, check_names=False
        )


def test_a_map_with_too_few_values_is_missing_and_the_others_are_not():
    value, n, parent = drawn(3, 10, 2, seed=1)
    value[1, 3:] = np.nan
    found = shrink_share_maps(value, n, parent)
    with pytest.raises(MethodError):
        shrink_shares(pd.Series(value[1]), pd.Series(n[1]), parent)
    assert np.isnan(found["smoothed"][1]).all()
    assert np.isfinite(found["smoothed"][[0, 2]]).all()
