"""Styles for QGIS: every area drawn once, as our own maps draw it, and said in words.

The rules of a style are written so that SQLite reads them as QGIS does; it decides here
which area falls under which rule.
"""

import sqlite3
from contextlib import closing
from xml.etree import ElementTree as Xml

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from geosafety import results
from geosafety.cli import main
from geosafety.pipeline.export import latest_period
from geosafety.publish.classes import SYMBOL_WORDS
from geosafety.publish.qgis.figures import latest_figures, opening, wide_figures
from geosafety.publish.qgis.styles import (
    legend_lines,
    literal,
    long_fields,
    quoted,
    style_text,
    wide_fields,
)
from geosafety.publish.qgis.symbols import symbol_xml
from geosafety.publish.tables import wide_table
from geosafety.settings import STATUSES, indicators
from tests.fixtures_results import write_fixture_results

COLOURS = ("#fdf0b5", "#b9dfb0", "#5fb8b5", "#2a7ea6", "#173f6b")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_fixture_results(tmp_path_factory.mktemp("qgis") / "results")


@pytest.fixture(scope="module")
def values(folder):
    return results.read_values(folder)


@pytest.fixture(scope="module")
def manifest(folder):
    return results.read_manifest(folder)


def rules_of(text):
    """Return filter of the top and (symbol, label, filter) of each rule that draws."""
    root = Xml.fromstring(text.split("\n", 1)[1])
    top = root.find("renderer-v2/rules/rule")
    drawing = [rule for rule in root.iter("rule") if rule.get("symbol") is not None]
    return top.get("filter"), drawing


def drawn(table, text):
    """Let SQLite say under which rules each area falls: labels by area code."""
    where, rules = rules_of(text)
    tests = [rule.get("filter") for rule in rules]
    assert tests[-1] == "ELSE"
    with closing(sqlite3.connect(":memory:")) as base:
        base.create_function("string_to_array", 2, lambda t, _: t)
        base.create_function("array_contains", 2, lambda t, w: w in t.split("; "))
        table.astype(dict.fromkeys(table.select_dtypes("category"), "object")).to_sql(
            "layer", base, index=False
        )
        found = {}
        for number, test in enumerate(tests[:-1]):
            asked = f"SELECT area_code FROM layer WHERE ({where or 1}) AND ({test})"
            for (code,) in base.execute(asked):
                found.setdefault(code, []).append(number)
        every = base.execute(f"SELECT area_code FROM layer WHERE {where or 1}")
        for (code,) in every.fetchall():
            found.setdefault(code, [len(tests) - 1])
    return {
        code: [rules[n].get("label") for n in which] for code, which in found.items()
    }


def expected(figure):
    """Say by the maps' own classes how each area is drawn, in the words of a key."""
    scale, said = figure.scale, {}
    for row in figure.rows.itertuples():
        symbol = scale.symbol(row.value, row.status)
        few = " (few cases)"
        if symbol in "01234":
            label = scale.labels[int(symbol)]
        elif symbol in "abcde":
            label = scale.labels["abcde".index(symbol)] + few
        elif symbol == "y":
            label = SYMBOL_WORDS["z"] + few
        else:
            label = SYMBOL_WORDS[symbol]
        said[row.area_code] = [label]
    return said


def test_every_area_falls_under_one_rule_as_on_our_own_maps(values, manifest):
    figures = latest_figures(values, manifest)
    assert {one.indicator.name for one in figures} == set(values["indicator"])
    for one in figures:
        part = values[values["geography"] == one.geography]
        assert drawn(part, style_text(one, long_fields(one))) == expected(one)


def test_a_wide_table_is_drawn_the_same(values, manifest):
    part = values[(values["geography"] == "ward") & (values["group"] == "all")]
    table = wide_table(part, None)
    figures = wide_figures(table, manifest)
    long = {one.indicator.name: one for one in latest_figures(part, manifest)}
    assert {one.indicator.name for one in figures} == set(long)
    for one in figures:
        shown = drawn(table, style_text(one, wide_fields(one)))
        assert shown == expected(long[one.indicator.name])
        assert one.period == long[one.indicator.name].period


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.sampled_from([0.0, 1.0]), st.floats(-1e6, 1e6)),
            st.sampled_from(STATUSES),
        ),
        min_size=1,
        max_size=30,
    ),
    st.sampled_from(["crime_rate", "crime_count", "crime_index", "crime_change_pct"]),
)
def test_any_values_are_drawn_once_and_as_on_our_own_maps(rows, indicator):
    table = pd.DataFrame(rows, columns=["value", "status"]).assign(
        geography="ward", indicator=indicator, period="2023-04", compared_with="",
        group="all", kind="synthetic",
    )  # fmt: skip
    table["value"] = table["value"].astype("float64")
    table["area_code"] = [f"W{n}" for n in range(len(rows))]
    (one,) = latest_figures(table, {})
    assert drawn(table, style_text(one, long_fields(one))) == expected(one)


