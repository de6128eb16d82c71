"""What every output says of itself: what, where from, when, and how far to trust it."""

from __future__ import annotations

from typing import Any

STATUS_NOTES = {
    "ok": "The value stands.",
    "low base": "Fewer than 30 answers: shown, but too few to rank.",
    "suppressed": "Hidden, because fewer than 10 people stand behind it. Not zero.",
    "incomplete": "The source does not cover the whole area or period. Not zero; "
    "the numerator is what was counted.",
    "not available": "There is nothing to compute it from.",
}
KIND_NOTES = {
    "observed": "computed from the files that were read",
    "published": "as printed in a public paper",
    "estimated": "estimated from other figures",
    "synthetic": "made up for demonstration; says nothing about real places or people",
}
LICENCE = (
    "Contains OS data © Crown copyright and database right 2025; contains Royal Mail "
    "data © Royal Mail copyright and database right 2025; contains National Statistics "
    "data © Crown copyright and database right; Open Government Licence v3.0."
)
INTERVALS = (
    "95 %: Wilson for shares, Byar's (exact under 10) for rates. Survey intervals "
    "speak of those who answered; nobody was drawn by chance."
)


def notes(manifest: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the notes of a build as pairs of a name and a line."""
    lines = [("Title", str(manifest["title"]))]
    if manifest.get("synthetic"):
        lines.append(("Demonstration", DEMO))
    lines += [
        ("Built", f"{manifest['built']}, geosafety {manifest['version']}"),
        ("Intervals", INTERVALS),
    ]
    lines += [(f"Kind: {kind}", words) for kind, words in KIND_NOTES.items()]
    lines += [(f"Status: {status}", words) for status, words in STATUS_NOTES.items()]
    for entry in manifest["inputs"]:
        lines.append((f"Input: {entry['name']}", _input_line(entry)))
    for name, layer in manifest["layers"].items():
        mark = "; approximate" if layer["approximate"] else ""
        text = f"{layer['areas']:,} areas; {layer['vintage']}{mark}. {layer['note']}"
        lines.append((f"Layer: {name}", text.strip()))
    lines += [("Note", str(note)) for note in manifest["notes"]]
    return [*lines, ("Licence of the boundaries", LICENCE)]


def _input_line(entry: dict[str, Any]) -> str:
    rows = (
        f"{entry['rows']:,} rows = {entry['placed']:,} placed + {entry['unplaced']:,} "
        f"unplaced + {entry['rejected']:,} rejected"
    )
    return f"{entry['kind']}; {rows}. {entry['source']}".strip()


DEMO = (
    "WMNow members and residents aged 16 and over by NPU, borough and Force are "
    "published figures; so is every survey figure of kind 'published', to its printed "
    "digit. Everything else is synthetic: crimes, respondents, and every split below "
    "the NPU. The impact areas are illustrative."
)
