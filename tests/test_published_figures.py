"""Every published figure comes out of `geosafety export`, to its printed digit."""

import csv
import io

import pytest
from click.testing import CliRunner

from geosafety.cli import main

# Confidence and Satisfaction Report, West Midlands Police to the Strategic Policing and
# Crime Board, 28 June 2022, Figure 2. Typed in here apart from the catalogue, so that a
# slip in one of the two shows.
WMNOW = """
BE 20.8 21.0 2353 10.2 54.6 60.2
BW 16.8 16.7 1604 8.6 40.3 43.8
CV 12.7 12.8 1407 10.0 45.9 50.5
DY 11.9 12.5 1988 15.1 50.6 58.3
SH 10.1 10.3 1198 10.7 64.2 71.0
SW 10.2 9.7 483 4.3 44.4 46.3
WS 8.3 8.0 433 4.7 41.2 43.1
WV 9.2 9.0 810 8.0 48.9 52.8
E23000014 100.0 100.0 10276 9.3 47.9 52.4
"""
COLUMNS = [
    ("wmnow_share", "2021-03"),
    ("wmnow_share", "2022-03"),
    ("wmnow_change", "2022-03"),
    ("wmnow_change_pct", "2022-03"),
    ("wmnow_rate", "2021-03"),
    ("wmnow_rate", "2022-03"),
]
CELLS = [
    (area, indicator, period, printed)
    for area, *row in (line.split() for line in WMNOW.strip().splitlines())
    for (indicator, period), printed in zip(COLUMNS, row, strict=True)
]


