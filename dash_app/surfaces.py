"""A density surface as the map page shows it, as plain rows. PURE."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# In the list and in the URL: a list cannot choose an entry without a name.
NO_SURFACE = "none"
Corners = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class Surface:
    """What there is to know of one surface.

    Attributes
    ----------
    key
        (words, colour) from the lowest class to the highest.
    corners
        South-west and north-east of its picture, in degrees.
    digest
        The hash of the picture, which makes its address safe to keep.
    words
        Sentences of what it shows, and where it shows nothing.
    """

    name: str
    label: str
    measure: str
    units: str
    bandwidth: float
    cell: float
    kernel: str
    period: str
    months: int
    kind: str
    words: str
    key: tuple[tuple[str, str], ...]
    corners: Corners
    digest: str


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of a surface in one area; NaN where nothing is known."""

    code: str
    name: str
    value: float

    @property
    def known(self) -> bool:
        """Whether the surface says anything of the area."""
        return math.isfinite(self.value)


def make_surface(row: Mapping[str, Any]) -> Surface:
    """Make one of a row of `surfaces.parquet`."""
    key = json.loads(row["key"])
    return Surface(
        name=str(row["name"]),
        label=str(row["label"]),
        measure=str(row["measure"]),
        units=str(row["units"]),
        bandwidth=float(row["bandwidth_m"]),
        cell=float(row["cell_m"]),
        kernel=str(row["kernel"]),
        period=str(row["period"]),
        months=int(row["months"]),
        kind=str(row["kind"]),
        words=str(row["words"]),
        key=tuple((str(words), str(colour)) for words, colour in key),
        corners=((row["south"], row["west"]), (row["north"], row["east"])),
        digest=str(row["digest"]),
    )


def ordered(means: Sequence[Mean]) -> list[Mean]:
    """Return those that are known, the highest first, then by name."""
    known = [mean for mean in means if mean.known]
    return sorted(known, key=lambda mean: (-mean.value, mean.name))
