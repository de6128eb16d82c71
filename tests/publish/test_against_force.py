"""Maps set beside the Force: classes, what is grey, what is refused and written."""

import dataclasses
import re

import pandas as pd
import pytest
from click.testing import CliRunner

from geosafety import results
from geosafety.cli import main
from geosafety.errors import MethodError
from geosafety.pipeline.map_files import Wanted, read_sheet
from geosafety.publish import against_force
from geosafety.publish.map_page import page_html
from geosafety.publish.maps import indicator_sheet
from geosafety.publish.static_map import draw
from geosafety.settings import indicator
from tests.fixtures_results import write_fixture_results

SAME = "cannot tell: no meaningful difference"
# By hand: from the Force's 50 the figures lie 20, 10, 1, 1, 10, 40 and 20 away, so that
# the middle ends 1 away (their 15th in 100), the next 19 (their 65th): 31, 49, 51, 69.
CASES = [
    (30.0, "ok", "clear: lower", "0"),
    (40.0, "ok", "likely: lower", "1"),
    (49.0, "ok", "cannot tell", "g"),
    (51.0, "ok", SAME, "g"),
    (60.0, "ok", "likely: higher", "3"),
    (90.0, "ok", "clear: higher", "4"),
    (70.0, "low base", "cannot tell", "e"),
    (float("nan"), "suppressed", "suppressed", "s"),
    (float("nan"), "incomplete", "", "i"),
    (float("nan"), "not available", "", "n"),
]
VALUES, STATUSES, VERDICTS, SYMBOLS = map(list, zip(*CASES, strict=True))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_fixture_results(tmp_path_factory.mktemp("against") / "results")


@pytest.fixture(scope="module")
def wards(folder):
    wanted = Wanted(look="force", geography="ward", indicator="feels_safe_home")
    return read_sheet(folder, wanted)


def sheet_of(folder, name, *, force=True):
    """The ward map of an indicator beside the Force, or without the Force's rows."""
    layers = ["ward", "force"] if force else ["ward"]
    values = results.read_values(folder, geography=layers, indicator=[name])
    values = values[values["group"] == "all"]
    return indicator_sheet(
        values,
        results.read_geometry(folder, "ward"),
        indicator=indicator(name),
        manifest=results.read_manifest(folder),
        geography="ward",
        period=str(values["period"].astype(str).max()),
        against=True,
    )


def test_a_case_worked_by_hand():
    scale, drawn = against_force.classed(
        VALUES, STATUSES, VERDICTS, measure="share", force=50.0
    )
    assert scale.breaks == (31.0, 49.0, 51.0, 69.0)
    assert drawn == SYMBOLS


def test_without_a_force_figure_nothing_is_grey():
    _, drawn = against_force.classed(
        VALUES, STATUSES, VERDICTS, measure="share", force=float("nan")
    )
    assert "g" not in drawn
    assert drawn[-3:] == ["s", "i", "n"]


def test_the_map_follows_the_verdicts_in_the_results(folder, wards):
    values = results.read_values(
        folder, geography=["ward"], indicator=["feels_safe_home"]
    )
    rows = values.astype({"status": "str", "verdict": "str"}).set_index("area_code")
    alike = rows["verdict"].isin(["cannot tell", SAME]) & (rows["status"] == "ok")
    assert alike.any()
    for code, tip in wards.tips.items():
        assert (tip.symbol == "g") == alike[code]
        # What is higher than the Force's 62 is never in a class below it.
        if tip.symbol.isdigit():
            above = rows.loc[code, "value"] > 62.0
            assert (int(tip.symbol) >= 2) if above else (int(tip.symbol) <= 2)


def test_title_notes_and_key_say_what_is_beside_what(wards):
    assert wards.title.endswith(", set beside the Force (62.0%)")
    said = " ".join(wards.notes)
    assert "The Force: 62.0%." in said
    assert "grey areas cannot be told from it, or hardly differ" in said
    assert "Hatched areas rest on few cases" in said
    assert wards.key_title == "Key: per cent, set beside the Force"
    lines = {line.label: line.count for line in wards.key}
    drawn = [tip.symbol for tip in wards.tips.values()]
    assert lines["Cannot be told from the Force, or hardly differs"] == drawn.count("g")
    assert sum("(the Force)" in label for label in lines) == 1
    counted = ("g", "s", "i", "n")
    classes = sum(line.count for line in wards.key if line.symbol.isdigit())
    assert classes == len(drawn) - sum(drawn.count(symbol) for symbol in counted)


def test_hatching_is_explained_only_where_there_is_some():
    assert "Hatched" not in against_force.how_to_read(["0", "g", "s"])
    assert "Hatched" in against_force.how_to_read(["0", "y"])


WORDS = {
    "clear: higher": "clearly higher than the Force",
    "clear: lower": "clearly lower than the Force",
    "likely: higher": "likely higher than the Force",
    "likely: lower": "likely lower than the Force",
    "cannot tell": "cannot be told from the Force",
    SAME: "no meaningful difference from the Force",
}


