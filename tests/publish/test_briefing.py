"""A briefing's page and PDF: one A4 page, escaped, and readable without colour."""

import io
import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime

import geopandas as gpd
import pandas as pd
import pypdf
import pytest
from shapely import box

from geosafety.publish.briefing import Briefing, Figure, Listing, Picture
from geosafety.publish.briefing_drawings import (
    Month,
    interval_picture,
    locator_picture,
    trend_picture,
)
from geosafety.publish.briefing_page import briefing_html
from geosafety.publish.briefing_pdf import briefing_pdf
from geosafety.publish.briefing_words import (
    CHANGE_SAYINGS,
    Said,
    crime_sentence,
    heard_sentence,
    hot_sentence,
    missed_words,
    safety_sentence,
    short_saying,
)

HOSTILE = '</script><img src=x onerror=boom()> "O\'Brien" & Söhne 中'
MADE = datetime(2026, 1, 2, tzinfo=UTC)
NAN = math.nan
GREY = re.compile(r"#([0-9a-f]{2})\1\1$")


def months(*counts):
    return [
        Month(period=f"2024-{i:02d}", count=float(n)) for i, n in enumerate(counts, 1)
    ]


def squares():
    shapes = {c: box(x * 9000, 0, x * 9000 + 9000, 9000) for x, c in enumerate("ABCD")}
    index = pd.Index(list(shapes), name="area_code")
    names = [f"{HOSTILE} {code}" for code in shapes]
    return gpd.GeoDataFrame(
        {"area_name": names}, geometry=list(shapes.values()), index=index, crs=27700
    )


def locator():
    areas = squares()
    force = areas.dissolve()
    return locator_picture(areas, "B", force, areas)


def a_briefing(*, text=HOSTILE, rows=4):
    bar = interval_picture((12.0, 10.0, 14.0), 9.0, 0.9, alt=text)
    figure = Figure(
        label="Recorded crimes per 1,000 residents",
        value="12.0",
        interval="10.0 to 14.0",
        beside="Force 9.0",
        verdict="clearly higher",
        note=text,
        bar=bar,
    )
    hidden = replace(figure, value="hidden: too few to show", interval="", bar=None)
    return Briefing(
        name=text[:80],
        code="X&1",
        layer="Ward",
        title=text,
        banners=("SYNTHETIC. " + text,),
        sentences=tuple(f"{text} {i}." for i in range(3)),
        figures=(figure, replace(figure, label="Change"), hidden, hidden),
        hot=hot_sentence(
            areas=9, hot=3, stable=2, cold=0, untested=0, period="April 2024"
        ),
        locator=locator(),
        trend=trend_picture(months(5, NAN, 7)),
        said=Listing(
            caption=text,
            heads=("Answer", "Share", "Rank (range)"),
            rows=tuple((text, "40%", "1 (1 to 3)") for _ in range(rows)),
            words=(text,),
        ),
        alike=Listing(
            caption="Nearest",
            heads=("Area", "Residents", "Crimes per 1,000", "Deprivation", "Alike"),
            rows=tuple((text, "1,234", "9.9", "12,345", "yes") for _ in range(3)),
            words=(text,),
        ),
        gaps=(text, text, text),
        sources=(text, text),
    )


# ---- sentences ----------------------------------------------------------------------

LEVELS = ("low", "high", "alike", "cannot tell", "not known")


@pytest.mark.parametrize("verdict", ["clear", "likely"])
@pytest.mark.parametrize("level", LEVELS)
def test_every_verdict_makes_one_whole_sentence_without_a_cause(level, verdict):
    said = Said(
        level=level,
        verdict=verdict,
        status="ok" if level != "not known" else "suppressed",
    )
    made = [safety_sentence(said), heard_sentence(said, missed_words(2, "here"))]
    made += [crime_sentence(said, change) for change in [*CHANGE_SAYINGS, ""]]
    for sentence in made:
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert sentence.count(".") == 1
        words = set(re.findall(r"[a-z]+", sentence.lower()))
        assert not words & {"because", "due", "caused", "causes", "driven", "leads"}


def test_where_one_cannot_tell_no_side_is_taken():
    said = Said(level="cannot tell", verdict="cannot tell", status="ok")
    crime = crime_sentence(said, "cannot tell")
    safe = safety_sentence(said)
    heard = heard_sentence(said, missed_words(None, ""))
    for sentence in (crime, safe, heard):
        assert "clear" not in sentence
        assert "likely" not in sentence
        assert not re.search(r"(higher|lower|smaller|larger|fewer) .*than", sentence)
    assert "too few" in safe.lower()
    assert "cannot be told" in crime
    assert short_saying(said) == "cannot tell"


def test_hidden_incomplete_and_missing_are_said_apart():
    made = {
        safety_sentence(Said(level="not known", status=status))
        for status in ("suppressed", "incomplete", "not available")
    }
    assert len(made) == 3


def test_likely_is_never_said_as_clear():
    likely = Said(level="high", verdict="likely", status="ok")
    assert "not certain" in crime_sentence(likely, "likely: lower")
    assert "clearly" not in crime_sentence(likely, "likely: lower")
    assert "not certain" in short_saying(likely)


# ---- drawings -----------------------------------------------------------------------


