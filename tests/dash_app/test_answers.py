# ruff: noqa: F401, F811 - fixtures are imported, and then named as arguments
"""The map's answers are kept, each for those who may have it."""

import gzip
import json
import shutil

import pytest

from dash_app.answers import MOST
from dash_app.app import create_app
from dash_app.queries import maps
from geosafety.errors import InputError
from tests.dash_app.app_fixtures import results_folder
from tests.dash_app.login_fixtures import FROM_PROXY, PROXY, mode_of, signed_in
from tests.dash_app.test_app_callbacks import outputs_of, spec_of

PACKED = {"Accept-Encoding": "gzip"}


def question(client, **chosen):
    spec = spec_of(client, "areas.hideout")
    values = {"pick-g": "ward", "pick-i": "feels_safe_home"} | chosen
    inputs = [part | {"value": values.get(part["id"], "")} for part in spec["inputs"]]
    return {
        "output": spec["output"],
        "outputs": outputs_of(spec),
        "inputs": inputs,
        "state": [],
        "changedPropIds": ["pick-g.value"],
    }


def ask(client, body, headers=PACKED, **more):
    return client.post("/_dash-update-component", json=body, headers=headers, **more)


def said(answer):
    data = answer.get_data()
    packed = answer.headers.get("Content-Encoding") == "gzip"
    return json.loads(gzip.decompress(data) if packed else data)


@pytest.fixture
def counted(monkeypatch):
    """Count how often the page works an answer out."""
    calls, really = [], maps.resolve

    def resolve(**asked):
        calls.append(asked)
        return really(**asked)

    monkeypatch.setattr(maps, "resolve", resolve)
    return calls


@pytest.fixture
def client(results_folder):
    return create_app(results_folder).server.test_client()


def test_what_was_asked_before_is_answered_with_the_same_bytes(client, counted):
    body = question(client)
    first, second = ask(client, body), ask(client, body)
    assert len(counted) == 1
    assert second.get_data() == first.get_data()
    for name in ("Content-Type", "Content-Encoding", "Content-Security-Policy", "Vary"):
        assert second.headers[name] == first.headers[name]
    assert "areas" in said(second)["response"]


def test_another_question_is_another_answer(client, counted):
    asked = [question(client), question(client, **{"pick-i": "crime_rate"})]
    found = [said(ask(client, body)) for body in (*asked, *asked)]
    assert len(counted) == 2
    assert found[0] == found[2] != found[1] == found[3]


def test_who_takes_no_packed_answer_is_given_none(client):
    body = question(client)
    ask(client, body)
    plain = ask(client, body, headers={})
    assert "Content-Encoding" not in plain.headers
    assert said(plain) == said(ask(client, body))


def test_an_error_is_not_kept(client, counted, monkeypatch):
    body = question(client)
    with monkeypatch.context() as broken:

        def fail(*_args, **_kwargs):
            problem, hint = "The disk is away.", "Wait a moment, then try once more."
            raise InputError(problem, hint=hint * 40)  # long enough to be packed

        broken.setattr(maps, "resolve", fail)
        assert "The disk is away" in json.dumps(said(ask(client, body)))
    assert "areas" in said(ask(client, body))["response"]
    assert len(counted) == 1


def test_another_build_is_answered_anew(results_folder, tmp_path, counted):
    folder = tmp_path / "results"
    shutil.copytree(results_folder, folder)
    client = create_app(folder).server.test_client()
    body = question(client)
    for builds in (1, 2):
        ask(client, body)
        ask(client, body)
        assert len(counted) == builds
        (folder / "manifest.json").touch()


def test_what_is_kept_does_not_grow_for_ever(client, counted, monkeypatch):
    monkeypatch.setattr("dash_app.answers.MOST", 2)
    assert MOST > 2
    names = ("crime_rate", "wmnow_rate", "feels_safe_home")
    asked = [question(client, **{"pick-i": name}) for name in names]
    for body in (*asked, asked[0], asked[2]):
        ask(client, body)
    assert len(counted) == 4  # the oldest of three had gone, the youngest had not


def test_each_role_has_its_own_answers_and_a_stranger_none(
    results_folder, tmp_path, counted
):
    app = create_app(results_folder, mode_of(tmp_path, PROXY), key="k" * 40)
    client = app.server.test_client()
    known = client.get
    people = {g: PACKED | signed_in(g) for g in ("analysts", "inspectors")}
    client.get = lambda path: known(
        path, headers=signed_in("analysts"), environ_base=FROM_PROXY
    )
    body = question(client)
    found = {
        group: [ask(client, body, who, environ_base=FROM_PROXY) for _ in range(2)]
        for group, who in people.items()
    }
    assert len(counted) == 2
    links = {
        g: json.dumps(said(pair[1])["response"]["links"]) for g, pair in found.items()
    }
    assert "Download this view" in links["analysts"]
    assert "Download this view" not in links["inspectors"]
    assert ask(client, body).status_code == 401
    forged = PACKED | signed_in("analysts")
    elsewhere = {"REMOTE_ADDR": "10.0.0.8"}
    assert ask(client, body, forged, environ_base=elsewhere).status_code == 401
    stored = found["analysts"][1].headers.get("Cache-Control", "")
    assert "no-store" in stored