def test_the_table_of_the_page_has_the_verdicts_in_words(folder, wards):
    values = results.read_values(
        folder, geography=["ward"], indicator=["feels_safe_home"]
    ).astype("str")
    pairs = zip(values["verdict"], values["status"], strict=True)
    judged = dict(zip(values["area_code"], pairs, strict=True))
    table = page_html(wards).split("<table><caption>")[1].split("</tbody>")[0]
    rows = [re.sub(r"<[^>]+>", "|", row) for row in table.split("<tr>")[2:]]
    assert len(rows) == 16
    for row in rows:
        code = next(cell for cell in row.split("|") if cell in judged)
        verdict, status = judged[code]
        assert f"|{WORDS.get(verdict, '')}" in row, code
        assert (wards.tips[code].symbol == "g") == (
            status == "ok" and verdict.startswith("cannot tell")
        )


def test_a_picture_is_of_the_same_map(wards):
    svg = draw(wards, "svg").decode()
    grey = sum(tip.symbol == "g" for tip in wards.tips.values())
    # Every grey area, and its line in the key.
    assert svg.count('fill="#dcdee1"') == grey + 1
    assert "set beside the Force" in svg


@pytest.mark.parametrize(
    ("name", "changed"),
    [("wmnow_change", {}), ("crime_rate", {"weighted": True})],
)
def test_what_is_not_judged_against_the_force_is_refused(name, changed):
    one = dataclasses.replace(indicator(name), **changed)
    assert not against_force.can_be_set(one)
    with pytest.raises(MethodError, match="cannot be set beside the Force") as refused:
        against_force.refuse(one, 50.0, "2022-03")
    assert "values" in refused.value.hint


def test_a_map_of_what_cannot_be_set_beside_the_force_is_refused(folder):
    with pytest.raises(MethodError, match="cannot be set beside the Force"):
        read_sheet(folder, Wanted(look="force", indicator="wmnow_change"))


def test_without_a_figure_of_the_force_the_map_is_refused(folder):
    with pytest.raises(MethodError, match="no Force figure for March 2022") as refused:
        sheet_of(folder, "wmnow_rate", force=False)
    assert "another period or group" in refused.value.hint
    assert sheet_of(folder, "wmnow_rate").title.endswith("set beside the Force (50.0)")


def test_of_several_earlier_periods_a_change_takes_the_nearest(folder):
    shown = Wanted(geography="ward", indicator="wmnow_change", period="2022-03")
    assert "compared with September 2021" in read_sheet(folder, shown).title
    other = dataclasses.replace(shown, compared_with="2021-03")
    values = results.read_values(
        folder,
        geography=["ward"],
        indicator=["wmnow_change"],
        compared_with=["2021-03"],
    )
    sheet = read_sheet(folder, other)
    assert "compared with March 2021" in sheet.title
    cells = {row[1]: row[2] for row in sheet.table.rows}
    first = values.iloc[0]
    assert cells[str(first["area_code"])] == f"{first['value']:+.0f}".replace("-", "−")


@pytest.mark.parametrize(
    ("ending", "start"),
    [("html", b"<!DOCTYPE html>"), ("png", b"\x89PNG"), ("svg", b"<svg")],
)
def test_the_command_writes_the_three_kinds_of_file(folder, tmp_path, ending, start):
    out = tmp_path / f"map.{ending}"
    asked = ["--look", "force", "--geography", "ward", "--indicator", "feels_safe_home"]
    done = run("map", "--results", folder, *asked, "--out", out)
    assert done.exit_code == 0, done.output
    assert "set beside the Force (62.0%)" in done.output
    body = out.read_bytes()
    assert start in body[:200]
    if ending != "png":
        assert b"set beside the Force" in body


def test_the_command_says_why_not_and_what_to_do(folder, tmp_path):
    asked = ["--look", "force", "--indicator", "wmnow_change"]
    done = run("map", "--results", folder, *asked, "--out", tmp_path / "map.png")
    assert done.exit_code == 1
    assert "cannot be set beside the Force" in done.output
    assert "draw the values instead" in done.output
    assert not (tmp_path / "map.png").exists()


def run(*command):
    return CliRunner().invoke(main, [str(part) for part in command])


def test_the_edge_of_all_areas_is_drawn_where_they_end(folder):
    from geosafety.publish.web_shapes import lean_edge

    layer = results.read_geometry(folder, "ward")
    (feature,) = lean_edge(layer)["features"]
    found = pd.DataFrame(feature["geometry"]["coordinates"][0], columns=["x", "y"])
    bounds = layer.to_crs(4326).total_bounds
    drawn = [*found.min().tolist(), *found.max().tolist()]
    assert drawn == pytest.approx(bounds.tolist(), abs=2e-5)
