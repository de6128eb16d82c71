"""The page set beside the Force and its picture: every area looks alike on both."""
# ruff: noqa: F401, F811 - fixtures are imported, and then named as arguments

import numpy as np
import pytest

from dash_app.app import create_app
from dash_app.components.map import parts
from dash_app.jobs import pictures
from dash_app.queries import maps
from dash_app.queries.source import folder
from geosafety import results
from geosafety.pipeline.map_files import read_sheet
from tests.dash_app.app_fixtures import (
    app,
    client,
    context,
    demo_app,
    demo_context,
    results_folder,
    showing,
)
from tests.fixtures_results import text_of

SMALL = [
    {"g": "lsoa", "i": "crime_rate"},
    {"g": "ward", "i": "crime_rate", "grp": "category=Burglary"},
    {"g": "ward", "i": "feels_safe_home"},
    {"g": "npu", "i": "wmnow_rate", "p": "2021-09"},
    {"g": "impact_area", "i": "crime_rate"},
]
DEMO = [
    {"g": "npu", "i": "wmnow_rate"},
    {"g": "ward", "i": "feels_safe_home"},
    {"g": "lsoa", "i": "crime_rate"},
    {"g": "impact_area", "i": "police_rating_good"},
]


def both(asked):
    """What the page shows of a view, and the sheet that its picture is drawn from."""
    view, notes = maps.resolve(**asked, v="force")
    assert (notes, view.look) == ((), "force")
    sheet = read_sheet(folder(), pictures._wanted(view))
    return maps.table(view), sheet, parts.parts(view, order="highest")


def agree(asked):
    table, sheet, shown = both(asked)
    assert {row.code: row.symbol for row in table.rows} == {
        code: tip.symbol for code, tip in sheet.tips.items()
    }
    assert table.scale.colours == sheet.colours
    key = text_of(shown["key"])
    for line in sheet.key:
        if line.symbol != "line":
            words = line.label.removesuffix(" (the Force)")
            between = " areas" if line.symbol in "01234z" else ""
            assert " ".join(f"{words} {line.count:,}{between}".split()) in " ".join(
                key.split()
            )
    assert shown["unit"] == sheet.key_title


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("asked", SMALL)
def test_page_and_picture_agree_on_every_area(asked):
    agree(asked)


@pytest.mark.usefixtures("demo_context")
@pytest.mark.parametrize("asked", DEMO)
def test_they_agree_in_the_demonstration(asked):
    agree(asked)


@pytest.mark.usefixtures("context")
def test_the_link_of_the_picture_is_on_the_page(client):
    view, _ = maps.resolve(g="ward", i="feels_safe_home", v="force")
    *_, link = parts.links(view)
    assert text_of(link) == "Picture (PNG)"
    answer = client.get(link.href)
    assert answer.status_code == 200
    assert answer.data.startswith(b"\x89PNG")
    plain = client.get(link.href.replace("&v=force", ""))
    assert plain.data != answer.data


@pytest.fixture(scope="module")
def incomplete(results_folder, tmp_path_factory):
    """The small results, where no source covers the whole Force's crimes."""
    import shutil

    out = tmp_path_factory.mktemp("incomplete") / "results"
    shutil.copytree(results_folder, out)
    values = results.read_values(results_folder).astype({"status": "str"})
    force = (values["geography"] == "force") & (values["indicator"] == "crime_rate")
    values.loc[force, ["value", "lower", "upper"]] = np.nan
    values.loc[force, "status"] = "incomplete"
    with results.ValueWriter(out / "values.parquet") as writer:
        writer.append(values)
    return out


def test_without_a_force_figure_the_page_shows_the_value_and_says_so(app, incomplete):
    with showing(app, incomplete):
        view, _ = maps.resolve(g="ward", i="crime_rate", v="force")
        table = maps.table(view)
        shown = parts.parts(view, order="highest")
        plain = maps.table(maps.resolve(g="ward", i="crime_rate")[0])
    assert table.scale == plain.scale
    assert [row.symbol for row in table.rows] == [row.symbol for row in plain.rows]
    said = text_of(shown["heading"])
    assert "These results hold no Force figure for April 2023 to March 2024." in said
    assert "The map shows the value instead." in said
    assert "beside" not in shown["unit"]


def test_its_picture_is_then_that_of_the_value(incomplete):
    client = create_app(incomplete).server.test_client()
    asked = "/view.png?g=ward&i=crime_rate"
    beside, plain = client.get(f"{asked}&v=force"), client.get(asked)
    assert beside.status_code == 200
    assert beside.data == plain.data


def test_a_change_is_had_as_a_picture_with_the_period_it_is_compared_with(client):
    answers = [
        client.get(f"/view.png?g=npu&i=wmnow_change&p=2022-03_vs_{earlier}")
        for earlier in ("2021-03", "2021-09")
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].data != answers[1].data
