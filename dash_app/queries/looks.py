"""What a map can be coloured by, and which figure stands behind each of these."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dash_app.queries.choices import choices, filled
from dash_app.queries.patterns import INSTEAD, has_spots
from dash_app.view import (
    AGAINST,
    BETWEEN,
    CHANGE,
    GAP,
    LOOKS,
    VALUE,
    View,
    period_text,
)
from geosafety import settings
from geosafety.publish import against_force

# By measure, what says how a figure has changed or falls short, the best first.
_COMPANIONS: dict[str, dict[str, tuple[str, ...]]] = {
    CHANGE: {
        "count": ("change",),
        "rate": ("rate_change", "change_pct"),
        "share": ("share_change", "change_pct"),
    },
    GAP: {"count": ("needed",), "rate": ("needed",), "share": ("needed",)},
}


def offered(geography: str, indicator: str) -> list[str]:
    """Return the looks that make sense of an indicator on a layer, the value first."""
    found = {
        VALUE: True,
        AGAINST: against_force.can_be_set(settings.indicator(indicator)),
        CHANGE: bool(companion(geography, indicator, CHANGE)),
        GAP: bool(companion(geography, indicator, GAP)),
        "clusters": has_spots(indicator),
        "emerging": has_spots(indicator),
    }
    return [look for look in LOOKS if found[look]]


def companion(geography: str, indicator: str, look: str) -> str:
    """Return the indicator that says an indicator's change or gap; empty: none does."""
    return next(_companions(geography, indicator, look), "")


def _companions(geography: str, indicator: str, look: str) -> Iterator[str]:
    own = settings.indicator(indicator)
    wanted = _COMPANIONS[look].get(own.measure, ())
    known = choices()[geography]
    for measure in wanted:
        for name in known:
            other = settings.indicator(name)
            if (other.dataset, other.measure) == (own.dataset, measure):
                yield name


def drawn(view: View) -> tuple[View, str]:
    """Return the view of the figure that a look stands for, and why it is another.

    A change and a gap are figures of their own, with a period and verdicts of their
    own. Where the results hold none for the period or the group, the value is shown;
    and so it is where the Force has no figure to be set beside.
    """
    if view.look == AGAINST:
        return _beside_the_force(view)
    if view.look not in (CHANGE, GAP):
        return view, ""
    name = companion(view.geography, view.indicator, view.look)
    periods = choices()[view.geography].get(name, {})
    same = [p for p in periods if p.partition(BETWEEN)[0] == view.period]
    held = [p for p in same if view.group in periods[p]]
    if held:
        # Of several earlier periods to compare with, the nearest.
        return replace(view, indicator=name, period=max(held)), ""
    what = "change up to" if view.look == CHANGE else "gap for"
    group = "" if not same else " in this group"
    text = f"These results hold no {what} {period_text(view.period)}{group}. {INSTEAD}"
    return replace(view, look=""), text


def _beside_the_force(view: View) -> tuple[View, str]:
    if view.period in filled("force", view.indicator, view.group):
        return view, ""
    when = period_text(view.period)
    text = f"These results hold no Force figure for {when}. {INSTEAD}"
    return replace(view, look=""), text
