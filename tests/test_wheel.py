"""An installed wheel works away from the checkout: boundaries and catalogue inside."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([sys.executable, *build, str(ROOT)], check=True, capture_output=True)
    wheel = next(folder.glob("*.whl"))
    pip = ["-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target"]
    command = [sys.executable, *pip, str(folder / "site"), str(wheel)]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "site"


def test_a_wheel_builds_the_bundled_defaults_anywhere(installed, tmp_path):
    (tmp_path / "geosafety.toml").write_text('title = "away"\n')
    code = (
        f"import sys; sys.path.insert(0, {str(installed)!r});"
        "import geosafety.cli as c;"
        f"assert c.__file__.startswith({str(installed)!r}); c.main()"
    )
    build = ["build", "geosafety.toml", "--out", "results"]
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, *build],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Built results" in done.stdout


def test_a_wheel_holds_the_dashboard_and_its_assets(installed):
    assert (installed / "dash_app" / "pages" / "map.py").exists()
    assert list((installed / "dash_app" / "assets").glob("*.css"))
    assert (installed / "geosafety" / "boundaries" / "SOURCE.md").exists()
