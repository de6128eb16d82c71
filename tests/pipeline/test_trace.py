"""From a number back: the counts that are shown make the value that is stored."""

import json

import pytest
from click.testing import CliRunner

from geosafety import results
from geosafety.cli import main
from geosafety.errors import InputError
from geosafety.pipeline.recompute import recomputed
from geosafety.pipeline.trace import Wanted, trace
from geosafety.settings import indicators

NO_SOURCE = {"given"}


def section(made, heading):
    return next(one for one in made.sections if one.heading == heading)


def facts(made, heading):
    return {row[0]: row[1] for row in section(made, heading).rows}


@pytest.fixture(scope="module")
def birmingham(demo_results):
    return trace(demo_results, Wanted(indicator="wmnow_rate", area="Birmingham",
                                      period="2022-03"))  # fmt: skip


def test_birminghams_members_are_the_published_count_over_the_published_people(
    birmingham,
):
    assert birmingham.title.endswith("51.6 per 1,000 people aged 16 and over")
    assert birmingham.agrees is True
    again = facts(birmingham, "Computed anew")
    assert again["Formula"] == "1,000 x 45,603 / 883,399"
    assert float(again["Computed"]) == pytest.approx(51.62220016, abs=1e-8)
    stored = facts(birmingham, "The value as it is stored")
    assert (stored["numerator"], stored["base"]) == ("45603.0", "883399.0")
    assert stored["kind"] == "published"


def test_it_names_the_rule_the_file_and_its_hash(birmingham, demo_results):
    assert facts(birmingham, "The rule")["Hidden under"] == "10 members"
    manifest = results.read_manifest(demo_results)
    known = {
        (file["name"], file["sha256"])
        for one in manifest["inputs"]
        if one["dataset"] in ("wmnow", "population")
        for file in one["files"]
    }
    said = {(row[1], row[3]) for row in section(birmingham, "Files").rows}
    assert said == known
    build = facts(birmingham, "The build")
    assert build["Catalogue, SHA-256"] == manifest["catalogue_sha256"]
    assert build["Seed"] == "0"


def test_the_rows_of_the_ledger_are_all_there(birmingham, demo_results):
    ledger = results.read_table(demo_results, "ledger")
    mine = ledger[(ledger["dataset"] == "wmnow")
                  & (ledger["geography"] == "local_authority")]  # fmt: skip
    rows = section(birmingham, "Where the rows went").rows
    total = sum(int(row[3].replace(",", "")) for row in rows)
    assert total == mine["rows"].sum()


def test_smaller_areas_say_that_their_split_is_synthetic(birmingham):
    found = section(birmingham, "The same by ward")
    assert len(found.rows) == 69 + 1
    assert {row[5] for row in found.rows[:-1]} == {"synthetic"}
    assert found.rows[-1][2] == "45,603"


def test_every_kind_of_value_of_the_demo_is_computed_anew_and_agrees(demo_results):
    values = results.read_values(demo_results, geography=["npu"])
    shown = values[values["value"].notna()]
    first = shown.groupby(["indicator", "compared_with"], observed=True).head(2)
    seen = set()
    for row in first.to_dict("records"):
        indicator = indicators().get(row["indicator"])
        if indicator is None:  # a project's own
            continue
        agrees = recomputed(demo_results, row, indicator).agrees
        expected = None if indicator.measure in NO_SOURCE else True
        assert agrees is expected, row["indicator"]
        seen.add(indicator.measure)
    assert seen >= {"count", "rate", "share", "index", "needed", "change",
                    "change_pct", "rate_change", "share_change",
                    "share_of_force"}  # fmt: skip


def test_a_value_that_does_not_follow_from_its_counts_is_told(demo_results):
    found = results.read_values(
        demo_results, geography=["npu"], indicator=["wmnow_rate"], period=["2022-03"]
    )
    row = found.iloc[0].to_dict() | {"value": 50.0}
    again = recomputed(demo_results, row, indicators()["wmnow_rate"])
    assert again.agrees is False
    assert "THEY DIFFER" in dict(again.rows)["Comparison"]


@pytest.fixture(scope="module")
def hidden(demo_results):
    values = results.read_values(
        demo_results, geography=["impact_area"], indicator=["survey_responses"]
    )
    row = values[values["status"] == "suppressed"].iloc[0]
    wanted = Wanted(indicator="survey_responses", area=str(row["area_code"]),
                    period=str(row["period"]), group=str(row["group"]))  # fmt: skip
    return trace(demo_results, wanted)


def test_a_hidden_value_says_which_rule_and_shows_no_count(hidden):
    assert hidden.agrees is None
    assert "hidden: too few to show" in hidden.title
    stored = facts(hidden, "The value as it is stored")
    numbers = ("value", "lower", "upper", "numerator", "base")
    assert [stored[name] for name in numbers] == [""] * 5
    rule = " ".join(section(hidden, "Why it is hidden").rows[0])
    assert "fewer than 10 responses" in rule
    headings = [one.heading for one in hidden.sections]
    assert not [name for name in headings if name.startswith("The same by")]


def test_an_incomplete_value_names_the_months_that_are_not_covered(real_results):
    wanted = Wanted(indicator="crime_rate", area="SH", period="2024-04/2025-03")
    made = trace(real_results, wanted)
    assert "incomplete" in made.title
    months = section(made, "Months not covered").rows
    assert {row[1] for row in months} >= {"2024-09"}
    assert all(row[0] == "E08000029" for row in months)
    assert section(made, "The same by ward").rows[-1][2] == "15,834"


@pytest.mark.parametrize(
    ("wanted", "hint"),
    [
        ({"indicator": "wmnow_rat"}, "wmnow_rate"),
        ({"area": "Birmingam"}, "Birmingham"),
        ({"period": "2022-02"}, "2022-03"),
        ({"group": "al"}, "all"),
        ({"area": "Coventry"}, "--geography"),
        ({"indicator": "wmnow_change", "compared_with": "1999"}, "--compared-with"),
    ],
)
def test_a_number_that_is_not_there_names_what_is_near(demo_results, wanted, hint):
    asked = {"indicator": "wmnow_rate", "area": "Birmingham", "period": "2022-03"}
    with pytest.raises(InputError) as refused:
        trace(demo_results, Wanted(**(asked | wanted)))
    assert hint in refused.value.hint


def test_the_command_prints_text_or_json(demo_results):
    def run(*more):
        command = ["trace", "wmnow_share_change", "BE", "2022-03", "--compared-with",
                   "2021-03", "--results", str(demo_results), *more]  # fmt: skip
        return CliRunner().invoke(main, command)

    said = run().output
    assert "They agree." in said
    made = json.loads(run("--json").output)
    assert made["agrees"] is True
    assert made["sections"][0]["heading"] == "The value as it is stored"
    lengths = {len(row) == len(one["columns"])
               for one in made["sections"] for row in one["rows"]}  # fmt: skip
    assert lengths == {True}
