# ruff: noqa: F401, F811 - fixtures are imported, and then named as arguments
import shutil
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from dash_app import server
from dash_app.app import create_app
from geosafety.errors import InputError
from tests.dash_app.app_fixtures import results_folder


def test_a_port_in_use_is_one_clear_sentence(results_folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"Port {port} is in use") as error:
            server.serve(results_folder, port=port)
    assert "--port" in error.value.hint


CODE = """
import sys
from pathlib import Path
from dash_app.server import serve
serve(Path(sys.argv[1]), port=0)
"""


def test_it_serves_and_says_where(results_folder):
    command = [sys.executable, "-c", CODE, str(results_folder)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as run:
        try:
            said = run.stdout.readline()
            assert said.startswith("Open http://127.0.0.1:")
            url = said.split()[1]
            with urllib.request.urlopen(f"{url}health", timeout=10) as answer:
                assert answer.read() == b"ok"
        finally:
            run.terminate()


def test_a_broken_layer_does_not_keep_the_others_from_being_served(
    results_folder, tmp_path
):
    folder = tmp_path / "results"
    shutil.copytree(results_folder, folder)
    (folder / "geometry" / "lsoa.geojson.gz").write_bytes(b"broken")
    (folder / "geometry" / "ward.geojson.gz").unlink()
    app = create_app(folder).server
    server._warm(app)
    assert app.test_client().get("/table?g=npu").status_code == 200
