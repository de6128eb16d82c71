"""The legitimacy score: by hand, and its ranks against weights tried one by one."""

import numpy as np
import pandas as pd
import pytest

from geosafety.errors import InputError, MethodError
from geosafety.measures.legitimacy import legitimacy, reference_year

BETTER = dict.fromkeys(["empowerment", "cooperation", "compliance"], "better")
FIXED = pd.DataFrame({"mean": 50.0, "sd": 10.0}, index=list(BETTER))


def score(rows, *, higher_is=BETTER, **given):
    parts = pd.DataFrame.from_dict(rows, orient="index", columns=list(BETTER))
    return legitimacy(parts.astype(float), FIXED, higher_is=higher_is, **given)


def test_a_score_by_hand():
    # z = 1, 0, -2 with weights .5, .25, .25: 100 + 10 x (.5 + 0 - .5) = 100.
    weights = {"empowerment": 2, "cooperation": 1, "compliance": 1}
    found = score({"A": (60, 50, 30)}, weights=weights).loc["A"]
    assert found["score"] == pytest.approx(100)
    assert found[["z empowerment", "z cooperation", "z compliance"]].tolist() == [
        1,
        0,
        -2,
    ]


def test_the_parts_stand_in_the_table_beside_the_score():
    found = score({"A": (60, 50, 30)})
    assert found.loc["A", list(BETTER)].tolist() == [60, 50, 30]


def test_a_part_of_which_more_is_worse_is_turned_round():
    turned = BETTER | {"compliance": "worse"}
    found = score({"A": (60, 50, 30)}, higher_is=turned).loc["A"]
    assert found["z compliance"] == 2
    assert found["score"] == pytest.approx(110)


def test_the_reference_year_stays_fixed_when_the_areas_change():
    before = pd.DataFrame({"empowerment": [40.0, 50, 60], "cooperation": [1.0, 2, 3]})
    fixed = reference_year(before)
    better = {"empowerment": "better", "cooperation": "better"}
    later = legitimacy(before + [10, 1], fixed, higher_is=better)
    # Everybody rose by one standard deviation: so does every score, by 10.
    assert later["score"].tolist() == pytest.approx([100, 110, 120])


def test_a_missing_part_gives_no_score_and_says_which():
    found = score({"A": (60, None, None), "B": (40, 50, 60), "C": (70, 70, 70)})
    row = found.loc["A"]
    assert row[["score", "score_lower", "rank", "rank_upper", "of"]].isna().all()
    assert row["status"] == "not available"
    assert row["words"] == "not available: no cooperation, compliance"
    assert row["z empowerment"] == 1
    assert found.loc[["B", "C"], "of"].tolist() == [2, 2]


def test_an_area_ahead_on_every_part_is_first_whatever_the_weights():
    found = score({"A": (60, 60, 60), "B": (80, 20, 50), "C": (20, 80, 50)})
    below = score({"A": (90, 90, 90), "B": (80, 20, 50), "C": (20, 80, 50)})
    assert found.loc["A", "words"] == "rank 1 to 2 of 3 depending on the weights"
    assert below.loc["A", "words"] == "rank 1 of 3 with nearly all weights"


def test_ranks_and_scores_are_those_of_the_weights_tried_one_by_one():
    rng = np.random.default_rng(3)
    rows = {f"A{i}": tuple(rng.normal(50, 10, 3)) for i in range(8)}
    found = score(rows, draws=400, seed=11)
    drawn = np.random.default_rng(11).dirichlet([1, 1, 1], size=400)
    z = (np.array(list(rows.values())) - 50) / 10
    scores = [[100 + 10 * sum(w * x) for w in drawn] for x in z]
    for i, name in enumerate(rows):
        ranks = sorted(
            1 + sum(scores[j][d] > scores[i][d] for j in range(8)) for d in range(400)
        )
        # The smallest rank that 5 % (95 %) of the draws do not exceed.
        assert found.loc[name, "rank_lower"] == ranks[19]
        assert found.loc[name, "rank_upper"] == ranks[379]
        low = np.percentile(scores[i], 5)
        assert found.loc[name, "score_lower"] == pytest.approx(low)


def test_the_drawn_weights_have_the_given_weights_as_their_mean():
    weights = {"empowerment": 0.6, "cooperation": 0.3, "compliance": 0.1}
    rows = {"A": (60, 50, 50), "B": (50, 60, 50), "C": (50, 50, 60)}
    found = score(rows, weights=weights, draws=20_000)
    # z is 1 on one part alone, so a score less 100, over 10, is that part's weight:
    # beta with mean w and 3 weights' worth of precision (Dirichlet margins).
    from scipy.stats import beta

    for name, w in zip(rows, weights.values(), strict=True):
        low = 100 + 10 * beta.ppf(0.05, 3 * w, 3 * (1 - w))
        assert found.loc[name, "score_lower"] == pytest.approx(low, abs=0.15)


def test_areas_are_ranked_within_their_period():
    index = pd.MultiIndex.from_product(
        [["A", "B"], ["2022", "2023"]], names=["area_code", "period"]
    )
    parts = pd.DataFrame(
        {"empowerment": [60.0, 10, 50, 20], "cooperation": [60.0, 10, 50, 20]}, index
    )
    fixed = FIXED.loc[parts.columns]
    found = legitimacy(parts, fixed, higher_is=BETTER)
    assert found["rank"].tolist() == [1, 2, 2, 1]
    assert found["of"].tolist() == [2, 2, 2, 2]


def test_equals_share_the_better_rank_and_one_alone_has_none():
    found = score({"A": (60, 50, 40), "B": (60, 50, 40), "C": (1, 1, 1)})
    assert found["rank"].tolist() == [1, 1, 3]
    assert found["rank_upper"].tolist() == [1, 1, 3]
    # The same three numbers in another order: sums differ in the last digit alone.
    a, b, c = 40.8, 45.4, 52.2
    turned = score({"A": (a, b, c), "B": (c, a, b), "C": (b, c, a)})
    assert turned["rank"].tolist() == [1, 1, 1]
    alone = score({"A": (60, 50, 40)}).loc["A"]
    assert alone["words"] == "not ranked: it is the only area with all parts"


def test_the_same_seed_gives_the_same_table():
    rows = {"A": (60, 50, 30), "B": (40, 70, 50)}
    pd.testing.assert_frame_equal(score(rows, seed=5), score(rows, seed=5))
    assert (
        score(rows, seed=5).loc["A", "score_lower"]
        != score(rows, seed=6).loc["A", "score_lower"]
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"higher_is": BETTER | {"compliance": "up"}}, "direction 'up'"),
        ({"weights": {"empowerment": 1, "cooperation": 1}}, "'compliance' has no"),
        ({"weights": BETTER | dict.fromkeys(BETTER, 1) | {"trust": 1}}, "'trust'"),
    ],
)
def test_a_mistake_names_the_part(given, said):
    with pytest.raises(MethodError, match=said):
        score({"A": (1, 2, 3)}, **given)


def test_a_reference_year_without_spread_is_refused():
    flat = FIXED.assign(sd=0.0)
    parts = pd.DataFrame({"empowerment": [1.0]}, index=["A"])
    with pytest.raises(MethodError, match="'empowerment' has mean 50.0 and spread 0"):
        legitimacy(parts, flat, higher_is=BETTER)
    with pytest.raises(MethodError, match="'trust' has no reference year"):
        legitimacy(parts.set_axis(["trust"], axis=1), FIXED, higher_is=BETTER)
    with pytest.raises(InputError, match="'A' stands twice"):
        legitimacy(pd.concat([parts, parts]), FIXED, higher_is=BETTER)
