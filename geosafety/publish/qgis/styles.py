"""Styles for QGIS: the classes, colours and words of our own maps, as a style file.

QGIS draws by rules: a rule is an expression over the columns, a symbol and a label. The
first lines of a legend say what is shown and whether the figures are made up; under
them stand the classes, and then each reason why an area has no colour.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as Xml

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
from geosafety.publish.qgis.figures import DRAWN, Figure
from geosafety.publish.qgis.symbols import symbol_xml
from geosafety.settings import STATUSES

STYLED_FOR = "3.22"  # the oldest QGIS that these styles were tried with
OWNER = "geosafety"


@dataclass(frozen=True, kw_only=True)
class Fields:
    """Where a style finds its numbers: expressions over the columns of a layer.

    Attributes
    ----------
    value
        The column with the value.
    has_status
        From a status to the expression that is true where an area has it.
    where
        Which rows are drawn at all; empty for all.
    """

    value: str
    has_status: Callable[[str], str]
    where: str = ""


def long_fields(figure: Figure) -> Fields:
    """Say where a style finds its numbers in a table with one row per value."""
    chosen = {"indicator": figure.indicator.name, "period": figure.period}
    chosen |= {"compared_with": figure.compared_with, "group": figure.group}
    return Fields(
        value=quoted("value"),
        has_status=lambda status: f"{quoted('status')} = {literal(status)}",
        where=" AND ".join(f"{quoted(c)} = {literal(v)}" for c, v in chosen.items()),
    )


def wide_fields(figure: Figure) -> Fields:
    """Say where a style finds its numbers in a table with one row per area.

    Its column `status` names every column whose value does not stand, and why.
    """
    column = figure.column
    said = f"string_to_array({quoted('status')}, '; ')"

    def has_status(status: str) -> str:
        if status != "ok":
            return f"array_contains({said}, {literal(f'{column}: {status}')})"
        others = [f"NOT {has_status(one)}" for one in STATUSES if one != "ok"]
        return " AND ".join(others)

    where = f"{quoted('group')} = {literal(figure.group)}"
    return Fields(value=quoted(column), has_status=has_status, where=where)


def style_text(figure: Figure, fields: Fields) -> str:
    """Return a style as QGIS stores it (QML)."""
    root = Xml.Element("qgis", version=STYLED_FOR, styleCategories="Symbology")
    renderer = Xml.SubElement(root, "renderer-v2", type="RuleRenderer")
    renderer.attrib |= {"forceraster": "0", "symbollevels": "1", "enableorderby": "0"}
    heading = Xml.SubElement(renderer, "rules", key="root")
    for number, line in enumerate(legend_lines(figure)):
        keys = {"key": f"heading {number}", "label": line}
        if fields.where and number == 0:
            keys["filter"] = fields.where
        heading = Xml.SubElement(heading, "rule", keys)
    symbols = Xml.SubElement(renderer, "symbols")
    scale = figure.scale
    for number, (symbol, said, rule) in enumerate(_rules(figure, scale, fields)):
        keys = {"key": f"rule {number}", "symbol": str(number), "label": said}
        Xml.SubElement(heading, "rule", {**keys, "filter": rule})
        symbols.append(symbol_xml(symbol, str(number), scale.colours))
    Xml.indent(root)
    kind = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return kind + Xml.tostring(root, encoding="unicode") + "\n"


def legend_lines(figure: Figure) -> list[str]:
    """Say what is shown, as a legend begins: what, when and where, what kind."""
    one = figure.indicator
    unit = words.unit_text(one)
    what = one.label if one.label.endswith(unit) else f"{one.label}, {unit}"
    when = [words.period_text(figure.period, figure.compared_with)]
    when.append("" if figure.group == "all" else words.group_text(figure.group))
    when.append(f"by {words.lower_first(figure.layer)}")
    kinds = words.kinds_text([str(kind) for kind in figure.rows["kind"].unique()])
    lines = [what, ", ".join(part for part in when if part), kinds]
    return [line for line in lines if line]


def _rules(
    figure: Figure, scale: Scale, fields: Fields
) -> Iterator[tuple[str, str, str]]:
    """Give symbol, label and expression of each rule, in the order of a legend."""
    pairs = zip(figure.rows["value"], figure.rows["status"], strict=True)
    there = {scale.symbol(float(value), status) for value, status in pairs}
    good, low = (fields.has_status(status) for status in DRAWN)
    few = SYMBOL_WORDS["low"].partition(":")[0].lower()
    for test, symbols, zero, more in (
        (good, "01234", ZERO, ""),
        (low, LOW_BASE, LOW_ZERO, f" ({few})"),
    ):
        if zero in there:
            said = SYMBOL_WORDS[ZERO] + more
            yield zero, said, f"{test} AND {fields.value} = 0"
        for number, label in enumerate(scale.labels):
            if symbols[number] in there or not more:
                within = _within(scale, number, fields.value)
                yield symbols[number], label + more, f"{test} AND {within}"
    for symbol, status in ((SUPPRESSED, "suppressed"), (INCOMPLETE, "incomplete")):
        if symbol in there:
            yield symbol, SYMBOL_WORDS[symbol], fields.has_status(status)
    # Always there, so that no area can fall through the rules and leave a hole.
    yield MISSING, SYMBOL_WORDS[MISSING], "ELSE"


def _within(scale: Scale, number: int, value: str) -> str:
    """Write the test for a class; its lower break is in it."""
    ends = (-math.inf, *scale.breaks, math.inf)
    tests = [f"{value} IS NOT NULL"]
    if math.isfinite(ends[number]):
        tests.append(f"{value} >= {ends[number]!r}")
    if math.isfinite(ends[number + 1]):
        tests.append(f"{value} < {ends[number + 1]!r}")
    if scale.zero:
        tests.append(f"{value} <> 0")
    return " AND ".join(tests)


def quoted(column: str) -> str:
    """Write the name of a column in a QGIS expression.

    Examples
    --------
    >>> print(quoted('the "z" score'))
    "the ""z"" score"
    """
    return '"' + column.replace('"', '""') + '"'


def literal(text: str) -> str:
    r"""Write text in a QGIS expression, which knows escapes with a backslash.

    Examples
    --------
    >>> print(literal("O'Brien \\ Co"))
    'O''Brien \\ Co'
    """
    for plain, escaped in (("\\", "\\\\"), ("'", "''"), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(plain, escaped)
    return f"'{text}'"


def style_row(figure: Figure, style: str, *, table: str) -> dict[str, Any]:
    """Return a style as a row of the table in which QGIS looks for styles."""
    return {
        "f_table_name": table,
        "f_geometry_column": "geom",
        "stylename": figure.indicator.name[:30],  # older tables hold no more
        "styleqml": style,
        "description": ". ".join(legend_lines(figure)),
        "owner": OWNER,
    }
