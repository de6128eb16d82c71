"""Results that many tests read: the demonstration and the real build, made once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent


def _silent(_sentence: str) -> None:
    """Take the place of progress messages."""


@pytest.fixture(scope="session")
def demo_results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the demonstration as `geosafety demo` does, with fewer crimes."""
    from geosafety.demo import write_demo
    from geosafety.pipeline import build
    from geosafety.settings import boundaries_folder

    folder = tmp_path_factory.mktemp("demo")
    project = write_demo(folder / "raw", boundaries=boundaries_folder(), crimes=30_000)
    build(project, folder / "results", progress=_silent)
    return folder / "results"


@pytest.fixture(scope="session")
def real_folder() -> Path:
    """Find the real open data, or skip."""
    given = os.environ.get("GEOSAFETY_REAL_DATA", "../shared/data")
    folder = (ROOT / given).resolve()
    if not folder.is_dir():
        pytest.skip("the real open data is not here: set GEOSAFETY_REAL_DATA")
    return folder


@pytest.fixture(scope="session")
def real_results(tmp_path_factory: pytest.TempPathFactory, real_folder: Path) -> Path:
    """Build `examples/real.toml`."""
    from geosafety.pipeline import build

    out = tmp_path_factory.mktemp("real") / "results"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GEOSAFETY_REAL_DATA", str(real_folder))
        build(ROOT / "examples" / "real.toml", out, progress=_silent)
    return out
