# ruff: noqa: F401, F811 - fixtures are imported, and then named as arguments
"""People whom a proxy has signed in: whom to believe, limits, the audit log."""

import json
import subprocess
import sys
from pathlib import Path

import dash
import pytest

from dash_app.app import create_app
from dash_app.auth import audit, limits, who
from dash_app.auth.guard import demand
from dash_app.auth.mode_file import CLIENT_SECRET, read_mode
from dash_app.auth.modes import read_key
from dash_app.auth.roles import ROLES
from geosafety.errors import InputError
from tests.dash_app.app_fixtures import app, results_folder
from tests.dash_app.login_fixtures import (
    FROM_PROXY,
    GROUPS,
    PROXY,
    audited,
    mode_of,
    oidc_text,
    one_proxy_app,
    proxy_app,
    signed_in,
)
from tests.fixtures_results import text_of

CSV = "/view.csv?g=npu&i=wmnow_rate"


def get(app, path, headers, peer="10.0.0.7"):
    client = app.server.test_client()
    return client.get(path, headers=headers, environ_base={"REMOTE_ADDR": peer})


@pytest.mark.parametrize("peer", ["10.0.0.7", "10.9.0.2", "::ffff:10.0.0.7"])
def test_the_listed_proxy_is_believed(proxy_app, peer):
    assert get(proxy_app, "/table", signed_in("inspectors"), peer).status_code == 200


@pytest.mark.parametrize("peer", ["10.0.0.8", "10.9.0.4", "127.0.0.1", "::1", "", "x"])
@pytest.mark.parametrize("more", [{}, {"X-Forwarded-For": "10.0.0.7"}])
def test_headers_forged_from_elsewhere_are_ignored(proxy_app, peer, more):
    forged = signed_in("admins") | more | {"X-Real-IP": "10.0.0.7"}
    assert get(proxy_app, "/table", forged, peer).status_code == 401
    line = audited(proxy_app)[-1]
    assert (line["event"], line["user"]) == ("refused", "")
    assert "jo" not in json.dumps(line)


@pytest.mark.parametrize("name", ["", "jo,admin", "jo\tsam", "jo;x", " jo", "x" * 121])
def test_an_id_that_is_no_id_is_nobody(proxy_app, name):
    headers = signed_in("admins", name)
    assert get(proxy_app, "/table", headers).status_code == 401


def test_a_person_without_a_role_is_told_so(proxy_app):
    answer = get(proxy_app, "/", signed_in("unheard of"))
    assert answer.status_code == 403
    assert "signed in as jo, with no role" in answer.get_data(as_text=True)


def test_pages_can_ask_who_it_is(results_folder, tmp_path):
    app = create_app(results_folder, mode_of(tmp_path, PROXY), key="k" * 32)
    met = []
    real = app.server.view_functions["table"]

    def table():
        met.append(who())
        return real()

    table.__dict__.update(real.__dict__)
    app.server.view_functions["table"] = table
    get(app, "/table", signed_in("engagement, coventry"))
    assert [(u.name, u.role, u.npu) for u in met] == [("jo", "engagement", "CV")]
    assert met[0].may("plan")
    assert not met[0].may("export")


def test_an_inspector_meets_their_own_unit_first(results_folder, tmp_path):
    text = PROXY + GROUPS.replace('"CV"', '"N0002"')
    (tmp_path / "serve.toml").write_text(text)
    app = create_app(results_folder, read_mode(tmp_path / "serve.toml"), key="k" * 32)

    def first(groups, **asked):
        peer = {"REMOTE_ADDR": "10.0.0.7"}
        headers = signed_in(groups)
        with app.server.test_request_context("/", headers=headers, environ_base=peer):
            assert app.server.preprocess_request() is None
            layout = dash.page_registry["dash_app.pages.map"]["layout"]
            return text_of(layout(**asked))

    assert "Unit 3 has " in first("inspectors, coventry")
    assert "Unit 2 has " in first("inspectors, coventry", g="npu", a="N0001")
    assert "Unit 3 has " not in first("inspectors")


