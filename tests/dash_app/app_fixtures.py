from contextlib import contextmanager

import pytest

from dash_app.app import create_app
from dash_app.table import COLUMNS, make_table
from tests.fixtures_results import write_fixture_results


@pytest.fixture(scope="session")
def results_folder(tmp_path_factory):
    return write_fixture_results(tmp_path_factory.mktemp("app") / "results")


@pytest.fixture(scope="session")
def app(results_folder):
    return create_app(results_folder)


@pytest.fixture
def context(app):
    with app.server.test_request_context("/"):
        yield app


@pytest.fixture
def client(app):
    return app.server.test_client()


@contextmanager
def showing(app, folder):
    """Let an app that is made show other results for a while."""
    config = app.server.config
    kept = config["GEOSAFETY_RESULTS"]
    config["GEOSAFETY_RESULTS"] = folder
    try:
        with app.server.test_request_context("/"):
            yield
    finally:
        config["GEOSAFETY_RESULTS"] = kept


@pytest.fixture(scope="session")
def demo_app(demo_results):
    return create_app(demo_results)


@pytest.fixture
def demo_context(demo_app):
    """The demonstration, for pages that need all of its tables."""
    with demo_app.server.test_request_context("/"):
        yield demo_app


def made_of(found, *, order, indicator, force=None):
    """Make the table of a view from rows."""
    columns = {
        column: [row[i] for row in found.values()] for i, column in enumerate(COLUMNS)
    }
    return make_table(columns, order=order, force=force, indicator=indicator)
