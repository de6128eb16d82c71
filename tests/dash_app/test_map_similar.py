# ruff: noqa: F401, F811 - fixtures are imported, and then named as arguments
"""The areas most like the chosen one, in the map's card."""

import shutil

import pytest
from dash import html

from dash_app.components.map import parts
from dash_app.queries import maps, source
from dash_app.queries.alike import alike
from geosafety import results
from geosafety.pipeline.alike import WHY_NOT
from geosafety.publish import words
from geosafety.settings import indicator
from tests.dash_app.app_fixtures import (
    app,
    client,
    context,
    demo_app,
    demo_context,
    results_folder,
    showing,
)
from tests.dash_app.test_app_callbacks import outputs_of, post, spec_of
from tests.fixtures_results import text_of


def view(**asked):
    return maps.resolve(**asked)[0]


def card(**asked):
    return parts.parts(view(**asked), order="highest")["card"]


def every(component, kind):
    """Return all parts of one kind, however deep."""
    if isinstance(component, list | tuple):
        return [found for part in component for found in every(part, kind)]
    inner = every(getattr(component, "children", None) or [], kind)
    return [*([component] if isinstance(component, kind) else []), *inner]


def rows_of(card):
    """Return the rows of the table of similar areas: code, name, figure, mark."""
    table = next(t for t in every(card, html.Table) if "Most similar" in text_of(t))
    found = []
    for row in every(table, html.Tr)[1:]:
        (button,) = every(row, html.Button)
        head, figure = row.children
        found.append((button.id["code"], text_of(head), text_of(figure)))
    return found


@pytest.mark.usefixtures("context")
def test_five_areas_each_have_the_figure_that_the_map_shows():
    asked = {"g": "ward", "i": "crime_rate", "a": "E05000005"}
    found = rows_of(card(**asked))
    table = maps.table(view(**asked))
    assert [code for code, *_ in found] == list(alike("ward", "E05000005").codes)
    assert len(found) == 5
    for code, name, figure in found:
        row, known = table.row(code), indicator("crime_rate")
        assert row.name in name
        value = words.value_text(row.value, known)
        assert figure.split() == [
            *value.split(),
            *words.interval_text(row.lower, row.upper, known).split(),
        ]


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("look", ["", "force", "clusters", "emerging"])
def test_every_look_at_the_map_has_them(look):
    asked = {"g": "lsoa", "i": "crime_rate", "a": "E01000009", "v": look}
    assert len(rows_of(card(**asked))) == 5


@pytest.mark.usefixtures("context")
def test_the_name_of_every_button_on_the_page_is_another():
    asked = {"g": "lsoa", "i": "crime_rate"}
    first, *others = [row.code for row in maps.table(view(**asked)).ranked()[:15]]
    assert set(alike("lsoa", first).codes) & set(others)  # beside the map as well
    shown = parts.parts(view(**asked, a=first), order="highest")
    buttons = every([shown["card"], shown["ranking"]], html.Button)
    names = [text_of(button) for button in buttons]
    assert len(names) > 15
    assert len(set(names)) == len(names)
    assert len({str(button.id) for button in buttons}) == len(buttons)


@pytest.mark.usefixtures("context")
def test_only_those_that_are_not_alike_are_called_so():
    codes = [f"E01{i:06d}" for i in range(64)]
    some = next(code for code in codes if 0 < alike("lsoa", code).like < 5)
    table = results.read_table(source.folder(), "alike", area_code=some)
    marks = ["not alike" in name for _, name, _ in rows_of(card(g="lsoa", a=some))]
    assert marks == (table["like"] == "no").tolist()
    assert "None is alike" not in text_of(card(g="lsoa", a=some))


@pytest.mark.usefixtures("context")
def test_it_says_by_what_of_when_and_that_close_figures_were_picked():
    text = text_of(card(g="ward", i="crime_rate", a="E05000000"))
    assert "Similar by residents and crime rate (crimes of April 2023 to" in text
    assert "close figures are no finding" in text
    other = text_of(card(g="ward", i="feels_safe_home", a="E05000000"))
    assert "no finding" not in other


@pytest.mark.usefixtures("context")
def test_a_similar_area_without_a_figure_says_why():
    """In the small results the last three wards have no share, the fourth few."""
    said = {}
    for i in range(16):
        made = card(g="ward", i="feels_safe_home", a=f"E05{i:06d}")
        said |= {code: figure.strip() for code, _, figure in rows_of(made)}
    endings = {f"E050000{n}": word for n, word in (
        ("15", "hidden"), ("14", "incomplete"), ("13", "without a figure"),
        ("12", "on few cases"),
    )}  # fmt: skip
    seen = set(endings) & set(said)
    assert len(seen) >= 3
    assert all(said[code].endswith(endings[code]) for code in seen)
    assert "E05000015" not in seen or said["E05000015"] == "hidden"


@pytest.mark.usefixtures("context")
def test_of_two_impact_areas_none_is_similar_and_the_card_says_why():
    made = card(g="impact_area", i="crime_rate", a="IA-1")
    assert "none can be named, because fewer than 3 areas" in text_of(made)
    assert not [b for b in every(made, html.Button) if b.id["type"] == "alike"]


@pytest.mark.parametrize("status", sorted(WHY_NOT))
def test_a_reason_of_the_table_is_said_in_the_card(
    app, results_folder, tmp_path, status
):
    folder = shutil.copytree(results_folder, tmp_path / "results")
    table = results.read_table(folder, "alike", geography="npu")
    one = table.drop_duplicates("area_code").assign(
        other_code="", reason=WHY_NOT[status], status=status
    )
    results.write_table(folder, "alike", [one])
    with showing(app, folder):
        assert f"because {WHY_NOT[status]}." in text_of(card(g="npu", a="N0000"))


def test_older_results_say_what_to_do(app, results_folder, tmp_path):
    folder = shutil.copytree(results_folder, tmp_path / "old")
    (folder / "alike.parquet").unlink()
    with showing(app, folder):
        made = text_of(card(g="npu", a="N0000"))
    assert "not in these results. Build them again to have them." in made


@pytest.mark.usefixtures("context")
def test_without_a_chosen_area_there_is_nothing_of_it():
    assert "similar" not in text_of(card(g="ward", i="crime_rate"))


def test_a_similar_area_is_chosen_as_one_of_the_list_is(client):
    spec = spec_of(client, "find-says.children")
    one = {"id": {"code": "N0003", "type": "alike"}, "property": "n_clicks", "value": 1}
    inputs = [
        {"id": "areas", "property": "n_clicks", "value": None},
        {"id": "find", "property": "value", "value": None},
        [],
        [one],
    ]
    state = [
        {"id": "areas", "property": "clickData", "value": None},
        {"id": "pick-g", "property": "value", "value": "npu"},
    ]
    assert '{"code":["ALL"],"type":"alike"}' in [one["id"] for one in spec["inputs"]]
    changed = ['{"code":"N0003","type":"alike"}.n_clicks']
    answer = post(
        client, spec["output"], inputs, state, changed, outputs=outputs_of(spec)
    )
    assert answer.get_json()["response"]["area"]["data"] == "N0003"


@pytest.mark.usefixtures("demo_context")
def test_published_figures_beside_areas_picked_by_made_up_ones_say_so():
    asked = view(g="npu", i="wmnow_rate", a="CV")
    assert maps.table(asked).row("CV").kind == "published"
    assert "synthetic), and by nothing else" in text_of(card(g="npu", a="CV"))