def test_where_nobody_signs_in_the_person_at_the_computer_may_do_all(app):
    with app.server.test_request_context("/"):
        assert who().may("export")
        demand("plan")


def test_where_people_sign_in_nobody_may_do_nothing(proxy_app):
    with proxy_app.server.test_request_context("/"):
        assert not who().may("view")
        with pytest.raises(InputError, match="may not do this"):
            demand("plan")


def test_several_groups_give_the_role_that_may_do_most(proxy_app):
    assert get(proxy_app, CSV, signed_in("inspectors; analysts")).status_code == 200


def test_too_many_files_in_an_hour_are_refused_for_every_worker(proxy_app):
    statuses = [get(proxy_app, CSV, signed_in("analysts")) for _ in range(4)]
    assert [answer.status_code for answer in statuses] == [200, 200, 200, 429]
    last = statuses[-1]
    assert 0 < int(last.headers["Retry-After"]) <= 3600
    assert "3 files in an hour" in last.get_data(as_text=True)
    assert get(proxy_app, CSV, signed_in("analysts", "sam")).status_code == 200
    assert get(proxy_app, "/table", signed_in("analysts")).status_code == 200


TAKE_TEN = """
import runpy, sys
from pathlib import Path
take = runpy.run_path(sys.argv[1])["take"]
file = Path(sys.argv[2])
print(sum(take(file, "x", most=25, seconds=60) == 0 for _ in range(10)))
"""


def test_processes_share_one_count(tmp_path):
    file = tmp_path / "counts.sqlite"
    limits.make(file)
    command = [sys.executable, "-c", TAKE_TEN, limits.__file__, str(file)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(4)]
    let_through = [int(process.communicate()[0]) for process in started]
    assert sum(let_through) == 25


def test_a_use_is_let_through_again_when_the_span_is_over(tmp_path, monkeypatch):
    clock = [1_000.0]
    monkeypatch.setattr(limits.time, "time", lambda: clock[0])

    def take():
        return limits.take(tmp_path / "counts.sqlite", "x", most=2, seconds=60)

    assert take() == 0
    clock[0] += 10
    assert take() == 0
    assert take() == 50  # until the first of the two is a minute ago
    clock[0] += 50
    assert take() == 0
    assert take() == 10


def test_the_log_has_sign_ins_exports_and_refusals_and_no_address(proxy_app):
    get(proxy_app, "/table", signed_in("analysts"))
    get(proxy_app, "/table", signed_in("analysts"))
    get(proxy_app, CSV, signed_in("analysts"))
    get(proxy_app, CSV, signed_in("inspectors", "sam"))
    lines = audited(proxy_app)
    told = [(line["event"], line["user"], line["role"]) for line in lines]
    assert told == [
        ("sign-in", "jo", "analyst"),
        ("export", "jo", "analyst"),
        ("sign-in", "sam", "inspector"),
        ("refused", "sam", "inspector"),
    ]
    assert lines[1]["address"] == CSV
    assert lines[1]["bytes"] > 100
    assert lines[3]["why"] == "needs export"
    assert "10.0.0.7" not in json.dumps(lines)


def test_nothing_that_is_asked_for_can_forge_a_line(proxy_app):
    get(
        proxy_app,
        "/view.csv?i=x%0A%7B%22event%22%3A%22sign-in%22%7D",
        signed_in("inspectors"),
    )
    lines = audited(proxy_app)
    assert [line["event"] for line in lines] == ["sign-in", "refused"]


def test_strangers_cannot_fill_the_disk(proxy_app, monkeypatch):
    monkeypatch.setattr(audit, "_NOBODY_AN_HOUR", 3)
    for _ in range(5):
        get(proxy_app, "/", signed_in("admins"), peer="10.0.0.8")
    assert len(audited(proxy_app)) == 3


def test_the_log_is_for_its_owner_alone(proxy_app):
    get(proxy_app, "/table", signed_in("analysts"))
    state = proxy_app.server.config["GEOSAFETY_MODE"].state
    for name in ("audit.jsonl", "counts.sqlite"):
        assert (state / name).stat().st_mode & 0o077 == 0


