# ruff: noqa: F401, F811 - fixtures are imported, and then named as arguments
import json

import pytest

from tests.dash_app.app_fixtures import app, client, context, results_folder


def post(client, output, inputs, state=(), changed=None, outputs=None):
    body = {
        "output": output,
        "outputs": outputs,
        "inputs": inputs,
        "state": list(state),
        "changedPropIds": changed or [],
    }
    return client.post("/_dash-update-component", json=body)


def test_the_page_has_all_its_callbacks(client):
    outputs = " ".join(
        c["output"] for c in client.get("/_dash-dependencies").get_json()
    )
    for name in ("areas.hideout", "area.data", "overlay.children", "pushed.children"):
        assert name in outputs


def spec_of(client, part):
    found = client.get("/_dash-dependencies").get_json()
    return next(c for c in found if part in c["output"])


def outputs_of(spec):
    parts = spec["output"].strip(".").split("...")
    pairs = [part.rsplit(".", 1) for part in parts]
    return [{"id": i, "property": p} for i, p in pairs]


def test_another_layer_changes_map_list_and_url_together(client):
    spec = spec_of(client, "areas.hideout")
    chosen = {"pick-g": "ward", "pick-i": "feels_safe_home"}
    inputs = [
        {"id": i["id"], "property": i["property"], "value": chosen.get(i["id"], "")}
        for i in spec["inputs"]
    ]
    answer = post(
        client,
        spec["output"],
        inputs,
        changed=["pick-g.value"],
        outputs=outputs_of(spec),
    )
    sent = answer.get_json()["response"]
    assert "/geo/ward/" in sent["areas"]["url"]
    assert len(sent["areas"]["hideout"]["symbols"]) == 16
    assert "g=ward" in sent["search"]["data"]
    assert "Feel safe" in json.dumps(sent["heading"])


def choose(client, changed, **values):
    spec = spec_of(client, "find-says.children")
    inputs = [
        {"id": "areas", "property": "n_clicks", "value": 1},
        {"id": "find", "property": "value", "value": values.get("find")},
        [],
        [],
    ]
    state = [
        {
            "id": "areas",
            "property": "clickData",
            "value": {"properties": {"code": "N0002"}},
        },
        {"id": "pick-g", "property": "value", "value": "npu"},
    ]
    answer = post(
        client, spec["output"], inputs, state, [changed], outputs=outputs_of(spec)
    )
    return answer.get_json()["response"]


def test_a_click_on_the_map_chooses_the_area(client):
    assert choose(client, "areas.n_clicks")["area"]["data"] == "N0002"


def test_a_name_chooses_the_area(client):
    assert choose(client, "find.value", find="unit 4")["area"]["data"] == "N0003"


def test_a_name_that_nobody_has_is_told(client):
    sent = choose(client, "find.value", find="Atlantis")
    assert "Atlantis" in sent["find-says"]["children"]
    assert "area" not in sent


@pytest.mark.usefixtures("context")
def test_the_impact_areas_come_and_go():
    from dash_app.components.map.leaflet import overlays

    assert overlays([]) == []
    assert "/geo/impact_area/" in overlays(["impact_area"])[0].url


def test_a_step_back_in_time_changes_period_map_and_url_together(client):
    spec = spec_of(client, "areas.hideout")
    chosen = {"pick-g": "npu", "pick-i": "wmnow_rate", "pick-p": "2022-03", "step": 2}
    inputs = [
        {"id": i["id"], "property": i["property"], "value": chosen.get(i["id"], "")}
        for i in spec["inputs"]
    ]
    outputs = outputs_of(spec)
    answer = post(
        client, spec["output"], inputs, changed=["step-back.n_clicks"], outputs=outputs
    )
    sent = answer.get_json()["response"]
    assert sent["pick-p"]["value"] == "2021-09"
    assert sent["step"] == {"value": 1, "max": 2}
    assert "p=2021-09" in sent["search"]["data"]
    assert sent["step-says"]["children"] == "1 of 2: September 2021"
