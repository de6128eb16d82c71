# ruff: noqa: F401, F811 - fixtures are imported, and then named as arguments
"""`geosafety serve`, and results that are replaced under a running server."""

import gzip
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from urllib.parse import urlsplit

import pandas as pd
import pytest

from dash_app.app import create_app
from geosafety import results
from geosafety.errors import InputError
from tests.dash_app.app_fixtures import results_folder
from tests.dash_app.login_fixtures import GROUPS, KEY, PROXY
from tests.dash_app.test_app_callbacks import outputs_of, spec_of
from tests.oidc.provider import free_port

posix = pytest.mark.skipif(os.name != "posix", reason="gunicorn needs fork")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "name.example"])
def test_without_a_login_only_this_computer_is_served(results_folder, host):
    from dash_app.server import serve

    with pytest.raises(InputError, match="Without a login") as error:
        serve(results_folder, port=0, host=host)
    assert "--config" in error.value.hint


def test_workers_and_logins_need_a_key(results_folder, tmp_path, monkeypatch):
    from dash_app.server import serve

    monkeypatch.delenv("GEOSAFETY_SECRET_KEY", raising=False)
    file = tmp_path / "serve.toml"
    file.write_text(PROXY + GROUPS)
    for how in ({"workers": 2}, {"config": file}):
        with pytest.raises(InputError, match="GEOSAFETY_SECRET_KEY is missing"):
            serve(results_folder, port=0, **how)


def test_without_gunicorn_several_workers_are_refused(results_folder, monkeypatch):
    from dash_app.server import serve

    monkeypatch.setenv("GEOSAFETY_SECRET_KEY", KEY)
    monkeypatch.setitem(sys.modules, "gunicorn.app.base", None)
    with pytest.raises(InputError, match="need gunicorn") as error:
        serve(results_folder, port=0, workers=2)
    assert "--workers" in error.value.hint