def exported(results, *options):
    """Run `geosafety export` and return its rows."""
    command = ["export", "--results", str(results), "--out", "-", *options]
    done = CliRunner().invoke(main, command, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return list(csv.DictReader(io.StringIO(done.stdout)))


@pytest.fixture(scope="module")
def wmnow(demo_results):
    options = ["--geography", "npu", "--geography", "local_authority"]
    options += ["--geography", "force", "--decimals", "1"]
    rows = exported(demo_results, *options)
    return {
        (r["area_code"], r["indicator"], r["period"]): r
        for r in rows
        if r["indicator"].startswith("wmnow_")
    }


def test_the_published_wmnow_table_has_54_derived_cells():
    assert len(CELLS) == 54


@pytest.mark.parametrize(("area", "indicator", "period", "printed"), CELLS)
def test_a_derived_wmnow_cell_comes_out_as_printed(
    wmnow, area, indicator, period, printed
):
    row = wmnow[area, indicator, period]
    assert float(row["value"]) == float(printed)
    assert row["kind"] == "published"


def test_birmingham_is_added_up_from_counts_not_averaged(wmnow):
    row = wmnow["E08000025", "wmnow_rate", "2022-03"]
    assert row["value"] == "51.6"
    assert (row["numerator"], row["base"]) == ("45603.0", "883399.0")
    assert wmnow["E08000025", "wmnow_rate", "2021-03"]["value"] == "47.1"


def test_the_force_change_is_not_a_difference_of_rounded_rates(wmnow):
    row = wmnow["E23000014", "wmnow_rate_change", "2022-03"]
    assert row["value"] == "4.4"
    assert row["compared_with"] == "2021-03"


@pytest.mark.parametrize(
    ("area", "index", "needed"),
    [("SH", "135.6", 0), ("WV", "100.8", 0), ("BW", "83.6", 3968), ("WS", "82.3", 2078)]
    + [("SW", "88.4", 1548), ("CV", "96.4", 574), ("BE", "114.9", 0)],
)
def test_index_and_members_needed_follow_from_the_published_counts(
    wmnow, area, index, needed
):
    assert wmnow[area, "wmnow_index", "2022-03"]["value"] == index
    assert float(wmnow[area, "wmnow_needed", "2022-03"]["value"]) == needed


def test_npu_shares_sum_to_a_hundred_and_members_to_the_force(demo_results):
    options = ["--geography", "npu", "--period", "2022-03"]
    members = exported(demo_results, *options, "--indicator", "wmnow_members")
    assert sum(int(r["value"]) for r in members) == 121_028
    shares = exported(demo_results, *options, "--indicator", "wmnow_share")
    assert sum(float(r["value"]) for r in shares) == pytest.approx(100, abs=1e-9)


def test_synthetic_members_below_the_npu_sum_to_the_published_ones(demo_results):
    from geosafety.results import read_areas, read_values

    values = read_values(
        demo_results,
        geography=["lsoa"],
        indicator=["wmnow_members"],
        period=["2022-03"],
    )
    hidden = int((values["status"] == "suppressed").sum())
    total = values["value"].sum()
    assert total <= 121_028 <= total + 9 * hidden
    assert set(values["kind"]) == {"synthetic"}
    assert (read_areas(demo_results)["geography"] == "lsoa").sum() == len(values)


def consultation_figures():
    import tomllib

    from geosafety.settings import catalog_text

    block = tomllib.loads(catalog_text("published/consultation_2024.toml"))
    return block["figures"]


@pytest.fixture(scope="module")
def consultation(demo_results):
    options = ["--geography", "force", "--period", "consultation_2024"]
    rows = exported(demo_results, *options)
    return {(r["indicator"], r["group"]): r for r in rows}


@pytest.mark.parametrize(
    "figure", consultation_figures(), ids=lambda f: f"{f['indicator']} {f['group']}"
)
def test_a_printed_figure_of_the_consultation_comes_out_as_printed(
    consultation, figure
):
    from geosafety.publish.rounding import rounded

    row = consultation[figure["indicator"], figure["group"]]
    assert rounded(float(row["value"]), figure["decimals"]) == figure["value"]
    assert row["kind"] == "published"


# Typed in apart from the catalogue, from the Public Consultation Findings Report, West
# Midlands Police and Crime Commissioner, March 2025, Questions 5, 8, 10 and 11.
@pytest.mark.parametrize(
    ("indicator", "group", "printed", "base"),
    [
        ("feels_safe_home", "all", 34.1, 5828),
        ("feels_unsafe_home", "all", 28.1, 5828),
        ("survey_answer_share", "safe_home=Neutral", 37.1, 5828),
        ("survey_answer_share", "safe_home=Don't know", 0.8, 5828),
        ("survey_answer_share", "safe_visiting=Neutral", 38.5, 2728),
        ("survey_answer_share", "safe_visiting=Very unsafe", 8.6, 2728),
        ("police_experience_positive", "all", 40.3, 2902),
        ("police_experience_negative", "all", 35.7, 2902),
        ("police_view_positive", "all", 36.3, 5828),
        ("police_view_negative", "all", 27.6, 5828),
        ("survey_answer_share", "local_area=Outside the West Midlands", 3.7, 5828),
        ("survey_answer_share", "age=65-74", 17.5, 5828),
    ],
)
def test_key_shares_of_the_consultation(consultation, indicator, group, printed, base):
    from geosafety.publish.rounding import rounded

    row = consultation[indicator, group]
    assert rounded(float(row["value"]), 1) == printed
    assert int(row["base"]) == base


def test_the_impact_rating_keeps_its_unexplained_residual(demo_results):
    rows = exported(
        demo_results,
        *["--geography", "force", "--period", "impact_areas_2022"],
        *["--indicator", "survey_answer_share"],
    )
    rating = [r for r in rows if r["group"].startswith("police_rating=")]
    assert {r["base"] for r in rating} == {"4551"}
    assert sum(float(r["value"]) for r in rating) == pytest.approx(95.1, abs=0.05)


def test_eleven_of_nineteen_impact_areas_have_under_200_responses(demo_results):
    rows = exported(
        demo_results,
        *["--geography", "impact_area", "--period", "impact_areas_2022"],
        *["--indicator", "survey_responses"],
    )
    counts = [int(r["value"]) for r in rows]
    assert len(counts) == 19
    assert sum(counts) == 4551
    assert sum(c < 200 for c in counts) == 11
    assert {r["kind"] for r in rows} == {"synthetic"}
