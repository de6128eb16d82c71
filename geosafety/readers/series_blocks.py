"""What a `[[series]]` or `[[area_values]]` block says that its file holds."""

from __future__ import annotations

import re

from geosafety.errors import CatalogError, nearest
from geosafety.project import InputSource, Project, find_files
from geosafety.readers.tables import read_headings
from geosafety.settings import Indicator, datasets, indicators
from geosafety.settings import indicator as find_indicator

NEED = ("period", "value")
ALSO = ("lower", "upper", "base")
OWN_NAME = re.compile(r"[a-z][a-z0-9_]*")
HIGHER_IS = ("better", "worse", "neither")


def series_of(source: InputSource) -> Indicator:
    """Find what a block is a series of: the catalogue's words, or the block's own.

    Examples
    --------
    >>> own = InputSource(
    ...     dataset="series", files=("a.csv",), name="courses", label="Courses held",
    ...     unit="courses", higher_is="better",
    ... )
    >>> series_of(own).label
    'Courses held'
    """
    known = [name for name, one in indicators().items() if one.series]
    if source.indicator and source.dataset == "area_values":
        problem = f"[[area_values]] has the indicator {source.indicator!r}."
        hint = "Give your own name, label, unit and higher_is; ours come from counts."
        raise CatalogError(problem, hint=hint)
    if source.indicator:
        if source.label or source.unit or source.higher_is:
            problem = f"[[series]] {source.indicator} has a label or unit of its own."
            raise CatalogError(
                problem, hint="The catalogue says these; leave them out."
            )
        if source.indicator not in known:
            problem = f"[[series]] has the indicator {source.indicator!r}."
            raise CatalogError(problem, hint=nearest(source.indicator, known))
        return find_indicator(source.indicator)
    for key in ("name", "label", "unit", "higher_is"):
        if not getattr(source, key):
            named = source.name or source.files[0]
            problem = f"[[{source.dataset}]] {named} lacks {key!r}."
            hint = "Give name, label, unit and higher_is"
            hint += f', or indicator = "{known[0]}".' if _is_series(source) else "."
            raise CatalogError(problem, hint=hint)
    return _own(source)


def _own(source: InputSource) -> Indicator:
    if source.higher_is not in HIGHER_IS:
        problem = (
            f"[[{source.dataset}]] {source.name} has higher_is {source.higher_is!r}."
        )
        raise CatalogError(problem, hint=nearest(source.higher_is, HIGHER_IS))
    if source.name in indicators() or not OWN_NAME.fullmatch(source.name):
        problem = f"[[{source.dataset}]] has the name {source.name!r}."
        hint = "Small letters, digits and _, and no name of the catalogue's."
        raise CatalogError(problem, hint=hint)
    return Indicator(
        name=source.name,
        label=source.label,
        dataset=source.dataset,
        measure="given",
        series=_is_series(source),
        unit=source.unit,
        higher_is=source.higher_is,  # type: ignore[arg-type]
    )


def _is_series(source: InputSource) -> bool:
    return source.dataset == "series"


def level_of(source: InputSource) -> list[str]:
    """Find the geography whose areas the values are of; none for the Force."""
    levels = [] if _is_series(source) else list(datasets()[source.dataset].geographies)
    for name in source.columns:
        if name not in (*NEED, *ALSO, *levels):
            problem = f"[[{source.dataset}]] columns has an unknown name {name!r}."
            raise CatalogError(problem, hint=nearest(name, [*NEED, *ALSO, *levels]))
    found = [name for name in source.columns if name in levels]
    if len(found) != (0 if _is_series(source) else 1):
        problem = f"[[{source.dataset}]] {source.name} names {len(found)} area columns."
        raise CatalogError(problem, hint='Name one: columns = { npu = "NPU" }.')
    return found


def columns_of(
    source: InputSource, project: Project, level: list[str]
) -> dict[str, str]:
    """Say which heading holds what; a heading may be called as we call it.

    Where the value is in a column of another name, so may those of another series be:
    its limits and base are then only those that the block names.
    """
    headings = read_headings(find_files(project, source.files)[0])
    same = {name: name for name in ALSO if name in headings}
    same = {} if "value" in source.columns else same
    needed = {name: name for name in (*NEED, *level)}
    return {**needed, **same, **source.columns}
