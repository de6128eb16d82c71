"""Read the measures of the scorecard from the catalogue."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache

from geosafety.settings import catalog_text, from_block

FILE = "scorecard.toml"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One block of `catalog/scorecard.toml`; see there for what each key means."""

    name: str
    label: str
    kind: str
    indicator: str
    higher_is: str
    wanted: str
    definition: str
    minimum_effect: float
    groups: tuple[str, ...] = ()
    per_indicator: str = ""
    reference: str = ""
    period: str = ""
    baseline: str = ""
    comparators: str = ""
    target: float = float("nan")
    proxy: str = ""
    lacking: str = ""


@cache
def scorecard() -> tuple[dict[str, Measure], str]:
    """Read the measures of the scorecard, and the plan they are from."""
    block = tomllib.loads(catalog_text(FILE))
    measures = {
        name: from_block(Measure, {"name": name, **one}, f"{FILE}: [measures.{name}]")
        for name, one in block["measures"].items()
    }
    source = block["source"]
    return measures, f"{source['title']}, {source['body']}, {source['date']}"
