"""Hostile names come out as text in CSV, workbook and every HTML map."""

import csv
import io
import shutil
import subprocess
import zipfile
from html.parser import HTMLParser

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from shapely import box

from geosafety import settings
from geosafety.publish.csv_files import write_csv
from geosafety.publish.inert import safe_text, would_run
from geosafety.publish.maps import map_html
from geosafety.publish.plain_workbook import write_workbook
from geosafety.publish.plan_brief import About, brief_html
from geosafety.publish.plan_map import plan_html
from geosafety.publish.proposal_map import proposal_html
from geosafety.publish.whole_workbook import write_whole_workbook
from tests.publish.hostile_names import FORMULAS, MARKUP, NAMES, SPLITTING

MANIFEST = {
    "title": "=1+1", "synthetic": False, "built": "2026-01-02T03:04:05+00:00",
    "version": "0", "seed": 1, "notes": list(NAMES), "layers": {}, "inputs": [],
}  # fmt: skip
NUMBERS = [-1.5, -1e-7, -3.0, 0.25]


def table_of(names):
    numbers = (NUMBERS * len(names))[: len(names)]
    return pd.DataFrame({"area_name": names, "value": numbers, "note": names[::-1]})


def csv_of(table):
    out = io.StringIO()
    write_csv(table, None, out)
    return out.getvalue()


def test_the_corpus_is_large_and_its_entries_are_different():
    assert len(FORMULAS) >= 50
    assert len(set(NAMES)) == len(FORMULAS) + len(SPLITTING) + len(MARKUP)


# --- CSV -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_gets_an_apostrophe_and_stays_whole(name):
    assert would_run(name)
    assert safe_text(name) == f"'{name}"


@pytest.mark.parametrize(
    "name", ["Ladywood", "E08000025", "age=65-74", "St John's - East", "_T", "5-9", ""]
)
def test_ordinary_names_and_codes_stay_as_they_are(name):
    assert safe_text(name) == name


def test_a_csv_reader_gets_every_name_back_and_negative_numbers_as_numbers():
    table = table_of(NAMES)
    rows = list(csv.DictReader(io.StringIO(csv_of(table), newline="")))
    known = [name for name in NAMES if name not in SPLITTING and name.isprintable()]
    assert {safe_text(name) for name in known} <= {row["area_name"] for row in rows}
    assert len(rows) == len(NAMES)
    assert [float(row["value"]) for row in rows] == table["value"].tolist()
    assert not any(row["value"].startswith("'") for row in rows)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_no_program_that_splits_elsewhere_finds_a_formula(delimiter):
    text = csv_of(table_of(NAMES).drop(columns="value"))
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        # A quote in the wrong place may take the line before along.
        assert not any(would_run(cell.strip()) for cell in row), row


def test_headings_are_made_safe_too():
    assert csv_of(pd.DataFrame({"=1+1": [1.0], "a;=b": [2.0]})) == (
        "'=1+1,\"a;'=b\"\n1,2\n"
    )


@pytest.fixture(scope="module")
def office():
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("LibreOffice is not on this computer")

    def convert(path, ending):
        profile = path.parent / "profile"
        subprocess.run(
            [program, f"-env:UserInstallation={profile.as_uri()}", "--headless",
             "--convert-to", ending, "--outdir", path.parent / "made", path],
            check=True, capture_output=True, timeout=240,
        )  # fmt: skip
        return path.parent / "made" / f"{path.stem}.{ending}"

    return convert


def test_libreoffice_opens_the_csv_without_a_formula_and_with_numbers(office, tmp_path):
    path = tmp_path / "names.csv"
    table = table_of(NAMES)
    path.write_text(csv_of(table), encoding="utf-8", newline="")
    sheet = openpyxl.load_workbook(office(path, "xlsx")).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    values = [row[1].value for row in sheet.iter_rows(min_row=2)]
    assert values == table["value"].tolist()


# --- workbooks -----------------------------------------------------------------------


def written(tmp_path, form):
    path = tmp_path / "names.xlsx"
    if form == "whole":
        write_whole_workbook(
            table_of(NAMES), MANIFEST, path, name="venues", accounts={}
        )
    else:
        write_workbook(table_of(NAMES), MANIFEST, path)
    return path


@pytest.mark.parametrize("form", ["whole", "plain"])
def test_a_workbook_holds_no_formula_and_no_link_outside(tmp_path, form):
    book = openpyxl.load_workbook(written(tmp_path, form))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    links = [cell.hyperlink for cell in cells if cell.hyperlink]
    assert all(link.target is None and link.location for link in links)
    risky = [c for c in cells if isinstance(c.value, str) and would_run(c.value)]
    # In the body of a table; headings and titles belong to the program.
    body = [cell for cell in risky if cell.coordinate != "A1"]
    assert len(body) >= 2 * len(FORMULAS)
    assert all(cell.quotePrefix for cell in body)


