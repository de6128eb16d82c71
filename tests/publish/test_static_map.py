"""Pictures of maps: what stands on them, what they look like, the same bytes."""

import io
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from geosafety import results
from geosafety.errors import MethodError
from geosafety.pipeline.map_files import Wanted, read_sheet, write_map
from geosafety.publish.classes import SEQUENTIAL
from geosafety.publish.drawing import svg_bytes, wrapped
from geosafety.publish.map_patterns import look, pattern_parts
from geosafety.publish.static_map import draw, layout
from tests.fixtures_results import HOSTILE, write_fixture_results
from tests.publish.test_cluster_map import add_surface

SVG = "{http://www.w3.org/2000/svg}"
CASES = {
    "value": Wanted(geography="ward", indicator="feels_safe_home"),
    "clusters": Wanted(look="clusters", geography="ward"),
    "surface": Wanted(look="surface", geography="ward"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = write_fixture_results(tmp_path_factory.mktemp("pictures") / "results")
    add_surface(made)
    return made


@pytest.fixture(scope="module")
def sheets(folder):
    return {name: read_sheet(folder, wanted) for name, wanted in CASES.items()}


@pytest.fixture(scope="module")
def values(sheets):
    return sheets["value"]


def texts(svg):
    root = ET.fromstring(svg)  # noqa: S314 - made here
    return " ".join(node.text or "" for node in root.iter(f"{SVG}text"))


@pytest.mark.parametrize(
    ("name", "form"),
    [("value", "svg"), ("clusters", "svg"), ("surface", "svg"), ("surface", "png")],
)
def test_the_same_sheet_gives_the_same_bytes(sheets, name, form):
    assert draw(sheets[name], form) == draw(sheets[name], form)


@pytest.mark.parametrize("name", CASES)
def test_a_picture_can_be_read_without_the_report_it_was_torn_from(sheets, name):
    sheet = sheets[name]
    said = texts(draw(sheet, "svg"))
    whole = [sheet.title, *sheet.notes, sheet.base, *sheet.sources]
    for word in " ".join(whole).split():
        assert word in said
    for line in sheet.key:
        assert line.label.split()[0] in said
    assert "km" in said.split()
    assert "N" in said.split()
    assert "Synthetic" in said


@pytest.mark.parametrize("name", CASES)
def test_an_svg_fetches_and_runs_nothing(sheets, name):
    root = ET.fromstring(draw(sheets[name], "svg"))  # noqa: S314
    for node in root.iter():
        assert node.tag.removeprefix(SVG) in (
            "svg", "title", "desc", "rect", "path", "circle", "text", "image",
        )  # fmt: skip
        links = [v for k, v in node.attrib.items() if k.endswith("href")]
        assert all(link.startswith("data:image/png;base64,") for link in links)
        assert not [k for k in node.attrib if k.lower().startswith("on")]


def test_every_area_says_its_name_and_value_where_a_pointer_rests(values):
    root = ET.fromstring(draw(values, "svg"))  # noqa: S314
    said = [n.text for n in root.iter(f"{SVG}title")][1:]
    assert len(said) == 16
    assert any(text.startswith(HOSTILE) for text in said)
    assert "Ward 16: hidden: too few to show" in said


def test_a_png_says_in_its_file_what_it_shows(values):
    picture = Image.open(io.BytesIO(draw(values, "png")))
    assert picture.info["Title"] == values.title
    assert "Hidden: too few to show safely: 1" in picture.info["Description"]
    assert "Software" not in picture.info
    assert picture.width == 2560


@pytest.fixture(scope="module")
def pixels(values):
    return Image.open(io.BytesIO(draw(values, "png"))).convert("RGB")


def middle(values, folder, pixels, code):
    """Return the pixels around the middle of an area of the picture."""
    shapes = {c: i for i, c in enumerate(results.read_geometry(folder, "ward").index)}
    root = ET.fromstring(draw(values, "svg"))  # noqa: S314
    named = [n for n in root.iter(f"{SVG}path") if n.find(f"{SVG}title") is not None]
    assert len(named) == len(shapes)
    tip = values.tips[code]
    path = next(
        n for n in named if n.find(f"{SVG}title").text.startswith(f"{tip.name}: ")
    )
    points = [p.split(",") for p in path.attrib["d"].strip("MZ").split("L")]
    x, y = np.array(points, dtype=float)[:-1].mean(axis=0)
    # Below the label.
    box = (x - 20, y + 24, x + 20, y + 50)
    return np.asarray(pixels.crop([round(2 * v) for v in box]))


def test_each_kind_of_nothing_looks_different_in_the_picture(values, folder, pixels):
    codes = list(values.tips)
    symbols = [values.tips[code].symbol for code in codes]
    seen = {}
    for symbol in "sinz":
        part = middle(values, folder, pixels, codes[symbols.index(symbol)])
        seen[symbol] = {tuple(int(v) for v in p) for p in part.reshape(-1, 3)}
    ground, white, grey = (226, 231, 236), (255, 255, 255), (180, 185, 193)
    assert seen["s"] == {ground}  # what is hidden is a hole with a dashed edge
    assert seen["n"] == {grey}
    assert seen["z"] == {white}
    assert white in seen["i"]
    assert (0x4A, 0x4F, 0x57) in seen["i"]
    low = next(code for code in codes if values.tips[code].symbol in "abcde")
    found = middle(values, folder, pixels, low)
    colour = values.colours["abcde".index(values.tips[low].symbol)]
    wanted = tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))
    share = (found == wanted).all(axis=2).mean()
    assert 0.4 < share < 0.95  # the colour of its class under lines


