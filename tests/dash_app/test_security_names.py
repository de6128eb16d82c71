# ruff: noqa: F401, F811 - fixtures are imported, and then named as arguments
"""Names in an address are looked up in the catalogue, and lead nowhere else."""

import gzip
import itertools
import re
import shutil
from urllib.parse import quote, urlencode

import dash
import pytest

from dash_app.app import create_app
from tests.dash_app.app_fixtures import app, client, results_folder

SECRET = "what stands beside the results"
NAMES = [
    "../secret",
    "../../secret",
    "..\\secret",
    "%2e%2e/secret",
    "....//secret",
    "./../geometry/../../secret",
    "{folder}/secret",
    "file://{folder}/secret",
    "../../../../../../../../etc/passwd",
    "secret\0",
    "nul",
    "__class__",
    "{{7*7}}",
    "' OR 1=1 --",
    "x" * 5000,
    "\u202egnp.",
]
# What the pages' addresses call the view, its parts and what is looked for.
KEYS = ("g", "i", "p", "grp", "a", "b", "v", "s", "q", "survey", "order", "name")


@pytest.fixture(scope="module")
def guarded(results_folder, tmp_path_factory):
    """An app whose results have secrets beside them, under every likely ending."""
    folder = tmp_path_factory.mktemp("beside")
    shutil.copytree(results_folder, folder / "results")
    for ending in ("", ".parquet", ".png", ".json", ".html", ".csv"):
        (folder / f"secret{ending}").write_text(SECRET)
    (folder / "secret.geojson.gz").write_bytes(gzip.compress(SECRET.encode()))
    return create_app(folder / "results").server, folder


def fill(rule, name):
    return re.sub(r"<[^>]+>", lambda _: quote(name, safe="/."), rule)


def check(answer):
    body = answer.get_data()
    answer.close()
    assert answer.status_code < 500
    assert SECRET.encode() not in body
    assert b"root:" not in body
    assert b"Traceback" not in body


def rules(server):
    server.test_client().get("/health")
    found = {rule.rule for rule in server.url_map.iter_rules() if "GET" in rule.methods}
    assert {"/geo/<geography>/<digest>.json", "/surfaces/<name>/<digest>.png"} <= found
    return sorted(rule for rule in found if "<" in rule)


@pytest.mark.parametrize("name", NAMES)
def test_no_name_in_a_path_leaves_the_results(guarded, name):
    server, folder = guarded
    client = server.test_client()
    for rule in rules(server):
        check(client.get(fill(rule, name.format(folder=folder))))


@pytest.mark.parametrize("name", NAMES)
def test_no_name_in_a_query_leaves_the_results(guarded, name):
    server, folder = guarded
    client = server.test_client()
    asked = urlencode(dict.fromkeys(KEYS, name.replace("{folder}", str(folder))))
    for path in ("/table", "/view.csv"):
        check(client.get(f"{path}?{asked}"))
    with server.test_request_context("/"):
        for page in list(dash.page_registry.values()):
            layout = page["layout"]
            if callable(layout):
                layout(**dict.fromkeys(KEYS, name))


@pytest.mark.parametrize("key", KEYS)
def test_what_is_asked_twice_or_oddly_is_no_fault(client, key):
    for value in ("", "npu&{key}=ward", "%00", "%ff", "[]", "1e999"):
        check(client.get(f"/table?{key}={value.format(key=key)}"))
        check(client.get(f"/view.csv?{key}={value.format(key=key)}"))


@pytest.mark.parametrize(
    "path",
    [
        "/_dash-component-suites/os/path.py",
        "/_dash-component-suites/dash_app/app.py",
        "/_dash-component-suites/dash/dash.py",
        "/_dash-component-suites/dash/../../geosafety/errors.py",
        "/assets/../app.py",
        "/assets/%2e%2e/app.py",
        "/assets//etc/passwd",
    ],
)
def test_the_program_sends_out_no_code_of_its_own(client, path):
    answer = client.get(path)
    assert b"import" not in answer.get_data()
