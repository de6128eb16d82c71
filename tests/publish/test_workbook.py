"""The whole workbook: what is in it, how it reads, and that a machine can read it."""

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

from geosafety import results
from geosafety.cli import main
from geosafety.publish.accessible import read_faults
from geosafety.publish.dictionary import NO_WORDS, column_words
from geosafety.publish.marks import SHORTHAND
from geosafety.publish.sheets import Sheet, number_formats
from geosafety.publish.workbook import write_sheets
from geosafety.settings import STATUSES, VALUE_COLUMNS
from tests.fixtures_results import FORMULA, write_fixture_results


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_fixture_results(tmp_path_factory.mktemp("book") / "results")


def export(folder, *options):
    command = ["export", "--results", str(folder), *map(str, options)]
    return CliRunner().invoke(main, command)


@pytest.fixture(scope="module")
def path(folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "book.xlsx"
    done = export(folder, "--geography", "ward", "--geography", "npu", "--out", out)
    assert done.exit_code == 0, done.output
    return out


@pytest.fixture(scope="module")
def book(path):
    return openpyxl.load_workbook(path)


def table_of(sheet):
    """Read a sheet's one table, by its reference, as a stranger would."""
    (table,) = sheet.tables.values()
    head, *rows = [[cell.value for cell in row] for row in sheet[table.ref]]
    return pd.DataFrame(rows, columns=head)


# --- what is in it -------------------------------------------------------------------


def test_the_sheets_come_in_the_order_of_reading(book):
    assert book.sheetnames[:3] == ["Cover", "Contents", "Notes"]
    ends = ["Values", "Data dictionary", "Methods", "Sources", "Input files"]
    assert book.sheetnames[-7:] == [*ends, "Ledger", "Coverage"]
    assert "ward crime_rate" in book.sheetnames


def test_the_cover_says_everything_a_file_has_to_say(book):
    cover = table_of(book["Cover"]).set_index("About")["What it says"]
    asked = ["What", "Where", "When", "Base", "Method", "Version", "Seed", "Source"]
    assert set(asked) <= set(cover.index)
    assert "synthetic" in cover["Synthetic figures"]
    assert "Open Government Licence" in cover["Licence"]
    assert cover["Seed"] == "7"


def test_the_contents_lead_to_every_sheet(book):
    sheet = book["Contents"]
    listed = table_of(sheet)
    assert ["Cover", "Contents", *listed["Sheet"]] == book.sheetnames
    goals = [row[0].hyperlink.location for row in sheet.iter_rows(min_row=5)]
    assert goals == [f"'{name}'!A1" for name in listed["Sheet"]]
    for name, rows in zip(listed["Sheet"], listed["Rows"], strict=True):
        assert len(table_of(book[name])) == rows


def test_values_are_whole_and_unrounded(book, folder):
    kept = results.read_values(folder, geography=["ward", "npu"])
    table = table_of(book["Values"])
    assert len(table) == len(kept)
    assert table["value"].tolist() == pytest.approx(kept["value"].tolist(), nan_ok=True)
    # The format holds 16 digits, one more than Excel computes with.
    exact = [float(f"{value:.16g}") for value in kept["value"].dropna()]
    assert table["value"].dropna().tolist() == exact
    assert list(table["area_code"]) == list(kept["area_code"])


def test_each_status_has_a_mark_that_the_notes_explain(book):
    table = table_of(book["Values"])
    for status in STATUSES:
        marks = set(table.loc[table["status"] == status, "shorthand"].fillna(""))
        assert marks == {SHORTHAND[status]}
    assert len(set(SHORTHAND.values())) == len(STATUSES)
    notes = table_of(book["Notes"])
    for mark in SHORTHAND.values():
        assert not mark or f"Shorthand {mark}" in set(notes["About"])


def test_a_readable_table_has_a_blank_and_its_mark_never_a_zero(book):
    table = table_of(book["ward feels_safe_home"])
    value = next(name for name in table if name.startswith("Value"))
    hidden = table[table["Shorthand"].isin(["[c]", "[x]", "[i]"])]
    assert len(hidden) == 3
    assert hidden[value].isna().all()
    low = table[table["Shorthand"] == "[u]"]
    assert low[value].notna().all()
    assert (table[value] == 0).sum() == 1


def test_several_periods_stand_side_by_side(book):
    table = table_of(book["npu wmnow_rate"])
    assert {"September 2021", "March 2022"} <= set(table.columns)
    assert len(table) == 4
    change = table_of(book["npu wmnow_change"])
    assert "March 2022, compared with March 2021" in change


def test_a_heading_points_at_its_note(book):
    notes = table_of(book["Notes"]).set_index("About")["Note"]
    heads = list(table_of(book["ward crime_rate"]))
    assert f"Lower end, 95 % [{notes['Intervals']}]" in heads
    assert f"Area [{notes['Layer: ward']}]" in heads


def test_a_formula_for_a_name_is_text(book):
    cells = [c for row in book["ward crime_rate"].iter_rows() for c in row]
    found = [c for c in cells if c.value == FORMULA]
    assert found
    assert all(c.data_type == "s" and c.quotePrefix for c in found)


def test_the_dictionary_explains_every_column(book):
    table = table_of(book["Data dictionary"])
    mine = table[table["Table"] == "values"]
    assert set(VALUE_COLUMNS) <= set(mine["Column"])
    assert not (table["Meaning"] == NO_WORDS).any()


def test_every_column_of_every_table_of_results_is_explained(demo_results):
    for name in results_tables(demo_results):
        columns = pd.read_parquet(demo_results / f"{name}.parquet").columns
        words = column_words(name, columns)
        lost = [c for c, said in words.items() if said == NO_WORDS]
        assert not lost, f"say in publish/columns.toml what {lost} of {name} are"


def results_tables(folder):
    return sorted(path.stem for path in folder.glob("*.parquet"))


# --- how it is written ---------------------------------------------------------------


def test_the_same_results_give_the_same_bytes(folder, path, tmp_path):
    again = tmp_path / "again.xlsx"
    export(folder, "--geography", "ward", "--geography", "npu", "--out", again)
    assert again.read_bytes() == path.read_bytes()


def test_the_document_has_a_title_and_a_language(book):
    assert book.properties.title == "Squares"
    assert book.properties.creator == "geosafety"
    assert {p.name: p.value for p in book.custom_doc_props.props} == {
        "Language": "en-GB"
    }


def test_numbers_are_shown_rounded_and_kept_whole():
    table = pd.DataFrame(
        {"base": [2_310_560.0], "value": [52.3803], "lower": [0.04], "p_value": [2e-5]}
    )
    shown = {"base": "#,##0", "value": "#,##0.00", "lower": "#,##0.00"}
    assert number_formats(table) == {**shown, "p_value": "0.00000"}
    assert number_formats(table, 0)["value"] == "#,##0"


def test_too_many_readable_tables_are_left_out_and_the_cover_says_so(
    folder, tmp_path, monkeypatch
):
    monkeypatch.setattr("geosafety.publish.whole_workbook.MOST_SHEETS", 1)
    export(folder, "--geography", "npu", "--out", tmp_path / "b.xlsx")
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert "npu wmnow_rate" not in book.sheetnames
    cover = table_of(book["Cover"]).set_index("About")["What it says"]
    assert "Readable tables are left out" in cover["Layout"]


def test_names_of_sheets_are_made_unique_and_valid(tmp_path):
    table = pd.DataFrame({"a": ["x"]})
    sheets = [Sheet(name=n, title="T", table=table)
              for n in ("a/b" * 20, "a/b" * 20, "A b" * 20, "'x'")]  # fmt: skip
    path = tmp_path / "n.xlsx"
    write_sheets(sheets, path, title="T", built="2026-01-02T03:04:05+00:00", about="")
    assert read_faults(path) == []
    assert len(set(openpyxl.load_workbook(path).sheetnames)) == 4


# --- accessibility -------------------------------------------------------------------


def test_the_workbook_passes_its_accessibility_checks(path):
    assert read_faults(path) == []


@pytest.mark.parametrize("options", [["--wide"], ["--decimals", "1"]])
def test_other_layouts_pass_too(folder, tmp_path, options):
    out = tmp_path / "b.xlsx"
    done = export(folder, "--geography", "ward", "--group", "all", *options,
                  "--out", out)  # fmt: skip
    assert done.exit_code == 0, done.output
    assert read_faults(out) == []


@pytest.mark.parametrize("name", ["clusters", "trends", "ledger", "coverage", "areas"])
def test_every_other_table_passes_too(folder, tmp_path, name):
    out = tmp_path / "b.xlsx"
    done = export(folder, "--table", name, "--out", out)
    assert done.exit_code == 0, done.output
    assert read_faults(out) == []


def merge(sheet):
    sheet.merge_cells("A1:B1")


def blank_row(sheet):
    for cell in sheet[sheet.max_row - 1]:
        cell.value = None


def hide(sheet):
    sheet.row_dimensions[2].hidden = True


def thaw(sheet):
    sheet.freeze_panes = None


def no_title(sheet):
    sheet["A1"].value = None


def untable(sheet):
    sheet.tables.clear()


def fill(sheet):
    sheet["A2"].fill = openpyxl.styles.PatternFill("solid", fgColor="FF0000")


def colour(sheet):
    sheet["A2"].font = openpyxl.styles.Font(color="FFFF0000")


def formula(sheet):
    sheet["A2"].value = "=1+1"


def outside(sheet):
    sheet.cell(sheet.max_row + 2, 1).value = "a remark under the table"


def empty_head(sheet):
    sheet["B3"].value = None


FAULTS = {
    merge: "merged", blank_row: "is blank", hide: "is hidden", thaw: "not frozen",
    no_title: "no title", untable: "0 tables", fill: "background", colour: "colour",
    formula: "formula", outside: "outside", empty_head: "heading is empty",
}  # fmt: skip


@pytest.mark.parametrize("spoil", FAULTS, ids=lambda spoil: spoil.__name__)
def test_the_check_finds_what_is_wrong(tmp_path, spoil):
    path = tmp_path / "sound.xlsx"
    table = pd.DataFrame({"a": ["x", "y", "z"], "b": [1.0, 2.0, 3.0]})
    sheet = Sheet(name="Contents", title="T", lines=("One line.",), table=table)
    write_sheets([sheet], path, title="T", built="2026-01-02T03:04:05", about="")
    assert read_faults(path) == []
    book = openpyxl.load_workbook(path)
    spoil(book["Contents"])
    book.save(tmp_path / "spoilt.xlsx")
    faults = read_faults(tmp_path / "spoilt.xlsx")
    assert any(FAULTS[spoil] in fault for fault in faults), faults
    assert all(fault.startswith("Contents: ") for fault in faults)
