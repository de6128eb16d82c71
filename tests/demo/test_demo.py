"""The demonstration as a whole, and the catalogue files it is checked against."""

import hashlib
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from geosafety.demo import write_demo
from geosafety.demo.places import read_margins
from geosafety.errors import BoundaryError

CATALOG = Path(__file__).parents[2] / "geosafety" / "catalog"
FIGURE = {
    "indicator": str,
    "geography": str,
    "area_code": str,
    "period": str,
    "compared_with": str,
    "group": str,
    "value": (int, float),
    "decimals": int,
    "where": str,
    "approx": bool,
}
NAMES = ["consultation_2024", "impact_areas_2022", "wmnow_2022", "filled"]
NAMES += ["force_series_2022"]
SIZE = 2_000


def digests(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_seed_same_bytes(tmp_path, boundaries):
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        write_demo(tmp_path / name, boundaries=boundaries, seed=seed, crimes=SIZE)
    first = digests(tmp_path / "a")
    assert first == digests(tmp_path / "b")
    other = digests(tmp_path / "c")
    same = {name for name in first if first[name] == other[name]}
    # What is published, or split without chance, does not depend on the seed; the
    # project file names it.
    assert same == {
        "population/population_borough_published.csv",
        "population/population_lsoa_synthetic.csv",
        "population/population_npu_published.csv",
        "population/residents_by_age_synthetic.csv",
        "population/residents_by_ethnicity_synthetic.csv",
        "population/residents_by_sex_synthetic.csv",
        "wmnow/wmnow_lsoa_synthetic.csv",
        "wmnow/wmnow_npu_published.csv",
    }


def test_the_project_file_names_what_was_written(demo):
    project = tomllib.loads((demo / "geosafety.toml").read_text("utf-8"))
    assert project["synthetic"] is True
    named = set()
    kinds = ("wmnow", "population", "survey", "crime", "venues")
    for kind in (*kinds, "margins", "series", "area_values"):
        for block in project[kind]:
            found = [path for pattern in block["files"] for path in demo.glob(pattern)]
            assert found, block["files"]
            named |= set(found)
            assert block["kind"] in {"published", "synthetic"}
            for path in found:
                assert ("published" in path.name) == (block["kind"] == "published")
                header = set(pd.read_csv(path, nrows=0).columns)
                assert set(block.get("columns", {}).values()) <= header
    written = {path for path in demo.rglob("*") if path.is_file()}
    assert written - named == {demo / "geosafety.toml"}


def test_every_file_is_plain_utf8_with_one_kind_of_line_end(demo):
    for path in demo.rglob("*.*"):
        content = path.read_bytes()
        assert b"\r" not in content
        assert not content.startswith(b"\xef\xbb\xbf")
        content.decode("utf-8")


def test_progress_is_told(tmp_path, boundaries):
    steps = []
    path = write_demo(
        tmp_path, boundaries=boundaries, crimes=SIZE, progress=steps.append
    )
    assert path == tmp_path / "geosafety.toml"
    assert len(steps) == 4
    assert "2,000" in steps[-1]


def test_a_missing_layer_is_named(tmp_path):
    with pytest.raises(BoundaryError, match=r"no lsoa\.parquet"):
        write_demo(tmp_path / "out", boundaries=tmp_path, crimes=SIZE)


@pytest.mark.parametrize("name", NAMES)
def test_published_tables_have_the_schema(name):
    table = tomllib.loads((CATALOG / "published" / f"{name}.toml").read_text("utf-8"))
    assert set(table) == {"title", "body", "date", "licence", "figures"}
    indicators = tomllib.loads((CATALOG / "indicators.toml").read_text("utf-8"))
    keys = []
    for figure in table["figures"]:
        assert set(figure) == set(FIGURE)
        for key, kind in FIGURE.items():
            assert isinstance(figure[key], kind), (figure, key)
        assert figure["indicator"] in indicators
        assert round(figure["value"], figure["decimals"]) == figure["value"]
        keys.append(tuple(figure[key] for key in list(FIGURE)[:6]))
    assert len(set(keys)) == len(keys)


def test_filled_sizes_of_impact_areas_are_those_of_the_file():
    text = (CATALOG / "published" / "filled.toml").read_text("utf-8")
    sizes = {
        figure["area_code"]: figure["value"]
        for figure in tomllib.loads(text)["figures"]
        if figure["geography"] == "impact_area"
    }
    in_code_order = [sizes[code] for code in sorted(sizes)]
    assert in_code_order == read_margins()["impact"]["areas"]


def test_filled_and_published_do_not_overlap():
    told = {}
    for name in NAMES:
        text = (CATALOG / "published" / f"{name}.toml").read_text("utf-8")
        for figure in tomllib.loads(text)["figures"]:
            key = (figure["period"], figure["area_code"], figure["group"])
            told.setdefault(key, set()).add(name == "filled")
    survey = {key: origin for key, origin in told.items() if key[2] != "all"}
    assert all(len(origin) == 1 for origin in survey.values())
