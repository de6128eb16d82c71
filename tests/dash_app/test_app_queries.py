# ruff: noqa: F401, F811 - fixtures are imported, and then named as arguments
import math

import pytest

from dash_app.queries import layers, maps
from dash_app.table import Row
from dash_app.view import period_text
from geosafety.errors import InputError
from geosafety.publish.words import VERDICT_CODES
from geosafety.settings import indicator
from tests.dash_app.app_fixtures import app, context, made_of, results_folder

pytestmark = pytest.mark.usefixtures("context")


def view(**asked):
    return maps.resolve(**asked)[0]


def test_a_view_asked_for_by_nothing_is_the_default():
    found, notes = maps.resolve()
    assert (found.geography, found.indicator, found.period) == (
        "npu",
        "wmnow_rate",
        "2022-03",
    )
    assert notes == ()


def test_every_unknown_name_is_told_and_none_reaches_a_path():
    asked = {"g": "../../etc", "i": "../secret", "p": "x", "grp": "y", "a": "<b>"}
    found, notes = maps.resolve(**asked)
    assert len(notes) == 5
    assert found.geography == "npu"
    assert found.area == ""


def test_a_misspelt_name_gets_the_nearest_right_one():
    _, notes = maps.resolve(i="wmnow_rat")
    assert "wmnow_rate" in notes[0]


def test_a_layer_that_does_not_exist_is_refused():
    with pytest.raises(InputError, match="no layer"):
        layers.outline_of("../../etc/passwd")


def test_the_rows_are_in_the_order_of_the_polygons():
    found = view(g="ward", i="feels_safe_home")
    codes = [row.code for row in maps.table(found).rows]
    assert codes == list(layers.layer_of("ward").names)


def test_only_firm_figures_are_ranked():
    table = maps.table(view(g="ward", i="feels_safe_home"))
    left = {row.status for row in table.unranked()}
    assert left == {"suppressed", "incomplete", "not available", "low base"}
    assert len(table.ranked()) == 12
    assert all(row.status == "ok" for row in table.ranked())


def test_the_five_kinds_of_nothing_look_different():
    table = maps.table(view(g="ward", i="feels_safe_home"))
    last = [row.symbol for row in table.rows[-5:]]
    assert last[0] == "z"
    assert last[1] in "abcde"
    assert last[2:] == ["n", "i", "s"]


def test_an_area_without_a_row_is_there_and_has_no_figure():
    found = view(g="impact_area", i="wmnow_rate")
    table = maps.table(found)
    assert {row.code for row in table.rows} == {"IA-1", "IA-2"}


def test_a_verdict_is_the_one_that_the_results_hold():
    found = view(g="lsoa", i="crime_rate")
    stored = {row["area_code"]: row["verdict"] for row in maps.rows_of(found)}
    table = maps.table(found)
    for row in table.rows:
        wanted = VERDICT_CODES.get(stored[row.code], "") if row.status == "ok" else ""
        assert row.verdict == wanted
    assert any(row.verdict for row in table.rows)


def test_only_what_stands_has_a_verdict():
    table = maps.table(view(g="ward", i="feels_safe_home"))
    assert {row.verdict for row in table.rows if row.status != "ok"} == {""}
    assert table.force.verdict == ""


def test_equal_values_share_a_rank():
    table = maps.table(view(g="lsoa", i="wmnow_change"))
    ranks = {}
    for row in table.ranked():
        ranks.setdefault(row.value, set()).add(row.rank)
    assert all(len(found) == 1 for found in ranks.values())


def test_a_change_names_what_it_is_compared_with():
    found = view(g="npu", i="wmnow_change")
    assert found.period == "2022-03_vs_2021-09"
    assert period_text(found.period) == ("March 2022, compared with September 2021")


def test_changes_from_two_earlier_dates_are_not_mixed():
    periods = ("2022-03_vs_2021-09", "2022-03_vs_2021-03")
    tables = [maps.table(view(g="ward", i="wmnow_change", p=p)) for p in periods]
    one, other = ([row.value for row in table.rows] for table in tables)
    assert one != other


@pytest.mark.parametrize(
    ("text", "code"), [("ward 7", "E05000006"), ("E05000006", "E05000006")]
)
def test_an_area_is_found_by_name_or_code(text, code):
    assert layers.find("ward", text) == (code, "")


def test_a_name_that_is_in_many_says_which():
    code, why = layers.find("ward", "Ward")
    assert code == ""
    assert why.startswith("14 areas match")


def test_the_history_of_an_area_is_in_order_of_time():
    periods = [p for p, _ in maps.history(view(g="npu", a="N0001"))]
    assert periods == ["2021-09", "2022-03"]


def test_the_bounds_hold_the_whole_force():
    (south, west), (north, east) = layers.bounds()
    assert south < 52.5 < north
    assert west < -1.9 < east


def test_hidden_numbers_are_nowhere():
    table = maps.table(view(g="ward", i="feels_safe_home"))
    hidden = [row for row in table.rows if row.status == "suppressed"]
    assert hidden
    for row in hidden:
        assert all(math.isnan(n) for n in (row.value, row.base, row.numerator))


def test_a_figure_on_few_cases_is_not_ranked_even_beside_an_equal_firm_one():
    firm = Row("A", "Firm", value=5.0, status="ok")
    few = Row("B", "Few", value=5.0, status="low base")
    table = made_of(
        {"A": firm, "B": few},
        order={"A": "Firm", "B": "Few"},
        indicator=indicator("wmnow_rate"),
    )
    assert [row.rank for row in table.rows] == [1, 0]