def test_the_latest_figures_are_those_of_the_other_maps(values, manifest):
    for one in latest_figures(values, manifest):
        rows = values[
            (values["geography"] == one.geography)
            & (values["indicator"] == one.indicator.name)
            & (values["group"] == "all")
        ]
        assert one.period == latest_period(rows)
        assert one.group == "all"
        assert one.rows["area_code"].is_unique


@pytest.mark.parametrize(
    "periods",
    [
        ["2025-03", "2024-04/2025-03", "2025-05"],
        ["2023-04/2024-03", "2024-04/2025-03"],
        ["2025-03", "2025-12", "2026-01"],
        ["consultation_2024", "impact_areas_2022"],
    ],
)
def test_a_year_comes_before_a_month_and_what_has_values_before_all(values, periods):
    one = values[values["geography"] == "ward"].iloc[[0]]
    rows = pd.concat([one.assign(period=period) for period in periods])
    (figure,) = latest_figures(rows, {})
    assert figure.period == latest_period(rows)
    gone = rows.assign(value=rows["value"].where(rows["period"] != figure.period))
    (other,) = latest_figures(gone, {})
    assert other.period == latest_period(gone) != figure.period


def test_a_layer_opens_with_what_can_be_compared_not_with_a_count(values, manifest):
    figures = latest_figures(values, manifest)
    counts = [
        type(one)(**{**vars(one), "indicator": indicators()["crime_count"]})
        for one in figures
    ]
    assert set(opening([*counts, *figures]).values()) == {"wmnow_rate"}
    assert set(opening(counts).values()) == {"crime_count"}


def test_a_legend_says_what_when_where_and_that_figures_are_made_up(values, manifest):
    figures = latest_figures(values, manifest)
    safe = {o.geography: o for o in figures if o.indicator.name == "feels_safe_home"}
    assert legend_lines(safe["ward"]) == [
        "Feel safe or very safe where they live",
        "Consultation 2024, by ward",
        "Synthetic figures: made up for demonstration, about nobody",
    ]
    assert "impact area (illustrative)" in legend_lines(safe["impact_area"])[1]
    change = next(one for one in figures if one.indicator.name == "wmnow_change")
    assert "compared with September 2021" in legend_lines(change)[1]


def test_hidden_incomplete_missing_few_and_zero_look_different():
    looks = set()
    for symbol in "0az" + "y" + "sin":
        text = Xml.tostring(symbol_xml(symbol, "0", COLOURS), encoding="unicode")
        looks.add(text)
    assert len(looks) == 7
    hidden = symbol_xml("s", "0", COLOURS)
    options = {one.get("name"): one.get("value") for one in hidden.iter("Option")}
    assert (options["style"], options["outline_style"]) == ("no", "dash")


def test_every_rule_has_its_symbol_and_every_inner_symbol_its_name(values, manifest):
    for one in latest_figures(values, manifest):
        root = Xml.fromstring(style_text(one, long_fields(one)).split("\n", 1)[1])
        made = [symbol.get("name") for symbol in root.findall("renderer-v2/symbols/*")]
        assert made == [r.get("symbol") for r in root.iter("rule") if r.get("symbol")]
        for symbol in root.findall("renderer-v2/symbols/symbol"):
            for inner in symbol.findall("layer/symbol"):
                assert inner.get("name") == f"@{symbol.get('name')}@1"


@pytest.mark.parametrize("text", ['O\'Brien & "Co"', "it's ''", "--", "; DROP TABLE x"])
def test_names_and_words_in_a_rule_stay_what_they_are(text):
    with closing(sqlite3.connect(":memory:")) as base:
        assert base.execute(f"SELECT {literal(text)}").fetchone() == (text,)
        base.execute(f"CREATE TABLE t ({quoted(text)})")
        assert base.execute("SELECT name FROM pragma_table_info('t')").fetchone() == (
            text,
        )


def test_a_backslash_is_doubled_as_qgis_reads_escapes():
    assert literal("a\\n\n\t") == r"'a\\n\n\t'"


def test_a_geopackage_opens_with_styles_and_a_table_of_other_things_has_none(
    folder, tmp_path
):
    for wide in ([], ["--wide", "--group", "all"]):
        out = tmp_path / f"t{len(wide)}.gpkg"
        command = ["export", "--results", str(folder), "--out", str(out), *wide]
        done = CliRunner().invoke(main, [*command, "--geography", "ward"])
        assert done.exit_code == 0, done.output
        with closing(sqlite3.connect(out)) as base:
            rows = base.execute(
                "SELECT f_table_name, f_geometry_column, styleName, useAsDefault,"
                " styleQML FROM layer_styles"
            ).fetchall()
            layer = pd.read_sql("SELECT * FROM ward", base)
        assert {row[:2] for row in rows} == {("ward", "geom")}
        assert [row[2] for row in rows if row[3]] == ["wmnow_rate"]
        assert {row[2] for row in rows} == {
            "wmnow_rate", "wmnow_change", "crime_rate", "feels_safe_home"
        }  # fmt: skip
        for row in rows:
            assert len(drawn(layer, row[4])) == 16
