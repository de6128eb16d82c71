"""Representation: against published percentages and the real census."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geosafety.errors import InputError
from geosafety.measures.intervals import wilson_interval
from geosafety.measures.representation import (
    CANNOT_TELL,
    add_up_margins,
    representation,
)

BOROUGHS = [f"E080000{n}" for n in range(25, 32)]
# Police and Crime Plan 2025-29: Public Consultation Findings Report, March 2025: per
# cent of 5,828 respondents.
CONSULTATION = {
    "White": 67.3,
    "Asian or Asian British": 15.5,
    "Black, Black British, Caribbean, or African": 6.5,
    "Mixed or multiple ethnic groups": 2.5,
    "Other": 2.1,
    "Prefer not to say": 6.0,
}


def compare(counts, population, **given):
    given = {"reference": "made up", "base": "all"} | given
    return representation(pd.Series(counts), pd.Series(population), **given)


def real_margins(folder, geography_of=BOROUGHS):
    from geosafety.project import read_project
    from geosafety.readers.margins import read_margins

    path = Path(__file__).parents[2] / "examples" / "real.toml"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GEOSAFETY_REAL_DATA", os.fspath(folder))
        table = read_margins(read_project(path), lambda _: None).table
    force = pd.Series("E23000014", index=geography_of)
    return table, add_up_margins(table, force, geography="force")


def test_the_consultation_against_the_real_census_as_published(real_folder):
    _, force = real_margins(real_folder)
    people = force[force["dimension"] == "ethnicity"].set_index("category")
    found = compare(
        {name: 5828 * share / 100 for name, share in CONSULTATION.items()},
        people["population"],
        not_stated=["Prefer not to say"],
        reference="West Midlands police force area, Census 2021",
    )
    # Published: White 61.4 per cent of the force area; of those who stated theirs 71.7.
    assert found.loc["White", ["share", "population_share"]].round(1).tolist() == [
        71.7,
        61.4,
    ]
    assert found["ratio"].round(2).tolist()[:3] == [1.17, 0.72, 0.86]
    assert found["word"].tolist()[:3] == [
        "more than their share",
        "fewer than their share",
        "fewer than their share",
    ]
    assert found["not_stated"].round(1).unique().tolist() == [349.7]


def test_ages_of_the_real_residents_add_up_to_the_force(real_folder):
    boroughs, force = real_margins(real_folder)
    ages = force[force["dimension"] == "age"]
    # All ages at mid-2020: Coventry 379,387, the force 2,939,927. 0 to 10 are left out.
    file = real_folder / "census" / "mye2020_lad_single_year_age_wm.csv"
    raw = pd.read_csv(file, index_col="ltla21_code")
    small = raw[[str(age) for age in range(11)]].sum(axis=1)
    coventry = boroughs[boroughs["area_code"] == "E08000026"]
    known = coventry[coventry["dimension"] == "age"]["population"].sum()
    assert known == 379_387 - small["E08000026"]
    parts = boroughs[boroughs["dimension"] == "age"]["population"]
    assert ages["population"].sum() == parts.sum() == 2_939_927 - small.sum()
    assert (ages["geography"] == "force").all()


def test_areas_are_represented_as_published_in_2021():
    # Police and Crime Plan survey 2021, n = 2,047: 29, 16 and 15 per cent, against
    # 38.2, 7.6 and 11.0 per cent of those of 16 and over.
    shares = {"Birmingham": 29, "Solihull": 16, "Sandwell": 15, "Elsewhere": 40}
    people = {"Birmingham": 38.2, "Solihull": 7.6, "Sandwell": 11.0, "Elsewhere": 43.2}
    found = compare({k: 20.47 * v for k, v in shares.items()}, people)
    # The report has 2.12 for Solihull, from shares before rounding; 16 / 7.6 is 2.105.
    assert found["ratio"].tolist()[:3] == pytest.approx([0.76, 2.12, 1.36], abs=0.016)


def test_the_interval_of_a_ratio_is_wilsons_over_the_known_share():
    found = compare({"a": 30, "b": 170}, {"a": 100, "b": 300}).loc["a"]
    lower, upper = wilson_interval([30], [200])
    assert found["ratio"] == pytest.approx(0.15 / 0.25)
    assert found["lower"] == pytest.approx(lower[0] / 0.25)
    assert found["upper"] == pytest.approx(upper[0] / 0.25)


def test_who_did_not_state_theirs_is_in_neither_share_and_is_counted():
    found = compare(
        {"a": 30, "b": 70, "none": 50}, {"a": 1, "b": 1}, not_stated=["none"]
    )
    assert found["share"].tolist() == [30, 70]
    assert set(found["not_stated"]) == {50}
    assert "none" not in found.index


def test_a_group_that_one_side_does_not_know_is_not_available_and_in_no_base():
    found = compare({"a": 30, "b": 70, "c": 9}, {"a": 50, "b": 50, "d": 900, "c": None})
    assert found.index.tolist() == ["a", "b", "c", "d"]
    assert found["share"].tolist()[:2] == [30, 70]
    assert found["population_share"].tolist()[:2] == [50, 50]
    rest = found.loc[["c", "d"]]
    assert rest["reason"].tolist() == [
        "no population figure for this group",
        "the survey has no such group",
    ]
    assert (rest["status"] == "not available").all()
    assert rest[["share", "population_share", "ratio", "lower"]].isna().all(axis=None)
    assert set(found["not_compared"]) == {9}
    assert found.loc["c", "basis"] == 9


def test_nobody_is_a_share_of_zero_and_not_a_missing_one():
    found = compare({"a": 0, "b": 200}, {"a": 50, "b": 150}).loc["a"]
    assert (found["ratio"], found["lower"], found["status"]) == (0, 0, "ok")
    assert found["word"] == "fewer than their share"


def test_a_survey_of_nobody_has_no_ratio():
    found = compare({"a": 0, "b": 0}, {"a": 50, "b": 150})
    assert found["ratio"].isna().all()
    assert set(found["word"]) == {"not available"}


@pytest.mark.parametrize(
    ("n", "word"),
    [
        ((30, 70), "fewer than their share"),
        ((70, 30), "more than their share"),
        ((4, 6), CANNOT_TELL),
        # .92, upper .98: a real difference, and a small one.
        ((460, 540), "about their share"),
        ((49_000, 51_000), "about their share"),
        ((50_010, 49_990), "about their share"),  # not clear of 1, and surely near it
        ((4_600, 5_400), "about their share"),
    ],
)
def test_a_word_is_said_only_where_the_interval_allows_it(n, word):
    found = compare({"a": n[0], "b": n[1]}, {"a": 1, "b": 1}, minimum_effect=0.1)
    assert found.loc["a", "word"] == word


def test_every_row_names_its_reference_and_base():
    found = compare({"a": 1, "b": 1}, {"a": 1, "b": 1}, reference="Region", base="all")
    assert set(found["reference"]) == {"Region"}
    assert set(found["base"]) == {"all"}


def test_mistakes_name_the_group():
    with pytest.raises(InputError, match="'a' has -1"):
        compare({"a": -1}, {"a": 5})
    with pytest.raises(InputError, match="'a' stands twice"):
        representation(
            pd.Series([1, 2], index=["a", "a"]),
            pd.Series({"a": 5}),
            reference="",
            base="",
        )
    with pytest.raises(InputError, match="No group has both"):
        compare({"a": 1}, {"b": 5})


def margins(population):
    return pd.DataFrame(
        {
            "dimension": "age",
            "geography": "local_authority",
            "area_code": ["A", "A", "B", "B"],
            "category": ["young", "old"] * 2,
            "population": population,
        }
    )


def test_a_part_that_is_missing_makes_the_whole_missing():
    upper = pd.Series("F", index=["A", "B"])
    whole = add_up_margins(margins([1.0, 2, None, 4]), upper, geography="force")
    by = whole.set_index("category")["population"]
    assert np.isnan(by["young"])
    assert by["old"] == 6
    three = pd.Series("F", index=["A", "B", "C"])
    lacking = add_up_margins(margins([1.0, 2, 3, 4]), three, geography="force")
    assert lacking["population"].isna().all()
