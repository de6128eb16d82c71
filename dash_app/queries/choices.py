"""What there is to look at: layers, indicators, periods and groups."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

from dash_app.queries.source import Source, folder, source
from dash_app.view import period_key
from geosafety import results, settings
from geosafety.errors import GeosafetyError, InputError

# geography -> indicator -> period -> group: what there are values for.
Choices = dict[str, dict[str, dict[str, tuple[str, ...]]]]


def problem() -> GeosafetyError | None:
    """Say what keeps the results from being shown, if anything does."""
    try:
        results.read_manifest(folder())
        choices()
    except GeosafetyError as error:
        return error
    except (OSError, ValueError) as error:
        text = f"The results in {folder().name} cannot be read: {error}"
        return InputError(text, hint="Build them again with `geosafety build`.")
    return None


def choices() -> Choices:
    """Return what there is to look at."""
    return _choices(*source())


@lru_cache(maxsize=4)
def _choices(path: Path, _stamp: int) -> Choices:
    frame = results.read_choices(path)
    columns = ["geography", "indicator", "period", "compared_with", "group"]
    frame = frame[columns].astype(str).drop_duplicates()
    found: Choices = {}
    known = settings.indicators()
    for g, i, p, c, grp in sorted(frame.itertuples(index=False, name=None)):
        if i in known and g != "force":
            periods = found.setdefault(g, {}).setdefault(i, {})
            periods[period_key(p, c)] = (*periods.get(period_key(p, c), ()), grp)
    if not found:
        text = "These results hold no values for any layer below the Force."
        raise InputError(text, hint="Build them again with at least one input.")
    return {
        g: {i: found[g][i] for i in known if i in found[g]}
        for g in settings.geographies()
        if g in found
    }


def filled(geography: str, indicator: str, group: str) -> set[str]:
    """Return the periods in which some area of a layer has a figure to show."""
    return _filled(source(), geography, indicator, group)


@lru_cache(maxsize=64)
def _filled(source: Source, geography: str, indicator: str, group: str) -> set[str]:
    columns = ("period", "compared_with", "value")
    wanted = {"geography": [geography], "indicator": [indicator], "group": [group]}
    found = results.as_lists(results.read_arrow(source[0], columns, **wanted))
    rows = set(zip(*found.values(), strict=True))
    return {period_key(p, c) for p, c, value in rows if math.isfinite(value)}