def test_a_workbook_keeps_names_and_negative_numbers(tmp_path):
    sheet = openpyxl.load_workbook(written(tmp_path, "plain"))["Values"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [row[1] for row in rows] == table_of(NAMES)["value"].tolist()
    plain = [name for name in NAMES if name.isprintable()]
    assert set(plain) <= {row[0] for row in rows}


def test_libreoffice_opens_the_workbook_without_a_formula(office, tmp_path):
    made = office(written(tmp_path, "whole"), "ods")
    content = zipfile.ZipFile(made).read("content.xml").decode()
    assert "table:formula" not in content
    assert 'office:value="-1.5"' in content


# --- maps ----------------------------------------------------------------------------


class Skeleton(HTMLParser):
    """The elements and attribute names of a page, and its text outside scripts."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.said, self.scripts, self._raw = [], [], [], False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self._raw = tag in ("script", "style")

    def handle_endtag(self, _tag):
        self._raw = False

    def handle_data(self, data):
        (self.scripts if self._raw else self.said).append(data)


def squares(n):
    shapes = [box(400_000 + 100 * i, 280_000, 400_100 + 100 * i, 290_000)
              for i in range(n)]  # fmt: skip
    index = pd.Index([f"W{i:03}" for i in range(n)], name="area_code")
    return gpd.GeoDataFrame(geometry=shapes, index=index, crs=settings.CRS)


def indicator_map(names):
    layer = squares(len(names)).assign(area_name=names)
    blank = dict.fromkeys(settings.VALUE_COLUMNS, "")
    values = pd.DataFrame([blank] * len(names)).assign(
        geography="ward", area_code=layer.index, area_name=names, period="2022-03",
        indicator="wmnow_rate", group="all", value=50.0, unit="per 1,000", lower=49.0,
        upper=51.0, numerator=50.0, base=1000.0, kind="observed", status="ok",
    )  # fmt: skip
    return map_html(
        values, layer, indicator=settings.indicators()["wmnow_rate"],
        manifest={**MANIFEST, "title": "T", "notes": []}, geography="ward",
        period="2022-03", overlays={names[0]: layer.iloc[:1]},
    )  # fmt: skip


PICK = {
    "also": "", "venue_kind": "hall", "postcode": "B1 1AA", "day": "2026-01-05",
    "people": 900.0, "people_new": 800.0, "reached": 70.0, "adds": 60.0, "lost": 50.0,
    "lost_replaced": 12.0, "responses": float("nan"), "kept": 0.9, "word": "robust",
    "capacity": float("nan"), "accessible": None,
}  # fmt: skip


def about_of(names):
    return About(
        title=names[0], unit="members", walk="1,500 m", objective=names[1],
        proof=names[2], runs=3, notes=list(names),
    )  # fmt: skip


def picks_of(names):
    return [
        {**PICK, "rank": n, "name": name, "zone_name": name, "replaced_by": name}
        for n, name in enumerate(names, 1)
    ]


def plan_map(names):
    points = pd.DataFrame({"name": names, "state": "pick"}).assign(
        x=[400_050 + 100 * i for i in range(len(names))], y=285_000,
        rank=range(1, len(names) + 1),
    )  # fmt: skip
    areas = squares(4).assign(state=["new", "booked", "left", "none"])
    return plan_html(areas, points, picks_of(names), about=about_of(names), reach=900.0)


def brief(names):
    groups = [{"group": name, "reached": 5.0, "closed": 5.0} for name in names]
    pick = picks_of(names)[0] | {"also": names[3], "postcode": names[4]}
    return brief_html(pick, groups, about_of(names))


def proposed_map(names):
    areas = squares(len(names)).assign(state="stable core", number=1)
    table = pd.DataFrame({names[0]: names, "rows": names})
    return proposal_html(
        areas, dict.fromkeys(names[:3], areas.iloc[:1]), {names[1]: table},
        title=names[2], notes=names,
    )  # fmt: skip


PAGES = {
    "indicator": indicator_map, "plan": plan_map, "brief": brief,
    "proposal": proposed_map,
}  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_hostile_names_change_nothing_of_a_page_but_its_text(page):
    harmless = Skeleton(PAGES[page]([f"Name {n}" for n in range(len(NAMES))]))
    hostile = Skeleton(PAGES[page](NAMES))
    assert hostile.elements == harmless.elements
    assert len(hostile.scripts) == len(harmless.scripts)


@pytest.mark.parametrize("page", ["indicator", "plan", "proposal"])
def test_the_table_of_a_page_shows_every_name_as_it_is(page):
    said = " ".join("".join(Skeleton(PAGES[page](NAMES)).said).split())
    for name in MARKUP:
        assert " ".join(name.split()) in said


def test_a_name_is_never_run_as_a_template():
    # A product long enough never to stand in folium's random element ids.
    names = [f"{{{{ 7919 * 7927 }}}} {{% raw %}} {{# gone #}} {n}" for n in range(5)]
    html = indicator_map(names) + plan_map(names)
    assert str(7919 * 7927) not in html
    said = "\\u007b\\u007b 7919 * 7927 }} \\u007b% raw %}"
    assert html.count(said) >= 2 * len(names)
