import pytest

from geosafety.demo import write_demo
from tests.demo.stub import write_stub

CRIMES = 60_000


@pytest.fixture(scope="session")
def boundaries(tmp_path_factory):
    return write_stub(tmp_path_factory.mktemp("boundaries"))


@pytest.fixture(scope="session")
def demo(tmp_path_factory, boundaries):
    """The whole demonstration, made once from a small made-up force area."""
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder, boundaries=boundaries, seed=0, crimes=CRIMES)
    return folder
