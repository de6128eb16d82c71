"""What the tests for clusters found in one view, as plain rows. PURE."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geosafety.publish.classes import EMERGING_SYMBOLS, cluster_symbol
from geosafety.publish.words import EMERGING_WORDS, period_text

if TYPE_CHECKING:
    import pandas as pd

Found = Mapping[str, Mapping[str, Any]]
FOUND = ("hot", "cold")
EMERGING = "emerging hot spots"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """What one area is called. Numbers are NaN where there are none."""

    code: str
    name: str
    label: str = "not tested"
    reason: str = "it has no row in the results"
    stability: float = math.nan
    stability_word: str = ""
    z: float = math.nan
    q: float = math.nan
    impact_area: str = ""
    emerging: str = ""
    months: int = 0
    hot_months: int = 0
    late_reason: str = ""
    change: str = ""
    symbol: str = ""


@dataclass(frozen=True, kw_only=True)
class Spots:
    """Every area of one view, in the order the map draws them.

    Attributes
    ----------
    period, months
        What was tested, in words; and the months that were followed, as a period.
    whole
        Whether the map as a whole clusters, in words.
    impact_areas
        The name of every impact area, by its code.
    points
        Whether the stability moved snapped points, as the results say; may be empty.
    """

    rows: tuple[Spot, ...]
    look: str
    period: str
    months: str
    permutations: int
    kinds: tuple[str, ...]
    whole: str
    impact_areas: dict[str, str]
    points: str = ""

    @property
    def last_month(self) -> str:
        """The last month that was followed, in words."""
        return period_text(self.months.rpartition("/")[2])

    def row(self, code: str) -> Spot | None:
        """Return one area."""
        return next((row for row in self.rows if row.code == code), None)

    def counts(self) -> Counter[str]:
        """Count the areas by the way they are drawn."""
        return Counter(row.symbol for row in self.rows)

    def labelled(self, label: str) -> list[Spot]:
        """Return the areas of one label, the clearest first."""
        kept = [row for row in self.rows if row.label == label]
        return sorted(kept, key=lambda row: (row.q, -abs(row.z), row.name))

    def classed(self, name: str) -> list[Spot]:
        """Return the areas of one class through time, the longest hot first."""
        kept = [row for row in self.rows if row.emerging == name]
        return sorted(kept, key=lambda row: (-row.hot_months, row.name))

    def listed(self) -> list[Spot]:
        """Return every area, what was found first."""
        if self.look == "emerging":
            return [row for name in EMERGING_WORDS for row in self.classed(name)]
        found = [row for label in FOUND for row in self.labelled(label)]
        others = [row for row in self.rows if row.label not in FOUND]
        return [*found, *sorted(others, key=lambda row: row.name)]


def make_spots(
    clusters: Found,
    emerging: Found,
    changes: Found,
    *,
    order: Mapping[str, str],
    look: str,
) -> tuple[Spot, ...]:
    """Put rows of the tests in the map's order; an area without one is not tested."""
    return tuple(
        _spot(
            code,
            name,
            clusters.get(code, {}),
            emerging.get(code, {}),
            changes.get(code, {}),
            look,
        )
        for code, name in order.items()
    )


def _spot(  # noqa: PLR0913 - one area and its three rows
    code: str,
    name: str,
    row: Mapping[str, Any],
    late: Mapping[str, Any],
    change: Mapping[str, Any],
    look: str,
) -> Spot:
    label = str(row.get("label", "not tested"))
    sure = str(row.get("stability_word", ""))
    emerging = str(late.get("class", "not tested"))
    drawn = EMERGING_SYMBOLS[emerging], cluster_symbol(label, sure)
    return Spot(
        code=code,
        name=name,
        label=label,
        reason=str(row.get("reason", "it has no row in the results")),
        stability=float(row.get("stability", math.nan)),
        stability_word=sure,
        z=float(row.get("z_score", math.nan)),
        q=float(row.get("q_value", math.nan)),
        impact_area=str(row.get("impact_area", "")),
        emerging=emerging,
        months=int(late.get("months", 0)),
        hot_months=int(late.get("hot_months", 0)),
        late_reason=str(late.get("reason", "")),
        change=str(change.get("words", "")),
        symbol=drawn[0] if look == "emerging" else drawn[1],
    )


def spots_of(  # noqa: PLR0913 - a view, and the tables behind it
    clusters: pd.DataFrame,
    trends: pd.DataFrame,
    tests: pd.DataFrame,
    *,
    names: Mapping[str, str],
    look: str,
    impact_areas: Mapping[str, str],
) -> Spots:
    """Make the spots of one layer, indicator and group from the tables of results.

    Parameters
    ----------
    clusters, trends, tests
        The rows of one layer, indicator and group: of `clusters` (one statistic), of
        `trends`, and of `autocorrelation`.
    names
        Every area's name by its code, in the order of the map.
    look
        `clusters` or `emerging`.
    impact_areas
        The name of every impact area, by its code.
    """
    kinds = [str(kind) for kind in trends.get("trend", [])]
    emerging = trends[[kind == EMERGING for kind in kinds]]
    # Emerging cold spots are rows of the same table that no map shows.
    changes = trends[[kind.startswith("change") for kind in kinds]]
    whole = tests.loc[tests["statistic"] == "Moran's I", "words"]
    first = clusters.iloc[0]
    return Spots(
        rows=make_spots(
            _by_area(clusters),
            _by_area(emerging),
            _by_area(changes),
            order=names,
            look=look,
        ),
        look=look,
        period=period_text(str(first["period"])),
        months=str(emerging["period"].iloc[0]) if len(emerging) else "",
        permutations=int(clusters["permutations"].max()),
        kinds=tuple(sorted(clusters["kind"].astype(str).unique())),
        whole=str(whole.iloc[0]) if len(whole) else "",
        impact_areas=dict(impact_areas),
        points=str(first.get("points", "")),
    )


_SPOT_COLUMNS = (
    "area_code",
    "label",
    "reason",
    "stability",
    "stability_word",
    "z_score",
    "q_value",
    "impact_area",
    "class",
    "months",
    "hot_months",
    "words",
)


def _by_area(frame: pd.DataFrame) -> Found:
    rows = frame[[c for c in _SPOT_COLUMNS if c in frame]].to_dict("records")
    return {str(row["area_code"]): {str(k): v for k, v in row.items()} for row in rows}
