import pytest

from dash_app.app import create_app
from tests.fixtures_results import as_json, text_of, write_fixture_results
from tests.fixtures_surfaces import HOSTILE, add_surfaces


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("surfaces") / "results"
    return create_app(add_surfaces(write_fixture_results(folder)))


@pytest.fixture
def client(app):
    return app.server.test_client()


@pytest.fixture
def context(app):
    with app.server.test_request_context("/"):
        yield app


def picture_of(client, name="crime"):
    from dash_app.queries import surfaces

    with client.application.test_request_context("/"):
        return f"/surfaces/{name}/{surfaces.surfaces()[name].digest}.png"


def test_the_picture_is_sent_as_the_build_left_it_and_kept_for_ever(client):
    answer = client.get(picture_of(client))
    assert answer.status_code == 200
    assert answer.mimetype == "image/png"
    assert answer.data.startswith(b"\x89PNG")
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "/surfaces/nothing/0000000000000000.png",
        "/surfaces/crime/0000000000000000.png",
        "/surfaces/..%2Fmanifest/0000000000000000.png",
        "/surfaces/crime/../../manifest.json",
    ],
)
def test_a_name_that_is_not_in_the_results_touches_no_path(client, path):
    answer = client.get(path)
    # What fits no route gets the page of the app, which says that there is nothing.
    assert answer.status_code == 404 or b"react-entry-point" in answer.data
    assert b"Made of squares" not in answer.data


@pytest.mark.usefixtures("context")
def test_a_row_without_a_picture_of_its_own_is_not_offered():
    from dash_app.queries import surfaces

    assert HOSTILE not in surfaces.surfaces()
    assert list(surfaces.surfaces()) == ["crime", "crime-risk"]


def view_of(**asked):
    from dash_app.queries import maps

    return maps.resolve(**asked)


def shown(view):
    from dash_app.components.map import surfaces
    from dash_app.components.map.parts import parts

    return surfaces.laid_over(view, parts(view, order="highest"))


@pytest.mark.usefixtures("context")
def test_a_surface_stands_in_the_url_and_an_unknown_one_is_told():
    view, notes = view_of(g="ward", i="crime_rate", s="crime")
    assert (view.surface, notes) == ("crime", ())
    assert view.search().endswith("&s=crime")
    view, notes = view_of(s="../manifest")
    assert view.surface == ""
    assert "no surface called '../manifest'" in notes[0]
    view, notes = view_of(s="none")
    assert (view.surface, notes) == ("", ())
    assert "s=" not in view.search()


@pytest.mark.usefixtures("context")
def test_without_a_surface_the_page_is_as_it_was():
    from dash_app.components.map import surfaces
    from dash_app.components.map.parts import parts

    view, _ = view_of(g="ward", i="crime_rate")
    plain = parts(view, order="highest")
    assert surfaces.laid_over(view, plain) is plain
    assert surfaces.image(view) == []


@pytest.mark.usefixtures("context")
def test_the_key_says_unit_blur_and_that_it_is_not_per_person():
    parts = shown(view_of(g="ward", i="crime_rate", s="crime")[0])
    assert parts["unit"] == "Key: crimes per square kilometre"
    assert parts["hideout"]["bare"] is True
    said = text_of(parts["key"])
    assert "Not per person" in said
    assert "blurred over 900 m" in said
    assert "April 2023 to March 2024 (12 months with records)" in said
    assert "does not mean none" in said
    risk = text_of(shown(view_of(g="ward", i="crime_rate", s="crime-risk")[0])["key"])
    assert "Not per person" not in risk
    assert "too few residents" in risk


@pytest.mark.usefixtures("context")
def test_the_alternative_in_text_gives_the_means_and_what_has_none():
    parts = shown(view_of(g="ward", i="crime_rate", s="crime", a="E05000002")[0])
    heading = text_of(parts["heading"])
    assert "Highest means, crimes per square kilometre: <i>First</i> (16)" in heading
    assert "Ward 3: 14" in heading
    assert "synthetic" in heading.lower()
    about = text_of(parts["about"])
    assert "15 of 16 areas have a mean; 1 have none." in about
    assert "the highest 10" in about
    last = shown(view_of(g="ward", i="crime_rate", s="crime", a="E05000015")[0])
    assert "Ward 16: not covered" in text_of(last["heading"])
    assert "no means" in text_of(shown(view_of(g="npu", s="crime")[0])["heading"])


def test_the_page_and_its_table_answer_with_a_surface(client):
    assert client.get("/table?g=ward&i=crime_rate&s=crime").status_code == 200
    assert client.get("/view.csv?g=ward&i=crime_rate&s=crime").status_code == 200


@pytest.mark.usefixtures("context")
def test_the_map_holds_the_picture_under_the_areas():
    from dash_app.components.map import leaflet

    view, _ = view_of(g="ward", i="crime_rate", s="crime")
    text = as_json(leaflet.leaflet(view, shown(view)["hideout"]))
    assert "/surfaces/crime/" in text
    assert text.index('"zIndex": 350') < text.index('"zIndex": 430')
