"""Words of an area: only from what may be said."""

import itertools

import pandas as pd
import pytest

from geosafety.engagement.gap_rules import LEVELS, gap_rules, make_rules
from geosafety.engagement.typology import levels, reading, typology
from geosafety.errors import CatalogError

RULES = gap_rules()
PARTS = list(RULES.parts)


def say(verdict="clear", **level):
    table = pd.DataFrame([level])
    how = pd.DataFrame([dict.fromkeys(level, verdict)])
    return typology(table, how, RULES).iloc[0]


def test_a_difference_that_one_cannot_tell_is_never_few_or_many():
    found = pd.DataFrame(
        {
            "difference": [-50.0, -50, -50, 50, -50, None],
            "verdict": [
                "cannot tell",
                "likely",
                "clear",
                "clear",
                "suppressed",
                "cannot tell",
            ],
            "finding": [
                "too few answers",
                "difference",
                "difference",
                "difference",
                "suppressed",
                "not available",
            ],
        }
    )
    wanted = ["cannot tell", "low", "low", "high", "not known", "not known"]
    assert levels(found).tolist() == wanted


def test_the_types_by_name():
    few = {"members": "low", "answers": "low"}
    assert say(**few, crime="high") == "high crime, few members, few answers"
    assert say(members="high", answers="alike", safety="low") == "heard but unsafe"
    assert say(**few, crime="alike", safety="cannot tell") == "few members, few answers"


@pytest.mark.parametrize("unknown", ["cannot tell", "not known"])
def test_no_type_rests_on_what_is_not_known(unknown):
    for one in RULES.types:
        for part in one.when:
            rest = {p: allowed[0] for p, allowed in one.when.items() if p != part}
            assert not say(**{**rest, part: unknown}).endswith(one.words)


def test_a_type_one_part_of_which_is_likely_is_likely():
    level = pd.DataFrame([{"members": "low", "crime": "high", "safety": "low"}])
    how = pd.DataFrame([{"members": "likely", "crime": "clear", "safety": "likely"}])
    assert typology(level, how, RULES).iloc[0] == "likely: high crime, few members"
    text = "few members (likely); feels unsafe (likely); high crime"
    words = reading(level[["members", "safety", "crime"]], how, RULES.parts).iloc[0]
    assert words == text


def test_without_a_type_the_gaps_are_named_one_by_one():
    assert say(members="low", answers="cannot tell", crime="low") == "few members"
    assert say(safety="low", harm="high", answers="not known") == (
        "feels unsafe, high harm"
    )


def test_no_gap_is_said_with_what_is_open():
    assert say(members="alike", crime="alike") == "like the Force"
    assert say(members="high", crime="alike") == "no gap found"
    assert say(members="high", crime="cannot tell") == "no gap found in what is known"
    assert say(members="cannot tell", crime="not known") == "too little is known"


def test_every_mixture_has_words_and_every_type_can_occur():
    words = ["low", "high", "alike", "cannot tell", "not known"]
    rows = [
        dict(zip(PARTS, m, strict=True)) for m in itertools.product(words, repeat=5)
    ]
    level = pd.DataFrame(rows)
    how = pd.DataFrame("clear", index=level.index, columns=level.columns)
    found = typology(level, how, RULES)
    assert {one.words for one in RULES.types} <= set(found)
    assert found.str.len().min() > 0
    unknown = level.isin(["cannot tell", "not known"]).all(axis=1)
    assert set(found[unknown]) == {"too little is known"}


def block(**changed):
    part = {
        "label": "Members",
        "indicator": "wmnow_rate",
        "low": "few",
        "high": "many",
        "widest": "low",
        "weight": 1.0,
    }
    one = {"words": "few", "when": {"members": ["low"]}}
    whole = {"parts": {"members": part}, "types": [one]}
    limits = {"minimum_effect": 10.0, "widest": 3}
    return {**whole, "limits": limits, **changed}


@pytest.mark.parametrize(
    ("when", "said"),
    [({"member": ["low"]}, "member'"), ({"members": ["lower"]}, "'lower'")],
)
def test_a_slip_in_the_catalogue_names_the_nearest(when, said):
    with pytest.raises(CatalogError, match=said) as error:
        make_rules(block(types=[{"words": "few", "when": when}]))
    assert "Did you mean" in str(error.value)


def test_a_part_of_an_unknown_indicator_is_an_error():
    wrong = block()
    wrong["parts"]["members"]["indicator"] = "wmnow_rat"
    with pytest.raises(CatalogError, match="wmnow_rat"):
        make_rules(wrong)


def test_the_catalogue_says_only_levels_that_exist():
    assert {w for one in RULES.types for a in one.when.values() for w in a} <= {*LEVELS}
