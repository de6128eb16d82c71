"""The main job on real input: `geosafety build examples/real.toml`.

Counts of rows are the files' own; 16+ populations are those of the published WMNow
table; the damaged borough-months were found by counting the small areas that have any
row in each borough and month of the counts file.
"""

import pytest

from geosafety.results import read_manifest, read_table, read_values

DAMAGED = {
    "E08000025": "2023-06 2023-07 2023-08 2024-09 2024-10 2025-03",
    "E08000026": "2023-06 2023-07 2024-10",
    "E08000027": "2023-06 2024-09 2024-10",
    "E08000028": "2023-06 2024-09 2024-10",
    "E08000029": "2023-06 2023-07 2023-08 2024-09 2024-10 2025-03",
    "E08000030": "2023-06 2023-07 2023-08 2024-09 2024-10 2025-03",
    "E08000031": "2023-06 2023-07 2023-08 2024-09 2024-10 2025-03",
}
PUBLISHED_16PLUS = {
    "E08000026": 306_404,
    "E08000027": 260_121,
    "E08000028": 254_180,
    "E08000029": 174_712,
    "E08000030": 224_397,
    "E08000031": 207_347,
}


@pytest.fixture(scope="module")
def inputs(real_results):
    return {i["name"]: i for i in read_manifest(real_results)["inputs"]}


@pytest.fixture(scope="module")
def ledger(real_results):
    return read_table(real_results, "ledger")


def test_the_ledger_balances_to_the_row_for_every_input_and_geography(inputs, ledger):
    rows = ledger.groupby(["input", "geography"])["rows"].sum()
    for (name, _), total in rows.items():
        assert total == inputs[name]["rows"]
    assert len(rows) == 7 * len(inputs)


def test_every_counted_crime_is_placed_in_every_layer_that_covers_the_force(ledger):
    counts = ledger[ledger["input"] == "counts by LSOA 2021"]
    placed = counts[counts["outcome"] == "placed"].groupby("geography")["counted"].sum()
    layers = ["force", "local_authority", "npu", "ward", "msoa", "lsoa"]
    assert placed[layers].tolist() == [514_391] * 6


@pytest.mark.parametrize(
    ("name", "rows", "no_location"),
    [
        ("street files of the City of London", 5_033, 456),
        ("street file of Devon and Cornwall", 10_495, 490),
    ],
)
def test_another_force_is_counted_and_never_placed(
    inputs, ledger, name, rows, no_location
):
    assert (inputs[name]["rows"], inputs[name]["placed"]) == (rows, 0)
    lines = ledger[(ledger["input"] == name) & (ledger["geography"] == "force")]
    by_reason = lines.set_index("how")["rows"]
    assert by_reason["another force, no location"] == no_location
    assert by_reason["another force"] == rows - no_location


def test_stop_and_search_loses_only_its_repeated_headings(inputs):
    entry = inputs["stop and search"]
    assert (entry["rows"], entry["rejected"]) == (14_319 + 1_005, 12)


def test_the_six_published_16plus_populations_come_out_exactly(real_results):
    values = read_values(
        real_results, geography=["local_authority"], indicator=["population_16plus"]
    ).set_index("area_code")["value"]
    for code, people in PUBLISHED_16PLUS.items():
        assert values[code] == people
    assert values["E08000025"] == 883_407  # by LSOA; published by NPU: 883,399


def test_birminghams_two_npus_hold_all_of_its_people(real_results):
    values = read_values(
        real_results, geography=["npu"], indicator=["population_16plus"]
    ).set_index("area_code")["value"]
    assert values[["BE", "BW"]].sum() == pytest.approx(883_407, abs=1e-6)
    # 426,287 by the derived border itself; LSOA by LSOA it is 425,263.
    assert abs(values["BE"] - 426_287) < 1_500


def test_old_codes_go_through_the_crosswalk_and_keep_their_totals(real_results, ledger):
    lines = ledger[ledger["input"].str.startswith("mid-2020")]
    lsoa = lines[lines["geography"] == "lsoa"].set_index("how")["rows"]
    assert lsoa["code"] == 1_638
    assert lsoa["crosswalk, shared out by Census 2021 residents"] == 40
    values = read_values(real_results, geography=["lsoa"], indicator=["population"])
    assert len(values) == 1_719
    assert values["value"].sum() == pytest.approx(2_939_927, abs=1e-3)


def test_every_damaged_borough_month_is_incomplete_and_no_other(real_results):
    coverage = read_table(real_results, "coverage")
    found = coverage[coverage["status"] == "incomplete"]
    months = found.groupby("local_authority")["period"].agg(
        lambda p: " ".join(sorted(p))
    )
    assert months.to_dict() == DAMAGED
    assert len(found) == 33


def test_what_is_incomplete_has_no_value_and_is_not_zero(real_results):
    values = read_values(
        real_results,
        geography=["local_authority", "force", "npu"],
        indicator=["crime_count"],
        period=["2024-09", "2023-06/2025-03"],
        group=["all"],
    ).set_index(["area_code", "period"])
    # No row at all: incomplete, although nothing was counted.
    dudley = values.loc[("E08000027", "2024-09")]
    assert (dudley["status"], dudley["numerator"]) == ("incomplete", 0)
    assert values.loc[("E08000026", "2024-09"), "status"] == "ok"
    force = values.loc[("E23000014", "2024-09")]
    assert force["status"] == "incomplete"
    assert force["value"] != force["value"]
    assert (values.xs("2023-06/2025-03", level=1)["status"] == "incomplete").all()


def test_a_year_that_is_covered_adds_up_exactly(real_results):
    values = read_values(
        real_results,
        indicator=["crime_count"],
        period=["2023-09/2024-08"],
        group=["all"],
    )
    totals = values.groupby("geography", observed=True)["value"].sum()
    layers = ["force", "local_authority", "npu", "ward", "msoa", "lsoa"]
    assert totals[layers].tolist() == [350_544] * 6


def test_published_npu_figures_keep_their_published_denominators(real_results):
    values = read_values(
        real_results, geography=["npu"], indicator=["wmnow_rate"], period=["2022-03"]
    ).set_index("area_code")
    assert values.loc["BE", "base"] == 421_833
    assert set(values["kind"]) == {"published"}


def test_closed_libraries_are_rejected_as_closed(inputs, ledger):
    lines = ledger[
        (ledger["input"] == "public libraries") & (ledger["how"] == "closed")
    ]
    assert set(lines["rows"]) == {31}
    assert inputs["public libraries"]["placed"] == 125
