"""The one-page briefing of an area: from finished results to HTML and PDF."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from geosafety.pipeline.profile.figures import (
    Row,
    change_figure,
    part_figure,
    said_of,
)
from geosafety.pipeline.profile.find import find_areas
from geosafety.pipeline.profile.listings import (
    alike_listing,
    gap_lines,
    missed_groups,
    place_words,
    said_listing,
    source_lines,
)
from geosafety.pipeline.profile.parts import MOST_MONTHS, Ground, read_ground
from geosafety.publish.briefing import Briefing, short
from geosafety.publish.briefing_drawings import Month, locator_picture, trend_picture
from geosafety.publish.briefing_page import briefing_html
from geosafety.publish.briefing_pdf import briefing_pdf
from geosafety.publish.briefing_words import (
    crime_sentence,
    heard_sentence,
    hot_sentence,
    missed_words,
    safety_sentence,
)
from geosafety.publish.notes import DEMO
from geosafety.publish.words import period_text
from geosafety.settings import geographies

FORMS = ("html", "pdf")


def write_briefings(
    folder: Path,
    wanted: tuple[str, ...],
    out: Path,
    *,
    geography: str = "",
    forms: tuple[str, ...] = FORMS,
    say: Callable[[str], None] = lambda _: None,
) -> list[Path]:
    """Write a page for each area, as `GEOGRAPHY-CODE.html` and `.pdf`.

    Parameters
    ----------
    wanted, geography
        See `find_areas`.
    out
        A folder, made where there is none.
    forms
        `html`, `pdf` or both.
    say
        Told of each page, for progress.

    Returns
    -------
    list of Path
        The files, in order.
    """
    areas = find_areas(folder, wanted, geography)
    out.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for number, briefing in enumerate(make_briefings(folder, areas), 1):
        layer, code = areas[number - 1]
        stem = out / re.sub(r"[^A-Za-z0-9_-]", "_", f"{layer}-{code}")
        say(f"{number} of {len(areas)}: {briefing.name}")
        made = _built(folder)
        for form in forms:
            path = stem.with_suffix(f".{form}")
            if form == "html":
                path.write_text(briefing_html(briefing), encoding="utf-8")
            else:
                path.write_bytes(briefing_pdf(briefing, made=made))
            written.append(path)
    return written


def _built(folder: Path) -> datetime:
    from geosafety.results import read_manifest

    return datetime.fromisoformat(read_manifest(folder)["built"])


def make_briefings(folder: Path, areas: list[tuple[str, str]]) -> Iterator[Briefing]:
    """Make the briefings of areas, reading each layer once.

    Parameters
    ----------
    areas
        Geography and code of each, in order.
    """
    grounds: dict[str, Ground] = {}
    for layer, code in areas:
        if layer not in grounds:
            grounds[layer] = read_ground(folder, layer)
        yield make_briefing(grounds[layer], code)


def make_briefing(ground: Ground, code: str) -> Briefing:
    """Make the briefing of one area."""
    table = ground.sheet.table
    found = table[table["area_code"] == code].iloc[0]
    row: Row = {str(name): value for name, value in found.items()}
    missed, whose = missed_groups(ground, code)
    where = place_words(ground, whose)
    heard = missed_words(None if missed is None else len(missed), where)
    hot: Row = {str(name): value for name, value in ground.hot.loc[code].items()}
    counts = {n: int(hot[n]) for n in ("areas", "hot", "stable", "cold", "untested")}
    return Briefing(
        name=short(str(row["area_name"]), 80),
        code=code,
        layer=geographies()[ground.geography].label,
        title=short(str(ground.manifest["title"]), 120),
        banners=_banners(ground),
        sentences=(
            crime_sentence(
                said_of(row, "crime"), str(ground.change.loc[code, "verdict"])
            ),
            safety_sentence(said_of(row, "safety")),
            heard_sentence(said_of(row, "members"), heard),
        ),
        figures=(
            part_figure(ground, row, "crime"),
            change_figure(ground, code, str(row.get("crime_kind", "observed"))),
            part_figure(ground, row, "safety"),
            part_figure(ground, row, "members"),
        ),
        hot=hot_sentence(**counts, period=period_text(str(hot["period"]))),
        locator=locator_picture(ground.areas, code, ground.force, ground.boroughs),
        trend=trend_picture(_months(ground, code)),
        said=said_listing(ground, code),
        alike=alike_listing(ground, code),
        gaps=gap_lines(ground, row),
        sources=source_lines(ground),
    )


def _months(ground: Ground, code: str) -> list[Month]:
    table = ground.months.iloc[:, -MOST_MONTHS:]
    counts = table.loc[[code]].to_numpy(float)[0]
    pairs = zip(table.columns, counts, strict=True)
    return [Month(period=str(month), count=float(n)) for month, n in pairs]


def _banners(ground: Ground) -> tuple[str, ...]:
    """Return what must not be overlooked, in words."""
    said = []
    if ground.manifest.get("synthetic"):
        said.append(f"SYNTHETIC. {DEMO}")
    layer = ground.manifest["layers"][ground.geography]
    if "illustrative" in layer["vintage"]:
        said.append(f"ILLUSTRATIVE AREA. {layer['note']}")
    return tuple(said)
