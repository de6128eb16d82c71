# ruff: noqa: F401, F811 - fixtures are imported, and then named as arguments
import csv
import gzip
import html
import io
import json
import re
from urllib.parse import parse_qs, urlsplit

import dash
import pytest

from dash_app import whole_table
from dash_app.app import create_app
from dash_app.components.map import parts
from dash_app.queries import layers, maps
from dash_app.table import Row
from dash_app.view import View
from geosafety.settings import indicator
from tests.dash_app.app_fixtures import app, client, context, results_folder
from tests.fixtures_results import FORMULA, HOSTILE, as_json, text_of


def page(name, **asked):
    return dash.page_registry[f"dash_app.pages.{name}"]["layout"](**asked)


@pytest.mark.parametrize("path", ["/", "/data", "/table", "/nothing-here"])
def test_every_address_answers(client, path):
    assert client.get(path).status_code == 200


@pytest.mark.usefixtures("context")
class TestMapPage:
    def test_the_sentence_comes_first_and_names_the_force_value(self):
        text = text_of(page("map", a="N0001"))
        assert "Unit 2 has " in text
        assert "than the Force (50.0)" in text
        assert text.index("Unit 2 has") < text.index("Key")

    def test_it_says_what_kind_of_figures_these_are(self):
        assert "Published figures" in text_of(page("map"))
        synthetic = text_of(page("map", g="ward", i="feels_safe_home"))
        assert "Synthetic figures" in synthetic

    def test_it_says_that_areas_are_approximate_and_impact_areas_illustrative(self):
        text = text_of(page("map"))
        assert "postcode-derived, approximate" in text
        assert "impact areas are illustrative" in text

    def test_an_unknown_name_in_the_url_is_told_in_words(self):
        text = text_of(page("map", i="nonsense", a="QQ"))
        assert "no indicator here called 'nonsense'" in text
        assert "no area with the code 'QQ'" in text

    def test_areas_left_out_of_the_ranking_are_listed_with_their_reason(self):
        text = text_of(page("map", g="ward", i="feels_safe_home"))
        assert "Not ranked" in text
        assert "Hidden: too few to show: Ward 16." in text
        assert "Incomplete: the source does not cover it: Ward 15." in text

    def test_the_ranking_says_what_its_order_is_worth(self):
        text = text_of(page("map", g="ward", i="feels_safe_home"))
        assert "intervals overlap that of the first" in text
        without = text_of(page("map", g="ward", i="wmnow_rate"))
        assert "These figures come without an interval." in without

    def test_it_counts_the_areas_by_what_may_be_said_of_them(self):
        text = text_of(page("map", g="lsoa", i="crime_rate"))
        assert "Of 64, " in text
        assert "clearly higher or lower than the Force; " in text
        few = text_of(page("map", g="npu", i="crime_rate"))
        assert "cannot be told from it or hardly differ" in few

    def test_the_browser_gets_one_character_for_each_area_in_order(self):
        view, _ = maps.resolve(g="lsoa", i="feels_safe_home")
        sent = parts.parts(view, order="highest")["hideout"]
        assert len(sent["symbols"]) == len(sent["texts"]) == 64
        assert sent["symbols"].endswith("nis")

    def test_a_changed_view_changes_the_url_with_it(self):
        view, _ = maps.resolve(g="ward", i="crime_rate", a="E05000003")
        changed = parts.changes(view, order="highest")
        assert changed["search"] == view.search()
        assert maps.resolve(g="ward", i="crime_rate", a="E05000003")[0] == view

    def test_geometry_never_goes_through_a_callback(self):
        view, _ = maps.resolve(g="lsoa", i="crime_rate")
        changed = parts.changes(view, order="highest")
        assert len(gzip.compress(as_json(changed).encode())) < 20_000


def test_the_table_page_holds_every_area(client):
    text = client.get("/table?g=lsoa&i=feels_safe_home").get_data(as_text=True)
    assert "Every area: 64" in text
    assert all(f">Small {n}<" in text for n in range(1, 65))
    assert "Synthetic figures" in text


def column(client, sort, number):
    text = client.get(f"/table?g=ward&i=feels_safe_home&sort={sort}").get_data(True)
    body = text.partition("<tbody>")[2]
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in body.split("<tr")]
    return [re.sub("<[^>]*>", "", row[number]) for row in cells if row], text


def test_the_table_page_is_sorted_by_its_heads(client):
    names, text = column(client, "name", 1)
    assert names == sorted(names)
    assert 'aria-sort="ascending"><a href="?' in text
    assert "sort=-name" in text
    assert column(client, "-name", 1)[0] == names[::-1]
    for sort, number in (("value", 2), ("numerator", 4), ("base", 5)):
        for down in (False, True):
            found, text = column(client, f"-{sort}" if down else sort, number)
            figures = [float(n.rstrip("%").replace(",", "")) for n in found if n]
            assert len(figures) > 2
            assert figures == sorted(figures, reverse=down)
            assert found[len(figures) :] == [""] * (len(found) - len(figures))
            said = "descending" if down else "ascending"
            assert re.findall('aria-sort="(.*?)"', text) == [said]
    ranks = [n for n in column(client, "", 0)[0] if n]
    assert ranks == sorted(ranks, key=int) == column(client, "rank", 0)[0][: len(ranks)]
    down = [n for n in column(client, "-rank", 0)[0] if n]
    assert down == sorted(ranks, key=int, reverse=True)