def test_no_cache_on_the_way_keeps_an_answer(proxy_app, app):
    headers = get(proxy_app, "/table", signed_in("analysts")).headers
    assert "no-store" in headers["Cache-Control"]
    kept = get(proxy_app, "/patterns.js", signed_in("analysts")).headers
    assert "private" in kept["Cache-Control"]
    assert headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in get(app, "/table", {}).headers


BAD = {
    "a secret in the file": (
        'client_secret = "x"\n' + PROXY,
        "from the environment",
    ),
    "an unknown key": ("mood = 1\n" + PROXY, 'Did you mean "mode"'),
    "no mode": ('public_url = "https://x"\n', "mode is missing"),
    "everybody is a proxy": (PROXY.replace("10.0.0.7", "0.0.0.0/0"), "everybody"),
    "no address": (PROXY.replace("10.0.0.7", "proxy.example"), "networks as in"),
    "no tls": (PROXY.replace("https:", "http:"), "https://name.example"),
    "a path": (PROXY.replace(".example", ".example/app"), "no path"),
    "no such folder": (PROXY.replace('"."', '"nowhere"'), "Make that folder"),
    "no tls to the provider": (oidc_text("http://login.example"), "over https"),
    "a broken file": ("mode =", "is not TOML"),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_mistake_in_the_file_is_told_in_words(tmp_path, fault):
    text, told = BAD[fault]
    with pytest.raises(InputError) as error:
        mode_of(tmp_path, text)
    assert told in str(error.value)
    assert "serve.toml" in error.value.problem


def test_roles_and_secrets_must_be_there(tmp_path):
    file = tmp_path / "serve.toml"
    file.write_text(PROXY)
    with pytest.raises(InputError, match="nobody could come in"):
        read_mode(file)
    file.write_text(PROXY + GROUPS.replace('"analyst"', '"analist"'))
    with pytest.raises(InputError, match="analyst"):
        read_mode(file)
    file.write_text(oidc_text() + GROUPS)
    with pytest.raises(InputError, match="GEOSAFETY_OIDC_CLIENT_SECRET is missing"):
        read_mode(file, {})
    with pytest.raises(InputError, match="no file"):
        read_mode(tmp_path / "none.toml")


def test_a_short_key_is_refused():
    with pytest.raises(InputError, match="GEOSAFETY_SECRET_KEY"):
        read_key({"GEOSAFETY_SECRET_KEY": "short"})
    assert read_key({"GEOSAFETY_SECRET_KEY": "x" * 32}) == "x" * 32


def test_a_secret_is_not_in_what_a_mode_prints(tmp_path):
    mode = mode_of(tmp_path, oidc_text(), secret="hush")
    assert "hush" not in repr(mode)
    assert mode.oidc.client_secret == "hush"


@pytest.mark.parametrize("name", ["proxy.toml", "oidc.toml"])
def test_the_examples_can_be_read(tmp_path, name):
    example = Path(__file__).parents[2] / "examples" / "deploy" / name
    text = example.read_text("utf-8").replace("/var/lib/geosafety", str(tmp_path))
    (tmp_path / name).write_text(text, encoding="utf-8")
    mode = read_mode(tmp_path / name, {CLIENT_SECRET: "s"})
    assert set(mode.roles.values()) == set(ROLES)
    assert set(mode.npus.values()) <= {"BE", "BW", "CV", "DY", "SH", "SW", "WS", "WV"}


def test_a_plain_page_says_who_is_signed_in(proxy_app):
    page = get(proxy_app, "/table", signed_in("inspectors", "jo@west"))
    named = '<div class="account"><span>jo@west (inspector)</span></div>'
    assert named in page.get_data(as_text=True)


def test_nobody_is_named_where_nobody_signs_in(app):
    page = app.server.test_client().get("/table").get_data(as_text=True)
    assert 'class="account"' not in page
