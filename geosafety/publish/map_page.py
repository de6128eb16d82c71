"""The words around a standalone map: heading, key, table, sources. PURE."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from html import escape
from importlib.resources import files
from typing import Any

from geosafety.publish import words
from geosafety.publish.classes import (
    INCOMPLETE,
    LOW_BASE,
    LOW_ZERO,
    MISSING,
    SUPPRESSED,
    SYMBOL_WORDS,
    ZERO,
    Scale,
)
from geosafety.publish.notes import LICENCE
from geosafety.publish.offline import safe_script

Area = dict[str, Any]
_OTHERS = {
    "low": "hatched",
    SUPPRESSED: "outlined",
    INCOMPLETE: "dotted",
    MISSING: "grey",
}


def head(title: str, scale: Scale, unit: str) -> str:
    """Return the end of the page's head: title, style, scripts."""
    folder = files("geosafety").joinpath("publish")
    style = folder.joinpath("map_page.css").read_text("utf-8")
    names = ("patterns.js", "map_page.js")
    scripts = "\n".join(folder.joinpath(name).read_text("utf-8") for name in names)
    known = f"var geosafetyColours = {json.dumps(scale.colours)};"
    known += f"var geosafetyUnit = {json.dumps(' ' + unit if unit else '')};"
    return (
        f"<title>{escape(title)}</title>\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{style}</style>\n"
        f"<script>{safe_script(known + scripts)}</script>"
    )


def heading(title: str, notes: Iterable[str]) -> str:
    """Return the page's heading with what has to be known before the map."""
    lines = "".join(f"<p>{escape(note)}</p>" for note in notes if note)
    return f"<h1>{escape(title)}</h1>{lines}"


def key(areas: Iterable[Area], scale: Scale, overlays: Iterable[str], unit: str) -> str:
    """Return the key, with how many areas look like each of its lines."""
    counts = Counter(area["symbol"] for area in areas)
    lines = [
        _line(
            f'style="background:{colour}"', label, counts[str(n)] + counts[LOW_BASE[n]]
        )
        for n, (colour, label) in enumerate(
            zip(scale.colours, scale.labels, strict=True)
        )
    ]
    if zeros := counts[ZERO] + counts[LOW_ZERO]:
        lines.insert(0, _line('style="background:#fff"', SYMBOL_WORDS[ZERO], zeros))
    low = sum(counts[symbol] for symbol in (*LOW_BASE, LOW_ZERO))
    for symbol, name in _OTHERS.items():
        if found := low if symbol == "low" else counts[symbol]:
            lines.append(_line(f'class="{name}"', SYMBOL_WORDS[symbol], found))
    lines += [_line('class="overlay"', name, "") for name in overlays]
    about = f"Key: {unit}" if unit else "Key"
    return (
        f'<section class="key" aria-label="Key"><h2>{escape(about)}</h2>'
        f"<ul>{''.join(lines)}</ul></section>"
    )


def _line(look: str, text: str, count: int | str) -> str:
    shown = f"{count:,}" if isinstance(count, int) else count
    return f"<li><i {look}></i><span>{escape(text)}</span><span>{shown}</span></li>"


def table(areas: Iterable[Area]) -> str:
    """Return every area as a table row, in order of name."""
    rows = "".join(_row(a) for a in sorted(areas, key=lambda a: str(a["area_name"])))
    heads = ("Area", "Code", "Value", "95% interval", "Based on", "In words")
    cells = "".join(f'<th scope="col">{head}</th>' for head in heads)
    return (
        "<details><summary>Show as table</summary>"
        '<div class="scroll" tabindex="0" role="region" aria-label="Table of areas">'
        "<table><caption>Every area on the map</caption>"
        f"<thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def _row(area: Area) -> str:
    said = "; ".join(text for text in (area["verdict"], area["state"]) if text)
    cells = (area["area_code"], area["shown"], area["interval"], area["based"], said)
    plain = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row">{escape(area["area_name"])}</th>{plain}</tr>'


def sources(manifest: Mapping[str, Any], geography: str) -> str:
    """Return where the figures and the areas come from."""
    layer = manifest.get("layers", {}).get(geography, {})
    lines = [
        f"{manifest.get('title', '')}. Built {str(manifest.get('built', ''))[:10]} "
        f"with geosafety {manifest.get('version', '')}.",
        f"Areas: {layer.get('label', geography)}, {layer.get('vintage', '')}.",
        str(layer.get("note", "")),
        LICENCE,
    ]
    return "".join(f"<p>{escape(line)}</p>" for line in lines if line.strip())


def kinds(areas: Iterable[Area]) -> str:
    """Say whether the figures are published, synthetic or something else."""
    return words.kinds_text([area["kind"] for area in areas])
