"""How areas are drawn, set beside the Force or not: one place for all maps. PURE."""

from __future__ import annotations

import math
from collections.abc import Sequence

from geosafety.errors import MethodError
from geosafety.publish import words
from geosafety.publish.classes import (
    LOW_BASE,
    LOW_ZERO,
    NOT_SIGNIFICANT,
    Scale,
    scale_for,
)
from geosafety.settings import Indicator

ALIKE = "Cannot be told from the Force, or hardly differs"
# Verdicts, as they are stored, on which an area is grey.
_ALIKE = ("cannot tell", "cannot tell: no meaningful difference")


def can_be_set(indicator: Indicator) -> bool:
    """Say whether an indicator's verdicts are about the Force.

    A Force total says nothing about an area; a change is judged against the time
    before; weighted figures (harm) are not judged at all.
    """
    return indicator.measure in words.AGAINST_FORCE and not indicator.weighted


def classed(
    values: Sequence[float],
    statuses: Sequence[str],
    verdicts: Sequence[str],
    *,
    measure: str,
    force: float,
) -> tuple[Scale, list[str]]:
    """Choose the classes of a map, and return how every area is drawn.

    Set beside the Force, the classes lie on both sides of its value, and an area that
    cannot be told from it is grey. Only a firm figure turns grey: one on a low base
    keeps its hatching, and what is hidden, incomplete or missing its own look.

    Parameters
    ----------
    values, statuses, verdicts
        Of every area, as results hold them: a verdict is "clear: higher" or the like,
        and empty where nothing was judged.
    measure
        The indicator's.
    force
        The Force's value; NaN where the values are not set beside it.

    Examples
    --------
    >>> said = ["clear: lower", "cannot tell", "cannot tell", "clear: higher"]
    >>> statuses = ["ok", "ok", "low base", "ok"]
    >>> classed([10.0, 55.0, 60.0, 85.0], statuses, said, measure="rate", force=50)[1]
    ['0', 'g', 'd', '4']
    """
    pairs = zip(values, statuses, strict=True)
    shown = [value for value, status in pairs if status in ("ok", "low base")]
    beside = math.isfinite(force)
    scale = scale_for(shown, measure=measure, centre=force if beside else None)
    drawn = scale.symbols(values, statuses)
    if beside:
        parts = zip(drawn, statuses, verdicts, strict=True)
        drawn = [
            NOT_SIGNIFICANT if status == "ok" and verdict in _ALIKE else symbol
            for symbol, status, verdict in parts
        ]
    return scale, drawn


def refuse(indicator: Indicator, force: float, period: str) -> None:
    """Raise an error where there is nothing to set areas beside.

    Parameters
    ----------
    force
        The Force's value in the period and group; NaN where there is none.

    Raises
    ------
    MethodError
        The indicator is not judged against the Force, or the Force has no figure.
    """
    if not can_be_set(indicator):
        problem = f"{indicator.label}: this cannot be set beside the Force."
        hint = "Rates and shares can, such as crime_rate; or draw the values instead."
        raise MethodError(problem, hint=hint)
    if not math.isfinite(force):
        when = words.period_text(period)
        problem = f"{indicator.label}: these results hold no Force figure for {when}."
        hint = "Choose another period or group, or draw the values instead."
        raise MethodError(problem, hint=hint)


def beside_text(force: float, indicator: Indicator) -> str:
    """Say what the areas are set beside, to end a title with; NaN: beside nothing.

    Examples
    --------
    >>> from geosafety.settings import indicators
    >>> beside_text(50.487, indicators()["wmnow_rate"])
    ', set beside the Force (50.5)'
    """
    value = words.value_text(force, indicator)
    return f", set beside the Force ({value})" if value else ""


def how_to_read(drawn: Sequence[str]) -> str:
    """Say what colour means beside the Force; `drawn` are the areas' symbols."""
    text = (
        "Areas in full colour clearly or likely differ from the Force; grey areas "
        "cannot be told from it, or hardly differ."
    )
    if any(symbol in LOW_BASE + LOW_ZERO for symbol in drawn):
        text += " Hatched areas rest on few cases: their colour shows the figure, "
        text += "not a finding."
    return text
