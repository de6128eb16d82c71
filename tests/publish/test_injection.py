"""Hostile names come out as text in CSV, workbook and every HTML map."""

import csv
import io
import json
import shutil
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pypdf
import pytest
from PIL import Image
from shapely import box

from geosafety import settings
from geosafety.pipeline.map_files import Wanted
from geosafety.publish.briefing import Listing
from geosafety.publish.briefing_page import briefing_html
from geosafety.publish.briefing_pdf import briefing_pdf
from geosafety.publish.cluster_map import cluster_sheet
from geosafety.publish.csv_files import write_csv
from geosafety.publish.drawing import clean, svg_bytes
from geosafety.publish.inert import safe_text, would_run
from geosafety.publish.map_page import page_html
from geosafety.publish.maps import indicator_sheet
from geosafety.publish.plain_workbook import write_workbook
from geosafety.publish.plan_brief import About, brief_html
from geosafety.publish.plan_map import plan_html, plan_sheet
from geosafety.publish.proposal_map import proposal_html
from geosafety.publish.spots import Spots, make_spots
from geosafety.publish.static_map import draw, layout
from geosafety.publish.surface_map import surface_sheet
from geosafety.publish.surfaces import overlay_png
from geosafety.publish.whole_workbook import write_whole_workbook
from geosafety.spatial.grid import Grid
from tests.publish.hostile_names import FORMULAS, MARKUP, NAMES, SPLITTING
from tests.publish.test_briefing import a_briefing

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
    return page_html(indicator_sheet(
        values, layer, indicator=settings.indicators()["wmnow_rate"],
        manifest={**MANIFEST, "title": "T", "notes": []}, geography="ward",
        period="2022-03", overlays={names[0]: layer.iloc[:1]},
    ))  # fmt: skip


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


def cluster_sheet_of(names):
    """Every area hot, and in an impact area of a hostile name too."""
    layer = squares(len(names)).assign(area_name=names)
    rows = [
        {"area_code": code, "label": "hot", "stability_word": "stable", "z_score": 5.0,
         "q_value": 0.01, "stability": 1.0, "reason": name, "impact_area": name}
        for code, name in zip(layer.index, names, strict=True)
    ]  # fmt: skip
    found = {row["area_code"]: row for row in rows}
    order = dict(zip(layer.index, names, strict=True))
    spots = Spots(
        rows=make_spots(found, {}, {}, order=order, look="clusters"), look="clusters",
        period=names[-1], months="", permutations=999, kinds=("observed",),
        whole=names[-2], impact_areas={},
    )  # fmt: skip
    return cluster_sheet(
        spots, layer, view=Wanted(geography="ward"), manifest=MANIFEST,
        indicator=settings.indicators()["crime_rate"],
        overlays=dict.fromkeys(names[-3:], layer.iloc[:1]),
    )  # fmt: skip


def surface_sheet_of(names):
    layer = squares(len(names)).assign(area_name=names)
    grid = Grid(400_000.0, 290_000.0, 1000.0, 10, 10)
    drawn = overlay_png(np.full(grid.shape, 3.0), grid)
    (south, west), (north, east) = drawn.bounds
    row = {
        "label": names[-1], "units": names[-2], "words": names[-3], "kernel": names[-4],
        "period": "2024-01/2024-12", "dataset": "crime", "kind": "observed",
        "points": 9.0, "bandwidth_m": 500.0,
        "key": json.dumps([[names[-5], "#fdf0b5"]]),
        "south": south, "west": west, "north": north, "east": east,
    }  # fmt: skip
    means = pd.DataFrame({"area_code": layer.index, "mean": 1.5, "covered": 1.0})
    return surface_sheet(
        row, drawn.png, means, layer, manifest=MANIFEST, geography="ward", overlays={}
    )


def plan_sheet_of(names):
    points = pd.DataFrame({"name": names, "state": "pick"}).assign(
        x=400_100, y=285_000, rank=range(1, len(names) + 1)
    )
    areas = squares(4).assign(state=["new", "booked", "left", "none"])
    return plan_sheet(areas, points, about=about_of(names), reach=900.0)