@pytest.mark.parametrize("sort", ["nothing", "-", "status", "_fields", "<script>"])
def test_what_is_no_column_leaves_the_order_alone(client, sort):
    found, text = column(client, sort, 1)
    assert found == column(client, "", 1)[0]
    assert 'aria-sort="ascending"><a href' in text
    assert "<script>" not in text


def test_the_table_page_escapes_names(client):
    text = client.get("/table?g=ward&i=wmnow_rate").get_data(as_text=True)
    assert "<img" not in text
    assert "&lt;img src=x onerror=boom()&gt;" in text


@pytest.mark.usefixtures("context")
def test_the_data_page_says_what_became_of_every_row():
    text = text_of(page("data"))
    assert "Published figures" in text
    assert "postcode not known" in text
    assert "Illustrative." in text


def test_polygons_go_out_as_they_lie_and_may_be_kept(client, app):
    with app.server.app_context():
        layer = layers.outline_of("ward")
    path = f"/geo/ward/{layer.digest}.json"
    answer = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert answer.data == layer.packed
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    plain = client.get(path)
    assert len(json.loads(plain.data)["features"]) == 16


@pytest.mark.parametrize("path", ["/geo/ward/0.json", "/geo/nothing/0.json"])
def test_a_wrong_digest_or_layer_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_every_answer_carries_the_security_headers(client):
    client.get("/")
    headers = client.get("/").headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe-eval" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_the_page_asks_for_nothing_from_elsewhere(client):
    html = client.get("/").get_data(as_text=True)
    assert "https://" not in html
    assert 'lang="en-GB"' in html


def test_text_goes_out_packed(client):
    answer = client.get("/patterns.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert b"createPattern" in gzip.decompress(answer.data)


def rows_of(client, search):
    text = client.get(f"/view.csv{search}").get_data().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_file_has_unrounded_numbers_and_blank_for_hidden(client):
    rows = rows_of(client, "?g=ward&i=feels_safe_home")
    assert len(rows) == 16
    shown = next(row for row in rows if row["status"] == "ok")
    assert len(shown["value"]) > 8
    hidden = next(row for row in rows if row["status"] == "suppressed")
    assert [hidden[n] for n in ("value", "lower", "upper", "numerator", "base")] == (
        [""] * 5
    )
    assert "Synthetic" in hidden["note"]


def test_text_that_a_spreadsheet_would_run_is_disarmed_and_numbers_are_not(client):
    rows = rows_of(client, "?g=ward&i=wmnow_change")
    names = {row["area_name"] for row in rows}
    assert f"'{FORMULA}" in names
    assert HOSTILE in names
    assert any(row["value"].startswith("-") for row in rows)


def test_a_file_of_something_unknown_is_refused_in_words(client):
    answer = client.get("/view.csv?i=nonsense")
    assert answer.status_code == 404
    assert "nonsense" in answer.get_data(as_text=True)


def test_without_results_the_page_says_what_to_run(tmp_path):
    app = create_app(tmp_path / "none")
    with app.server.test_request_context("/"):
        for name in ("map", "data"):
            text = text_of(page(name))
            assert "There are no results in" in text
            assert "geosafety demo" in text
    client = app.server.test_client()
    assert client.get("/ready").status_code == 503
    assert "geosafety demo" in client.get("/table").get_data(as_text=True)


@pytest.mark.usefixtures("context")
def test_every_area_of_the_table_page_leads_to_its_own_view(client):
    asked = "g=ward&i=crime_rate&grp=all"
    text = client.get(f"/table?{asked}&a=E05000001").get_data(as_text=True)
    body = text.partition("<tbody>")[2]
    links = [html.unescape(link) for link in re.findall('href="(.*?)"', body)]
    found = [parse_qs(urlsplit(link).query) for link in links]
    assert {link["a"][0] for link in found} == set(layers.layer_of("ward").names)
    assert all(link["g"] == ["ward"] and len(link["a"]) == 1 for link in found)


@pytest.mark.usefixtures("context")
def test_a_group_called_like_anything_stays_in_the_links():
    view = View(geography="ward", indicator="crime_rate", period="p", group="AREA&a=1")
    (row,) = whole_table._rows([Row("E 1", "Here")], view, indicator("crime_rate"))
    link = html.unescape(re.search('href="(.*?)"', row)[1])
    asked = parse_qs(urlsplit(link).query)
    assert (asked["grp"], asked["a"]) == (["AREA&a=1"], ["E 1"])
