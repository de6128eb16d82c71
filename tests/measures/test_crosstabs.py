"""Answers are counted once, by patches of ground, and equal a plain group-by."""

import numpy as np
import pandas as pd
import pytest

from geosafety.measures.crosstabs import count_answers, everyone, ground, split
from geosafety.tidy import BLANK, Answers

WARDS, BOROUGHS = pd.Index(["W1", "W2", "W3"]), pd.Index(["B1", "B2"])
# Place 2 is shared out between two wards; place 3 is outside; place 0 and 4 are alike.
WARD = pd.DataFrame(
    {
        "place": [0, 1, 2, 2, 3, 4],
        "area_code": ["W1", "W2", "W2", "W3", None, "W1"],
        "share": [1.0, 1.0, 0.25, 0.75, 1.0, 1.0],
    }
)
BOROUGH = pd.DataFrame(
    {"place": range(5), "area_code": ["B1", "B1", "B2", None, "B1"], "share": 1.0}
)


@pytest.fixture
def people():
    rng = np.random.default_rng(4)
    n = 500
    return pd.DataFrame(
        {
            "respondent": np.arange(n),
            "place": rng.integers(0, 5, n),
            "said": rng.integers(-1, 3, n),
            "age": rng.integers(-1, 2, n),
            "weight": np.where(rng.random(n) < 0.1, np.nan, rng.random(n)),
        }
    )


def single(codes, options="abc"):
    codes = codes.to_numpy()
    return Answers(options=tuple(options), codes=codes, base=codes != BLANK)


def by_hand(people, home, areas, age, option):
    """Group the joined rows, as one would in pandas."""
    joined = people.merge(home[home["area_code"].notna()], on="place")
    joined = joined[(joined["age"] == age) & (joined["said"] != BLANK)]
    w = joined["weight"].fillna(0.0)
    yes = joined["said"] == option
    columns = {
        "yes": yes * joined["share"],
        "base": joined["share"],
        "weighted_yes": yes * w * joined["share"],
        "weighted_base": w * joined["share"],
        "squared_base": w**2 * joined["share"],
    }
    return pd.DataFrame(columns).groupby(joined["area_code"]).sum().reindex(areas)


@pytest.mark.parametrize(("layer", "areas"), [("ward", WARDS), ("borough", BOROUGHS)])
def test_counts_by_group_and_area_equal_those_of_a_group_by(people, layer, areas):
    homes = {"ward": WARD, "borough": BOROUGH}
    place = ground(people, homes, {"ward": WARDS, "borough": BOROUGHS})
    found = count_answers(
        place,
        single(people["said"]),
        split(place, single(people["age"], "xy")),
        people["weight"].to_numpy(),
    )[layer]
    for age in (0, 1):
        for option in (0, 1, 2):
            wanted = by_hand(people, homes[layer], areas, age, option)
            got = {
                "yes": found.yes[:, age, option],
                "weighted_yes": found.weighted_yes[:, age, option],
                "base": found.base[:, age],
                "weighted_base": found.weighted_base[:, age],
                "squared_base": found.squared_base[:, age],
            }
            pd.testing.assert_frame_equal(
                pd.DataFrame(got, index=areas),
                wanted,
                check_names=False,
                check_column_type=False,
                check_like=True,
            )


def test_places_alike_share_a_patch_and_shared_out_ones_have_their_own(people):
    place = ground(people, {"ward": WARD}, {"ward": WARDS})
    assert place.patches == 4
    assert place.layers["ward"].sum(axis=0).tolist().count(0.0) == 1


def test_several_answers_are_counted_once_for_each_option():
    rng = np.random.default_rng(1)
    marks = rng.random((500, 3)) < 0.4
    said = Answers(options=("a", "b", "c"), codes=marks, base=np.ones(500, bool))
    place = everyone(500)
    found = count_answers(place, said, split(place))["everyone"]
    assert found.yes[0, 0].tolist() == marks.sum(axis=0).tolist()
    assert found.base[0, 0] == 500


def test_mentions_count_where_they_are_and_a_person_counts_once_in_all():
    rows = pd.DataFrame({"place": [0, 1, 0], "respondent": [0, 0, 2]})
    said = Answers(options=("yes",), codes=np.array([0, 0, 0]), base=np.ones(3, bool))
    visits, people = ground(rows, {"ward": WARD}, {"ward": WARDS}), everyone(3)
    by_ward = count_answers(visits, said, split(visits))["ward"]
    assert by_ward.yes[:, 0, 0].tolist() == [2.0, 1.0, 0.0]
    whole = count_answers(people, said, split(people))["everyone"]
    assert whole.yes[0, 0, 0] == 3


def test_blanks_count_in_a_base_of_all_and_in_no_other():
    place = everyone(4)
    codes, whole = np.array([0, 1, BLANK, BLANK]), np.ones(4, bool)
    answered = Answers(options=("a", "b"), codes=codes, base=codes != BLANK)
    of_all = Answers(options=("a", "b"), codes=codes, base=whole)
    bases = [
        count_answers(place, said, split(place))["everyone"].base[0, 0]
        for said in (answered, of_all)
    ]
    assert bases == [2.0, 4.0]