def test_a_month_that_is_not_covered_is_marked_and_breaks_the_line():
    whole, holed = trend_picture(months(5, 6, 7)), trend_picture(months(5, NAN, 7))
    assert whole.svg.count("<path") == 1
    assert holed.svg.count("<path") == 2
    assert "left out, not zero" in holed.svg
    assert "left out" not in whole.svg
    assert "1 of 3 months are not wholly covered" in holed.alt
    assert holed.svg.count("<circle") == 2


def test_a_month_of_none_is_drawn_at_nothing_and_not_as_a_gap():
    drawn = trend_picture(months(5, 0, 7))
    assert "fewest in February 2024 (0)" in drawn.alt
    assert drawn.svg.count("<circle") == 3


def test_no_covered_month_is_said_in_words():
    assert "No month" in trend_picture(months(NAN, NAN)).alt


def test_a_difference_too_small_to_matter_lies_in_the_band():
    """A figure inside the band is within it, however narrow its interval."""

    def places(value):
        picture = interval_picture((value, value - 0.1, value + 0.1), 100, 10, alt="")
        root = ET.fromstring(picture.svg)
        tag = "{http://www.w3.org/2000/svg}"
        band, dot = root.find(f"{tag}rect"), root.find(f"{tag}circle")
        left = float(band.get("x"))
        return left, float(dot.get("cx")), left + float(band.get("width"))

    left, dot, right = places(105.0)
    assert left < dot < right
    left, dot, right = places(111.0)
    assert dot > right


def test_drawings_have_no_colour_at_all():
    bar = interval_picture((12.0, 10.0, 14.0), 9.0, 0.9, alt="")
    for picture in (bar, locator(), trend_picture(months(5, NAN, 7))):
        for colour in re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', picture.svg):
            parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
            assert max(parts) - min(parts) <= 16, colour


def test_the_locator_names_the_area_and_only_its_neighbours():
    alt = locator().alt
    assert " B is filled dark" in alt
    assert " A" in alt.partition("Shaded")[2]
    assert " D" not in alt.partition("Shaded")[2]


def test_no_name_is_written_over_the_dark_area():
    areas = squares().assign(area_name=list("ABCD"))
    boroughs = areas.assign(area_name="Wolverhampton")
    drawn = locator_picture(areas, "B", areas.dissolve(), boroughs)
    root = ET.fromstring(drawn.svg)
    tag = "{http://www.w3.org/2000/svg}"
    dark = next(p for p in root.iter(f"{tag}path") if p.get("fill") == "#3a3f47")
    points = re.findall(r"([\d.]+),([\d.]+)", dark.get("d"))
    left, right = (pick(float(x) for x, _ in points) for pick in (min, max))
    top, foot = (pick(float(y) for _, y in points) for pick in (min, max))
    names = list(root.iter(f"{tag}text"))
    assert names
    for name in names:
        x, y = float(name.get("x")), float(name.get("y"))
        beside = x + 30 < left or x - 30 > right
        assert beside or y < top or y - 7 > foot


# ---- page and PDF -------------------------------------------------------------------


def test_the_page_escapes_every_text_and_fetches_nothing():
    html = briefing_html(a_briefing())
    assert "<img" not in html
    assert "<script" not in html
    outside_quotes = re.sub(r'"[^"]*"', "", html)
    assert not re.search(r"<[^>]*(?:src|href|url)\b", outside_quotes)
    assert "&lt;img src=x onerror=boom()&gt;" in html
    assert 'lang="en-GB"' in html


def test_headings_come_in_order_and_tables_have_captions_and_scopes():
    html = briefing_html(a_briefing())
    assert re.findall(r"<h(\d)", html)[0] == "1"
    assert set(re.findall(r"<h(\d)", html)[1:]) == {"2"}
    assert html.count("<table") == html.count("<caption") == 3
    assert all("scope=" in th for th in re.findall(r"<th[ >][^>]*", html))
    assert html.count("<svg ") == html.count('<svg role="img" aria-label="')


def test_the_pdf_is_one_a4_page_with_title_language_and_words_of_its_drawings():
    read = pypdf.PdfReader(io.BytesIO(briefing_pdf(a_briefing(), made=MADE)))
    assert len(read.pages) == 1
    wide, high = read.pages[0].mediabox[2:]
    assert (round(float(wide)), round(float(high))) == (595, 842)
    assert "O'Brien" in read.metadata.title
    assert read.trailer["/Root"]["/Lang"] == "en-GB"
    text = " ".join(read.pages[0].extract_text().split())
    assert "hidden: too few to show" in text
    assert "clearly higher" in text
    assert "Söhne ?" in text


def test_a_full_page_is_written_smaller_and_stays_one_page():
    long = ("Preventing violence against women and girls " * 3).strip()
    read = pypdf.PdfReader(io.BytesIO(briefing_pdf(a_briefing(text=long), made=MADE)))
    assert len(read.pages) == 1
    assert "Nearest" in read.pages[0].extract_text()


def test_more_than_a_page_is_refused_rather_than_cut():
    from geosafety.errors import MethodError

    with pytest.raises(MethodError, match="longer than a page"):
        briefing_pdf(a_briefing(text="word", rows=120), made=MADE)


def test_the_same_briefing_gives_the_same_file():
    first, second = (briefing_pdf(a_briefing(), made=MADE) for _ in range(2))
    assert first == second


def test_a_picture_keeps_its_words():
    picture = Picture(svg='<svg width="1"></svg>', alt='"quoted" & <b>')
    html = briefing_html(replace(a_briefing(), trend=picture))
    assert 'aria-label="&quot;quoted&quot; &amp; &lt;b&gt;" width="1"' in html
