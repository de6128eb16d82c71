import pytest

from dash_app.app import create_app
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
