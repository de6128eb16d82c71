# ruff: noqa: ARG001, F401, F811 - fixtures are imported, and then named as arguments
import json
import os
import sys
import tempfile
import time
from datetime import date

import pytest

from dash_app.jobs import plan_run, plans
from dash_app.queries import outreach
from geosafety.errors import InputError
from tests.dash_app.app_fixtures import (
    app,
    context,
    demo_app,
    demo_context,
    results_folder,
)
from tests.dash_app.login_fixtures import (
    FROM_PROXY,
    one_proxy_app,
    proxy_app,
    signed_in,
)
from tests.fixtures_results import as_json, text_of

TODAY = date(2026, 11, 21)  # a Saturday


@pytest.fixture
def room(tmp_path, monkeypatch):
    """A folder of plans, in which nothing is started by itself."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(plans, "_launch", lambda _: None)
    return tmp_path


@pytest.fixture
def page(app):
    """The page's module, which Dash loads with the first app."""
    return sys.modules["dash_app.pages.outreach"]


def test_plans_are_kept_where_the_environment_says(context, room, monkeypatch):
    assert plans._room().parent == room
    monkeypatch.setenv(plans.FOLDER, str(room / "elsewhere"))
    assert plans._room() == room / "elsewhere"
    assert plans._room().stat().st_mode & 0o777 == 0o700


def wished(**asked):
    wish, notes = outreach.resolve(TODAY, **asked)
    assert not notes
    return wish


