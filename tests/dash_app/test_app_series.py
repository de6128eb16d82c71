# ruff: noqa: F401, F811 - fixtures are imported, and then named as arguments
"""A series of the Force is not on the map, and the page says why."""

import pytest

from dash_app.app import create_app
from dash_app.queries import choices, maps
from geosafety import results, settings
from tests.dash_app.app_fixtures import app, context, results_folder


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("geography", ["npu", "ward", "force", ""])
def test_a_series_asked_for_by_its_address_is_not_drawn_and_the_reason_is_said(
    geography,
):
    view, notes = maps.resolve(i="csew_confidence", g=geography)
    assert view.indicator == "wmnow_rate"
    assert view.geography != "force"
    assert any("exists for the Force only: there is no map of it" in n for n in notes)
    assert not any("csew_confidence" in n for n in notes)


def test_no_layer_offers_a_series_that_the_results_hold(demo_results):
    series = {name for name, one in settings.indicators().items() if one.series}
    assert series & set(results.read_choices(demo_results)["indicator"])
    with create_app(demo_results).server.test_request_context("/"):
        offered = {name for layer in choices.choices().values() for name in layer}
    assert "wmnow_rate" in offered
    assert not offered & series
