"""The description beside a CSV file: it keeps to the standard and says what it must."""

import csv
import json

import pandas as pd
import pytest
from click.testing import CliRunner

from geosafety.cli import main
from geosafety.publish.descriptor import csvw_text
from tests.fixtures_results import write_fixture_results
from tests.publish.csvw_rules import breaches


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_fixture_results(tmp_path_factory.mktemp("csvw") / "results")


def export(folder, *options):
    command = ["export", "--results", str(folder), *map(str, options)]
    return CliRunner().invoke(main, command)


@pytest.mark.parametrize(
    "options",
    [[], ["--wide", "--group", "all"], ["--table", "clusters"], ["--table", "ledger"],
     ["--bom"]],
    ids=["values", "wide", "clusters", "ledger", "bom"],
)  # fmt: skip
def test_a_description_keeps_to_the_standard_and_fits_its_file(
    folder, tmp_path, options
):
    path = tmp_path / "a table.csv"
    assert export(folder, *options, "--out", path, "--describe").exit_code == 0
    text = (tmp_path / "a table.csv-metadata.json").read_text("utf-8")
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    assert breaches(text, header) == []
    assert json.loads(text)["url"] == "a%20table.csv"
    for number, column in enumerate(json.loads(text)["tableSchema"]["columns"]):
        if column["datatype"] == "number":
            _ = [float(row[number]) for row in rows if row[number]]


def test_it_says_what_a_file_has_to_say(folder, tmp_path):
    export(folder, "--geography", "npu", "--out", tmp_path / "t.csv", "--describe")
    said = json.loads((tmp_path / "t.csv-metadata.json").read_text("utf-8"))
    assert "synthetic" in said["dc:description"]
    assert "Open Government Licence" in said["dc:rights"]
    notes = " ".join(note["says"] for note in said["notes"])
    for text in ("Seed: 7", "Version: geosafety", "Made of squares for a test."):
        assert text in notes
    status = said["tableSchema"]["columns"][-2]["dc:description"]
    assert "Not zero" in status or "Not zero" in json.dumps(said["tableSchema"])


def test_the_rules_find_what_breaks_the_standard():
    table = pd.DataFrame({"area_code": ["BE"], "z empowerment": [-1.0]})
    text = csvw_text(table, file="t.csv", name="values", facts={}, notes=[])
    sound = json.loads(text)
    header = list(table.columns)
    assert breaches(text, header) == []
    columns = sound["tableSchema"]["columns"]
    for spoilt in (
        sound | {"@context": "http://schema.org"},
        sound | {"url": ""},
        sound | {"title": "no prefix"},
        sound | {"tableSchema": {"columns": columns[::-1]}},
        sound | {"tableSchema": {"columns": [columns[0], columns[0]]}},
        sound | {"tableSchema": {"columns": [c | {"name": "_x"} for c in columns]}},
        sound | {"tableSchema": {"columns": [c | {"datatype": "x"} for c in columns]}},
    ):
        assert breaches(json.dumps(spoilt), header), spoilt


def test_the_screen_has_no_place_for_a_description(folder):
    done = export(folder, "--describe")
    assert done.exit_code == 2
    assert "give one with --out" in done.stderr