def started(folder, port, *more):
    command = [sys.executable, "-m", "geosafety.cli", "serve", "--results", str(folder)]
    return subprocess.Popen(
        [*command, "--port", str(port), *more],
        env=os.environ | {"GEOSAFETY_SECRET_KEY": KEY},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


FROM_HERE = PROXY.replace("10.0.0.7", "127.0.0.1")
GROUP_ALONE = {"X-Forwarded-Groups": "analysts"}
JO = {"X-Forwarded-User": "jo"} | GROUP_ALONE


def read(url, headers=JO):
    """Ask for an address; a header's name goes out just as it is written."""
    parts = urlsplit(url)
    asked = http.client.HTTPConnection(parts.netloc, timeout=20)
    asked.request("GET", f"{parts.path}?{parts.query}", headers=headers)
    with closing(asked):
        answer = asked.getresponse()
        return answer.status, answer.read().decode()


@posix
@pytest.mark.parametrize("workers", [1, 2])
def test_served_to_others_it_is_guarded_and_stops_in_order(
    results_folder, tmp_path, workers
):
    file, port = tmp_path / "serve.toml", free_port()
    file.write_text(FROM_HERE + GROUPS)
    more = ["--host", "0.0.0.0", "--workers", str(workers), "--config", str(file)]
    url = f"http://127.0.0.1:{port}"
    with started(results_folder, port, *more) as run:
        said = run.stdout.readline()
        assert said.startswith(
            "Open https://geosafety.example/, which leads to 0.0.0.0"
        )
        assert read(f"{url}/ready", {}) == (200, "ready")
        assert read(f"{url}/table", {})[0] == 401
        # A server that took _ for - would let a browser write the proxy's headers.
        assert read(f"{url}/table", {"X_Forwarded_User": "eve"} | GROUP_ALONE)[0] == 401
        answers = []

        def ask_on():
            # An answer that is cut short raises something else.
            with suppress(ConnectionError):
                while True:
                    answers.append(read(f"{url}/table?g=lsoa"))

        asking = [threading.Thread(target=ask_on) for _ in range(4)]
        for thread in asking:
            thread.start()
        while len(answers) < 4 and any(thread.is_alive() for thread in asking):
            time.sleep(0.01)
        run.send_signal(signal.SIGTERM)
        for thread in asking:
            thread.join()
        assert run.wait(30) == 0
        assert "Traceback" not in run.stderr.read()
    assert len(answers) >= 4
    assert {status for status, _ in answers} == {200}
    assert all(text.rstrip().endswith("</html>") for _, text in answers)


BUILDS = ("Alpha", "Beta")


def marked(folder, plain, build):
    """Copy results, with the name of the build in every area's name and the title."""
    shutil.copytree(plain, folder)
    for file in folder.glob("*.parquet"):
        table = pd.read_parquet(file)
        if "area_name" in table:
            table["area_name"] = table["area_name"].astype(str) + f" of {build}"
        if file.stem == "ledger":
            table["how"] = f"by {build}"
        if file.stem == "values":
            with results.ValueWriter(file) as writer:
                writer.append(table)
        else:
            table.to_parquet(file)
    for file in (folder / "geometry").glob("*.geojson.gz"):
        layer = json.loads(gzip.decompress(file.read_bytes()))
        for feature in layer["features"]:
            feature["properties"]["name"] += f" of {build}"
        file.write_bytes(gzip.compress(json.dumps(layer).encode()))
    manifest = json.loads((folder / "manifest.json").read_text()) | {"title": build}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture(scope="module")
def two_builds(results_folder, tmp_path_factory):
    made = tmp_path_factory.mktemp("builds")
    return [marked(made / build, results_folder, build) for build in BUILDS]


def replace(folder, build):
    """Put a build in the place of the results, as `geosafety build` does."""
    with results.write_results(folder) as out:
        shutil.copytree(build, out, dirs_exist_ok=True)
        # The manifest is written last, and anew: its time is its own.
        shutil.copyfile(build / "manifest.json", out / "manifest.json")


def callback(client):
    spec = spec_of(client, "areas.hideout")
    chosen = {"pick-g": "ward", "pick-i": "crime_rate"}
    inputs = [part | {"value": chosen.get(part["id"], "")} for part in spec["inputs"]]
    return {
        "output": spec["output"],
        "outputs": outputs_of(spec),
        "inputs": inputs,
        "state": [],
        "changedPropIds": ["pick-g.value"],
    }


def unpacked(answer):
    data = answer.get_data()
    if answer.headers.get("Content-Encoding") == "gzip":
        data = gzip.decompress(data)
    return data.decode()


def ask(client, asked, body):
    if asked == "callback":
        packed = {"Accept-Encoding": "gzip"}
        return client.post("/_dash-update-component", json=body, headers=packed)
    return client.get(asked)


ASKED = (
    "/table?g=lsoa&i=crime_rate",
    "/view.csv?g=ward&i=wmnow_rate",
    "/table?g=ward&i=crime_rate&v=clusters",
    "callback",
)


def test_every_answer_is_wholly_of_one_build(two_builds, tmp_path):
    folder = tmp_path / "results"
    replace(folder, two_builds[0])
    app = create_app(folder)
    body = callback(app.server.test_client())
    found, stop = [], threading.Event()

    def read_on(number):
        client = app.server.test_client()
        while not stop.is_set():
            answer = ask(client, ASKED[number % len(ASKED)], body)
            text = unpacked(answer)
            found.append(
                (answer.status_code, frozenset(re.findall("Alpha|Beta", text)))
            )
            number += 1

    readers = [threading.Thread(target=read_on, args=(n,)) for n in range(4)]
    for reader in readers:
        reader.start()
    for swap in range(8):
        replace(folder, two_builds[(swap + 1) % 2])
        enough = len(found) + 8
        while len(found) < enough and all(reader.is_alive() for reader in readers):
            time.sleep(0.005)
    stop.set()
    for reader in readers:
        reader.join()
    assert {status for status, _ in found} == {200}
    assert {builds for _, builds in found} == {frozenset({b}) for b in BUILDS}


READS = ("read_choices", "read_arrow", "read_web_geometry", "read_table")


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_swap_in_the_middle_of_an_answer_begins_it_anew(
    two_builds, tmp_path, monkeypatch, read, when
):
    folder, really = tmp_path / "results", getattr(results, read)
    replace(folder, two_builds[0])
    client = create_app(folder).server.test_client()
    left = ["one swap"]  # still to be made

    def swapping(*args, **kwargs):
        found = really(*args, **kwargs) if when == "after" else None
        if left:
            left.clear()
            replace(folder, two_builds[1])
        return really(*args, **kwargs) if found is None else found

    monkeypatch.setattr(results, read, swapping)
    answer = client.get("/table?g=ward&i=crime_rate&v=clusters")
    assert not left
    assert set(re.findall("Alpha|Beta", answer.get_data(as_text=True))) == {"Beta"}


def test_a_build_that_is_put_back_is_read_anew(two_builds, tmp_path):
    """What was read in the moment of a swap must not come back with the old build."""
    folder, aside = tmp_path / "results", tmp_path / "aside"
    shutil.copytree(two_builds[0], folder)
    client = create_app(folder).server.test_client()
    assert "of Alpha" in client.get("/table").get_data(as_text=True)
    folder.rename(aside)
    shutil.copytree(two_builds[1], folder)
    assert "of Beta" in client.get("/table").get_data(as_text=True)
    shutil.rmtree(folder)
    aside.rename(folder)
    assert "of Alpha" in client.get("/table").get_data(as_text=True)


@posix
def test_a_link_to_the_results_may_be_turned(two_builds, tmp_path):
    link = tmp_path / "results"
    link.symlink_to(two_builds[0])
    client = create_app(link).server.test_client()
    assert "of Alpha" in client.get("/table").get_data(as_text=True)
    turned = tmp_path / "turned"
    turned.symlink_to(two_builds[1])
    turned.rename(link)
    assert "of Beta" in client.get("/table").get_data(as_text=True)


def test_results_that_come_later_are_found(two_builds, tmp_path):
    folder = tmp_path / "results"
    client = create_app(folder).server.test_client()
    assert client.get("/ready").status_code == 503
    replace(folder, two_builds[0])
    assert client.get("/ready").status_code == 200