def briefing_of(names):
    return replace(
        a_briefing(text=names[0]), sentences=tuple(names), sources=tuple(names),
        said=Listing(
            caption=names[1], heads=("Answer", "Share", "Rank"), words=tuple(names),
            rows=tuple((name, name, name) for name in names),
        ),
    )  # fmt: skip


PAGES = {
    "indicator": indicator_map, "plan": plan_map, "brief": brief,
    "proposal": proposed_map,
    "clusters": lambda names: page_html(cluster_sheet_of(names)),
    "surface": lambda names: page_html(surface_sheet_of(names)),
    "briefing": lambda names: briefing_html(briefing_of(names)),
}  # fmt: skip
SHEETS = {
    "clusters": cluster_sheet_of, "surface": surface_sheet_of, "plan": plan_sheet_of,
}  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_hostile_names_change_nothing_of_a_page_but_its_text(page):
    harmless = Skeleton(PAGES[page]([f"Name {n}" for n in range(len(NAMES))]))
    hostile = Skeleton(PAGES[page](NAMES))
    assert hostile.elements == harmless.elements
    assert len(hostile.scripts) == len(harmless.scripts)


@pytest.mark.parametrize("page", [name for name in PAGES if name != "brief"])
def test_the_table_of_a_page_shows_every_name_as_it_is(page):
    said = " ".join("".join(Skeleton(PAGES[page](NAMES)).said).split())
    for name in MARKUP:
        assert " ".join(name.split()) in said


@pytest.mark.parametrize("name", SHEETS)
def test_hostile_names_are_text_in_a_drawing(name):
    svg = svg_bytes(layout(SHEETS[name](NAMES)))
    root = ET.fromstring(svg)  # noqa: S314 - this would fail if one broke out
    allowed = {"svg", "title", "desc", "rect", "path", "circle", "text", "image"}
    assert {node.tag.rpartition("}")[2] for node in root.iter()} == allowed - (
        set() if name == "surface" else {"image"}
    ) - (set() if name == "plan" else {"circle"})
    for node in root.iter():
        assert not [key for key in node.attrib if key.lower().startswith("on")]
        links = [link for key, link in node.attrib.items() if key.endswith("href")]
        assert all(link.startswith("data:image/png;base64,") for link in links)
    if name != "plan":  # whose venues are numbers on the picture, not names
        said = "".join(root.itertext())
        assert all(clean(hostile) in said for hostile in NAMES)


def test_hostile_names_do_not_stop_a_picture():
    sheet = cluster_sheet_of(["$x^2$ {{ 1 }}", *NAMES])
    few = replace(
        sheet, geometry=sheet.geometry.iloc[:30], title="$\\frac$ 中 \u202e =1+1"
    )
    picture = Image.open(io.BytesIO(draw(few, "png")))
    assert picture.info["Title"] == few.title


def test_hostile_names_are_text_in_the_pdf_of_a_briefing():
    kept = [name for name in NAMES if name.isascii() and name.isprintable()]
    assert len(kept) >= 50
    said = ""
    for at in range(0, len(NAMES), 12):
        some = NAMES[at : at + 12]
        made = replace(a_briefing(text=some[0]), sentences=tuple(some), gaps=())
        reader = pypdf.PdfReader(
            io.BytesIO(briefing_pdf(made, made=datetime(2026, 1, 2, tzinfo=UTC)))
        )
        root = reader.trailer["/Root"]
        assert not {"/AA", "/AcroForm", "/Names"} & set(root)
        assert isinstance(root["/OpenAction"], list)  # a place on the page, no action
        assert all("/Annots" not in page for page in reader.pages)
        said += "".join(page.extract_text() for page in reader.pages)
    bare = "".join(said.split())
    assert all("".join(name.split()) in bare for name in kept)


def test_a_name_is_never_run_as_a_template():
    # A product long enough never to stand in folium's random element ids.
    names = [f"{{{{ 7919 * 7927 }}}} {{% raw %}} {{# gone #}} {n}" for n in range(5)]
    html = indicator_map(names) + plan_map(names) + PAGES["clusters"](names)
    assert str(7919 * 7927) not in html
    said = "\\u007b\\u007b 7919 * 7927 }} \\u007b% raw %}"
    assert html.count(said) >= 2 * len(names)
