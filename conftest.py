"""Results that many tests read: the demonstration and the real build, made once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

ROOT = Path(__file__).parent
# The same examples on every run, and none that fails for a busy machine.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


def _silent(_sentence: str) -> None:
    """Take the place of progress messages."""


@contextmanager
def _made_once(name: str, factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield a folder that all test processes share, to one of them at a time."""
    several = "PYTEST_XDIST_WORKER" in os.environ
    base = factory.getbasetemp()
    folder = (base.parent if several else base) / name
    folder.mkdir(exist_ok=True)
    with FileLock(folder.with_name(f"{name}.lock")):
        yield folder


@pytest.fixture(scope="session")
def demo_results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the demonstration as `geosafety demo` does, with fewer crimes."""
    from geosafety.demo import write_demo
    from geosafety.pipeline import build
    from geosafety.settings import boundaries_folder

    with _made_once("demo", tmp_path_factory) as folder:
        made = folder / "results"
        if not made.exists():
            raw, layers = folder / "raw", boundaries_folder()
            project = write_demo(raw, boundaries=layers, crimes=30_000)
            build(project, made, progress=_silent)
    return made


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

    with _made_once("real", tmp_path_factory) as folder:
        made = folder / "results"
        if not made.exists():
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("GEOSAFETY_REAL_DATA", str(real_folder))
                build(ROOT / "examples" / "real.toml", made, progress=_silent)
    return made
