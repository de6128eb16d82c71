"""Outcomes of stops against the published file itself, and what is hidden."""

import numpy as np
import pandas as pd
import pytest

from geosafety import results
from geosafety.pipeline.disclosure.numbers import HiddenNumbers

FILES = ("2017-09", "2017-10_2018-09")
NOTHING = ("Nothing found - no further action", "A no further action disposal")


@pytest.fixture(scope="module")
def published(real_folder):
    """Read the stops that have coordinates, heading lines inside the file left out."""
    name = "{}-west-midlands-stop-and-search.csv"
    parts = [
        pd.read_csv(real_folder / "crime" / name.format(part), dtype="str")
        for part in FILES
    ]
    whole = pd.concat(parts)
    return whole[whole["Type"] != "Type"]


def test_the_share_of_positive_outcomes_is_that_of_the_published_files(
    published, real_results
):
    """Stops without a point in the Force area are left out of ours: some 3 in 100."""
    stated = published["Outcome"].dropna()
    share = 100 * (~stated.isin(NOTHING)).mean()
    values = results.read_values(
        real_results,
        geography=["force"],
        indicator=["stop_positive_share"],
        group=["all"],
        period=["2017-09/2018-09"],
    )
    row = values.iloc[0]
    assert row["value"] == pytest.approx(share, abs=0.3)
    assert 0.9 * len(stated) < row["base"] <= len(stated)
    # The plan of 2021 prints "only about 25%-30%" for searches on reasonable grounds.
    assert 25 < row["value"] < 33


def test_ethnicities_and_outcomes_add_up_to_all_stops(real_results):
    values = results.read_values(
        real_results,
        geography=["force"],
        indicator=["stop_search_count"],
        period=["2017-09/2018-09"],
    )
    kinds = values["group"].astype("str").str.partition("=")[0]
    sums = values["value"].groupby(kinds).sum()
    assert sums["ethnicity"] == sums["outcome"] == sums["type"] == sums["all"]


def test_months_by_ethnicity_are_not_made(real_results):
    choices = results.read_choices(real_results)
    by = choices[choices["group"].str.startswith("ethnicity=")]
    stops = by[by["indicator"].str.startswith("stop_")]
    assert len(stops)
    assert stops["period"].str.contains("/").all()
    assert not set(stops["geography"]) & {"lsoa", "msoa"}


def test_no_group_is_hidden_alone_among_those_that_add_up(real_results):
    """Or the others, less than the total, would give it away."""
    values = results.read_values(
        real_results,
        geography=["ward", "impact_area", "npu"],
        indicator=["stop_search_count"],
    )
    kind = values["group"].astype("str").str.partition("=")[0]
    mine = values[kind.isin(["ethnicity", "outcome"])].assign(kind=kind)
    mine["hidden"] = mine["status"] == "suppressed"
    keys = ["area_code", "period", "kind"]
    table = mine.groupby(keys, observed=True).agg(
        hidden=("hidden", "sum"), shown=("value", lambda v: (v > 0).sum())
    )
    assert not ((table["hidden"] == 1) & (table["shown"] > 0)).any()


def test_what_came_of_stops_is_hidden_with_all_of_them():
    """Nobody decides about outcomes: they go with the stops they are of."""
    areas = pd.Index(["W1", "W2"])
    hidden = HiddenNumbers(
        {
            ("ward", "2020", "all"): np.array([True, False]),
            ("ward", "2020", "ethnicity=a"): np.array([True, True]),
        }
    )
    rows = pd.MultiIndex.from_product(
        [areas, ["2020", "2021"], ["outcome=none", "ethnicity=a", "ethnicity=b"]],
        names=["area_code", "period", "group"],
    ).to_frame(index=False)
    out = rows[hidden.of(rows.assign(compared_with=""), "ward", areas)]
    assert set(zip(out["area_code"], out["group"], strict=True)) == {
        ("W1", "outcome=none"),
        ("W1", "ethnicity=a"),
        ("W1", "ethnicity=b"),
        ("W2", "ethnicity=a"),
    }
    assert set(out["period"]) == {"2020"}
    change = rows.assign(period="2022", compared_with="2020")
    assert hidden.of(change, "ward", areas).any()


def test_groups_are_not_told_by_month_or_ward(real_results):
    values = results.read_values(
        real_results,
        geography=["npu", "ward"],
        indicator=["stop_search_count", "stop_search_rate"],
    )
    kind = values["group"].astype("str").str.partition("=")[0]
    ward = values["geography"] == "ward"
    month = ~values["period"].astype("str").str.contains("/")
    told_apart = kind.isin(["type", "ethnicity"]) & (ward | month)
    assert told_apart.any()
    assert (values.loc[told_apart, "status"] == "suppressed").all()
    assert (values.loc[~told_apart, "status"] == "ok").any()