def finish(name, plan):
    done = plans._folder(name) / plan_run.DONE
    (done / "briefs").mkdir(parents=True)
    (done / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    (done / "plan.ics").write_text("BEGIN:VCALENDAR", encoding="utf-8")
    (done / "briefs" / "01-hall.html").write_text("<h1>Hall</h1>", encoding="utf-8")
    return done


PICK = {
    "venue": "a", "rank": 1, "name": "<img> Hall", "postcode": "B1 1AA",
    "zone_name": "Unit", "day": "2026-12-07", "visits": 1, "people": 900.0,
    "people_new": 800.0, "adds": 700.0, "lost": 600.0, "lost_replaced": None,
    "replaced_by": "", "capacity": None, "accessible": None, "kept": 0.4,
    "word": "depends", "kind": "observed", "reason": "Because of whom it reaches.",
}  # fmt: skip
VENUES = [
    {"venue": "a", "name": "<img> Hall", "state": "pick", "rank": 1,
     "longitude": -1.9, "latitude": 52.5},
    {"venue": "b", "name": "Library", "state": "other", "rank": 0,
     "longitude": -1.8, "latitude": 52.4},
]  # fmt: skip
PLAN = {
    "headline": "1 visit brings a venue within reach.", "title": "Plan", "asked": 2,
    "unit": "people", "walk": "800 m", "objective": "Made.", "proof": "Proved.",
    "runs": 30, "notes": ["Know this."], "closed": 700.0, "whole": 900.0,
    "radius": 800.0, "picks": [PICK], "venues": VENUES, "areas": {},
    "swaps": [{"gone": "a", "instead": "b", "closed": 650.0, "change": -50.0}],
}  # fmt: skip


@pytest.mark.usefixtures("context")
def test_without_venues_the_page_says_what_to_do(page):
    text = text_of(page.layout())
    assert "hold no venues" in text and "[[venues]]" in text


@pytest.mark.usefixtures("demo_context")
def test_what_is_asked_in_the_address_comes_back_from_it():
    keys = [venue.key for venue in outreach.venues()]
    wish = wished(
        patch="npu:CV", visits="3", walk="500", audience="residents", out=keys[1:3],
        objective="fairest", fixed=keys[0], first="2026-12-07", weeks="4",
    )  # fmt: skip
    assert wish.fixed == (keys[0],) and len(wish.out) == 2
    assert wish.search().count("out=") == 2
    assert wished().first == "2026-11-30"


@pytest.mark.usefixtures("demo_context")
def test_a_wish_that_cannot_be_is_named_and_nothing_is_started(room, page):
    keys = [venue.key for venue in outreach.venues()]
    wrong = {
        "patch": "npu:XX", "visits": "0", "walk": "far", "audience": "nobody",
        "first": "soon", "out": ["no venue", keys[0]], "fixed": keys[0],
    }  # fmt: skip
    _, notes = outreach.resolve(TODAY, **wrong)
    assert len(notes) == 7
    text = text_of(page.layout(**wrong, go="1"))
    assert all(note in text for note in notes)
    assert not list(room.glob("*/*"))


@pytest.mark.usefixtures("demo_context")
def test_only_groups_that_the_survey_misses_are_offered():
    groups = [name for name in outreach.audiences() if name.startswith("survey:")]
    assert "survey:age=25-34" in groups
    assert "survey:age=55-64" not in groups
    assert not any("npu" in name for name in groups)


@pytest.mark.usefixtures("demo_context", "room")
def test_a_plan_is_started_once_watched_shown_and_given_up(page):
    wish = wished(visits="4")
    job = plans.start(wish)
    assert (job.state, plans.start(wish).id) == (plans.RUNNING, job.id)
    folder = plans._folder(job.id)
    (folder / plan_run.STEPS).write_text('["reading venues"]', encoding="utf-8")
    shown = page.layout(visits="4", go="1")
    assert "Reading venues" in text_of(shown) and "Give it up" in text_of(shown)
    told = {"id": job.id, "search": f"?job={job.id}"}
    steps, disabled, href = page.tick(1, told)
    assert "Reading venues" in text_of(steps) and not disabled
    page.give_up(1, told)
    (folder / plan_run.ALIVE).unlink()
    assert plans.look(job.id).state == plans.CANCELLED
    _, disabled, href = page.tick(2, told)
    assert disabled and href.endswith(f"/outreach?job={job.id}")
    assert "gave this plan up" in text_of(page.layout(job=job.id))
    assert plans.start(wish).state == plans.RUNNING


@pytest.mark.usefixtures("demo_context", "room")
def test_no_more_plans_at_once_than_fit(page):
    for visits in range(1, plans.AT_ONCE + 1):
        plans.start(wished(visits=str(visits)))
    with pytest.raises(InputError, match="being made already"):
        plans.start(wished(visits="20"))
    assert "being made already" in text_of(page.layout(visits="20", go="1"))


@pytest.mark.usefixtures("demo_context", "room")
def test_a_plan_that_fell_silent_has_failed_and_can_be_made_again(page):
    job = plans.start(wished())
    alive = plans._folder(job.id) / plan_run.ALIVE
    then = time.time() - plans.SILENT - 1
    os.utime(alive, (then, then))
    assert plans.look(job.id).state == plans.FAILED
    assert "stopped before" in text_of(page.layout(job=job.id))
    assert plans.start(wished()).state == plans.RUNNING


@pytest.mark.usefixtures("demo_context", "room")
def test_old_plans_are_thrown_away():
    job = plans.start(wished())
    folder = plans._folder(job.id)
    (folder / plan_run.ALIVE).unlink()
    then = time.time() - plans.KEPT - 1
    os.utime(folder, (then, then))
    plans.start(wished(visits="9"))
    assert not folder.exists()


@pytest.mark.usefixtures("demo_context", "room")
def test_a_finished_plan_is_shown_with_its_reasons_files_and_swaps(page):
    job = plans.start(wished(visits="2"))
    finish(job.id, PLAN)
    shown = page.layout(visits="2", job=job.id, gone="a", instead="b")
    text = text_of(shown)
    for said in (
        PLAN["headline"], "Fragile: kept in 12 of 30", PICK["reason"], "Know this.",
        "2 visits were allowed", "Monday 7 December 2026", "bank holidays",
        "would reach 650 people instead of 700: 50 fewer", "not possible",
    ):  # fmt: skip
        assert said in text, said
    assert f"/plans/{job.id}/plan.ics" in as_json(shown)
    assert "<img> Hall" in text and "dangerously" not in as_json(shown)
    assert "built anew" not in text


@pytest.mark.usefixtures("demo_context", "room")
def test_a_plan_of_replaced_results_says_so(monkeypatch, page):
    job = plans.start(wished())
    finish(job.id, PLAN)
    monkeypatch.setattr(plan_run, "build_of", lambda _: "another")
    assert "built anew" in text_of(page.layout(job=job.id))


@pytest.mark.usefixtures("room")
def test_only_files_of_finished_plans_are_sent(demo_app):
    client = demo_app.server.test_client()
    with demo_app.server.test_request_context("/"):
        job = plans.start(wished())
    assert client.get(f"/plans/{job.id}/plan.ics").status_code == 404
    with demo_app.server.test_request_context("/"):
        finish(job.id, PLAN)
    answer = client.get(f"/plans/{job.id}/plan.ics")
    assert answer.data == b"BEGIN:VCALENDAR"
    assert answer.mimetype == "text/calendar"
    assert client.get(f"/plans/{job.id}/brief-1.html").data == b"<h1>Hall</h1>"
    for path in (
        f"{job.id}/asked.json", f"{job.id}/brief-2.html", f"{job.id}/plan.json",
        f"{job.id}/..%2Fasked.json", "0123456789abcdef/plan.ics", "../plan.ics",
        f"{job.id}/plan.png", f"..%2F{job.id}/plan.ics",
    ):  # fmt: skip
        answer = client.get(f"/plans/{path}")
        # What is no address of a file is a page, which says that nothing is there.
        nothing = answer.status_code == 404 or answer.mimetype == "text/html"
        assert nothing, path
        assert b"consultation" not in answer.data and b"results" not in answer.data


@pytest.mark.usefixtures("context", "room")
def test_a_plan_of_other_results_is_not_shown(demo_app):
    with demo_app.server.test_request_context("/"):
        job = plans.start(wished())
        finish(job.id, PLAN)
        assert plans.look(job.id).state == plans.READY
    assert plans.look(job.id).state == plans.UNKNOWN


@pytest.mark.parametrize("role", ["inspectors", "engagement", "analysts"])
@pytest.mark.usefixtures("room")
def test_only_who_may_plan_gets_files_and_runs_callbacks(proxy_app, role, page):
    client = proxy_app.server.test_client()
    headers, may = signed_in(role), role != "inspectors"
    answer = client.get(
        "/plans/0123456789abcdef/plan.ics", headers=headers, environ_base=FROM_PROXY
    )
    assert answer.status_code == (404 if may else 403)
    with proxy_app.server.test_request_context(
        "/", headers=headers, environ_base=FROM_PROXY
    ):
        proxy_app.server.preprocess_request()
        told = {"id": "0123456789abcdef", "search": ""}
        if may:
            page.tick(1, told)
            return
        for call in (page.tick, page.give_up):
            with pytest.raises(InputError, match="may not do this"):
                call(1, told)


@pytest.fixture
def job(tmp_path):
    (tmp_path / plan_run.ASKED).write_text("{}", encoding="utf-8")
    return tmp_path


def test_a_plan_that_is_given_up_ends_its_process_without_a_word(job):
    (job / plan_run.CANCELLED).touch()
    plan_run.watch(job)
    assert {path.name for path in job.iterdir()} == {
        plan_run.ASKED, plan_run.CANCELLED, plan_run.LOG,
    }  # fmt: skip


def test_a_plan_out_of_time_is_ended_and_says_so(job):
    plan_run.watch(job, limit=0)
    told = json.loads((job / plan_run.ERROR).read_text("utf-8"))
    assert "not finished within 5 minutes" in told["problem"]
    assert not (job / plan_run.ALIVE).exists()


def test_a_plan_that_breaks_says_so_and_its_log_says_how(job, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(plan_run.Path.cwd()))
    plan_run.watch(job)
    told = json.loads((job / plan_run.ERROR).read_text("utf-8"))
    assert told["problem"] == "The plan stopped before it was finished."
    assert "KeyError" in (job / plan_run.LOG).read_text("utf-8")


def test_what_the_pipeline_refuses_is_told_in_its_words(demo_results, tmp_path):
    asked = {
        "results": str(demo_results), "build": plan_run.build_of(demo_results),
        "patch": "npu:XX", "audience": "residents", "walk": 800, "visits": 1,
        "objective": "most", "fixed": [], "out": [], "weeks": 8,
        "first": "2026-12-07",
    }  # fmt: skip
    (tmp_path / plan_run.ASKED).write_text(json.dumps(asked), encoding="utf-8")
    plan_run.make(tmp_path)
    told = json.loads((tmp_path / plan_run.ERROR).read_text("utf-8"))
    assert "no npu with the code 'XX'" in told["problem"]
    assert not (tmp_path / plan_run.DONE).exists()
