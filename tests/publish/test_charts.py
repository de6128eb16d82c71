"""A line through time: its scale, its bands, and that nothing is drawn across a gap."""

import math
import re
import xml.etree.ElementTree as ET

import pytest

from geosafety.publish.charts import Point, band_picture, top_of

NAN = math.nan
SVG = "{http://www.w3.org/2000/svg}"


def points(*values, half=1.0):
    return [
        Point(period=f"2024-{i:02d}", value=float(v), lower=v - half, upper=v + half)
        for i, v in enumerate(values, 1)
    ]


def drawn(*values, **options):
    picture = band_picture(points(*values), what="Crimes", **options)
    return ET.fromstring(picture.svg), picture.alt


def dots(root):
    return [(float(c.get("cx")), float(c.get("cy"))) for c in root.iter(f"{SVG}circle")]


def paths(root, filled):
    every = list(root.iter(f"{SVG}path"))
    return [p for p in every if (p.get("fill") != "none") == filled]


def test_every_value_stands_where_the_axis_says():
    root, _ = drawn(2, 8, 5, top=10.0)
    lines = sorted(
        {
            float(line.get("y1"))
            for line in root.iter(f"{SVG}line")
            if line.get("y1") == line.get("y2") and line.get("x1") != line.get("x2")
        }
    )
    high, foot = lines[0], lines[-1]
    found = [(foot - y) / (foot - high) * 10 for _, y in dots(root)]
    assert found == pytest.approx([2, 8, 5], abs=0.05)


def test_the_same_top_puts_the_same_value_at_the_same_height():
    one, other = drawn(3, 4, top=20.0)[0], drawn(18, 4, top=20.0)[0]
    assert dots(one)[1] == dots(other)[1]
    assert top_of(points(3, 4), points(18, 4)) == 20.0


def test_a_month_without_a_figure_breaks_line_and_band_and_is_crossed():
    whole, holed = drawn(5, 6, 7, 8, 9)[0], drawn(5, 6, NAN, 8, 9)[0]
    assert [len(paths(root, filled=False)) for root in (whole, holed)] == [1, 2]
    assert [len(paths(root, filled=True)) for root in (whole, holed)] == [1, 2]
    assert len(dots(holed)) == 4
    text = " ".join(t.text for t in holed.iter(f"{SVG}text"))
    assert "no figure, left out; not zero" in text
    assert "left out" not in " ".join(t.text for t in whole.iter(f"{SVG}text"))


def test_the_band_holds_every_end_of_every_interval():
    root, _ = drawn(5, 9, top=10.0)
    numbers = re.findall(r"[\d.]+", paths(root, filled=True)[0].get("d"))
    heights = sorted({float(y) for y in numbers[1::2]})
    steps = [b - a for a, b in zip(heights, heights[1:], strict=False)]
    # 4, 6, 8 and 10 on an even axis, upside down.
    assert steps == pytest.approx([steps[0]] * 3, abs=0.2)


def test_a_month_of_none_is_drawn_at_the_foot_and_is_no_gap():
    picture = band_picture([Point(period="2024-01", value=0.0)], what="Crimes")
    root = ET.fromstring(picture.svg)
    assert len(dots(root)) == 1
    assert "no figure" not in picture.svg


def test_a_value_that_stands_alone_keeps_its_interval():
    root, _ = drawn(NAN, 6, NAN)
    assert not paths(root, filled=True)
    bars = [r for r in root.iter(f"{SVG}rect") if r.get("width") == "5.0"]
    assert len(bars) == 1


def test_without_any_figure_it_says_so():
    _, alt = drawn(NAN, NAN)
    assert alt == "Crimes: there is no figure for any month."


def test_the_words_name_the_highest_the_lowest_and_what_is_missing():
    _, alt = drawn(5, NAN, 7, 2)
    assert "highest in March 2024 (7)" in alt
    assert "lowest in April 2024 (2)" in alt
    assert "1 of 4 months have no figure" in alt


def test_there_is_no_colour_in_it():
    svg = band_picture(points(5, NAN, 7), what="Crimes").svg
    for colour in re.findall(r"#([0-9a-f]{6})", svg):
        red, green, blue = (int(colour[i : i + 2], 16) for i in (0, 2, 4))
        assert max(red, green, blue) - min(red, green, blue) < 16, colour


@pytest.mark.parametrize("height", [0.004, 0.3, 1.0, 463.0, 99_999.0])
def test_the_top_is_round_and_hardly_above_the_highest(height):
    top = top_of([Point(period="2024-01", value=height)])
    assert height <= top * (1 + 1e-9) <= 1.5 * height