def test_a_stable_and_a_fragile_hot_spot_differ_by_more_than_colour(sheets):
    svg = draw(sheets["clusters"], "svg").decode()
    hatched = [part for part in layout(sheets["clusters"]).parts
               if getattr(part, "closed", True) is False]  # fmt: skip
    assert len(hatched) >= 2
    assert 'stroke="#ffffff" stroke-width="1.1"' in svg


def test_patterns_keep_to_the_areas_they_fill():
    from shapely import box

    square = box(10, 10, 60, 60)
    for symbol in "atu":
        for part in pattern_parts(square, look(symbol, SEQUENTIAL)):
            rings = getattr(part, "rings", None)
            points = np.concatenate(rings) if rings else np.array([[part.x, part.y]])
            assert points.min() >= 10 - 1e-6
            assert points.max() <= 60 + 1e-6


def test_greyscale_keeps_the_order_of_classes(values):
    picture = Image.new("RGB", (len(values.colours), 1))
    for n, colour in enumerate(values.colours):
        rgb = tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))
        picture.putpixel((n, 0), rgb)
    shades = list(picture.convert("L").tobytes())
    assert shades == sorted(shades, reverse=True)
    assert min(a - b for a, b in zip(shades, shades[1:], strict=False)) > 20


def test_the_scale_bar_is_as_long_as_it_says(sheets):
    # The squares are 32 km wide; the surface's map is Web Mercator, with longer metres.
    for name in ("value", "surface"):
        parts = layout(sheets[name]).parts
        bar = next(p for p in parts if getattr(p, "width", 0) == 1.6)
        length = np.ptp(bar.rings[0][:, 0])
        words = next(p.text for p in parts if getattr(p, "text", "").endswith(" km"))
        areas = [p for p in parts if getattr(p, "title", "")]
        wide = np.ptp(np.concatenate([r for p in areas for r in p.rings])[:, 0])
        assert length / wide * 32 == pytest.approx(float(words.split()[0]), rel=0.01)


def test_a_form_that_is_none_is_refused(values):
    with pytest.raises(MethodError, match="'jpg'"):
        draw(values, "jpg")


def test_a_map_is_written_by_the_ending_of_its_file(folder, tmp_path):
    starts = {"png": b"\x89PNG", "svg": b"<svg ", "html": b"<!DOCTYPE html>"}
    for ending, start in starts.items():
        path = tmp_path / f"map.{ending.upper()}"
        title = write_map(folder, CASES["value"], path)
        assert path.read_bytes().startswith(start)
        assert title.startswith("Feel safe")


def test_long_texts_are_broken_and_lose_no_word(values):
    text = "One two three " * 40
    assert " ".join(wrapped(text, 300, 13)).split() == text.split()
    assert svg_bytes(layout(values)).count(b"<text") > 20
