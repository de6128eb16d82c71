"""Where it clusters, since when, and how concentrated it is: events on small areas.

Only layers with enough connected areas are tested (`local_statistics` in the
catalogue); the others are refused with the reason. Months that the source does not
cover are left out, never taken for zero.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from geosafety.geography.atlas import Atlas, Layer
from geosafety.measures.harm import Weights
from geosafety.measures.tallies import ALL
from geosafety.pipeline.events import Coverage
from geosafety.pipeline.inputs import Placed, Progress
from geosafety.pipeline.patterns.change import trend_tables
from geosafety.pipeline.patterns.clusters import cluster_tables
from geosafety.pipeline.patterns.concentration import concentration_tables
from geosafety.pipeline.patterns.monthly import (
    Events,
    for_each_group,
    monthly_events,
    row_keys,
)
from geosafety.pipeline.stocks import Denominators
from geosafety.settings import Dataset, geographies

# A global test needs no correction across areas, so fewer do.
GLOBAL_PERMUTATIONS = 999
TABLES = ("clusters", "autocorrelation", "trends", "concentration")


def pattern_tables(  # noqa: PLR0913
    dataset: Dataset,
    inputs: list[Placed],
    atlas: Atlas,
    denominators: Denominators,
    coverage: Coverage,
    *,
    seed: int,
    progress: Progress,
    harm: Weights | None = None,
) -> dict[str, pd.DataFrame]:
    """Make the tables of `TABLES` for one dataset of events."""
    made: dict[str, list[pd.DataFrame]] = {name: [] for name in TABLES}
    for geography in geographies().values():
        if not geography.local_statistics:
            made["autocorrelation"].append(
                _refusal(dataset, atlas.layers[geography.name])
            )
            continue
        events = monthly_events(
            dataset, inputs, atlas, denominators, coverage, geography.name, seed
        )
        if events is None:
            continue
        progress(f"testing patterns of {dataset.label.lower()} by {geography.name}")
        made["clusters"] += list(cluster_tables(events, atlas))
        made["autocorrelation"] += list(global_tables(events))
        made["trends"] += list(trend_tables(events))
        made["concentration"] += list(concentration_tables(events, harm))
    return {
        name: pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
        for name, frames in made.items()
    }


def _refusal(dataset: Dataset, layer: Layer) -> pd.DataFrame:
    """Say why a layer is not tested."""
    words = (
        f"Not tested: {len(layer.areas)} areas are too few, or too scattered, for a "
        "test of neighbours to mean anything. Test LSOAs, MSOAs or wards and lay these "
        "areas over them."
    )
    row = {"geography": layer.name, "indicator": f"{dataset.name}_rate", "group": ALL}
    return pd.DataFrame([row | {"statistic": "refused", "words": words}])


def global_tables(events: Events) -> Iterator[pd.DataFrame]:
    """Test the whole map of every group for clustering."""
    from geosafety.spatial import autocorrelation

    counts = events.counts(events.last_year)
    rates = events.rates(counts)
    options = {"permutations": GLOBAL_PERMUTATIONS, "seed": events.seed}

    def whole(group: str) -> pd.DataFrame:
        found = [
            autocorrelation.global_statistics(rates[group], events.graph, **options),
            autocorrelation.rate_moran(
                counts[group], events.base, events.graph, **options
            ),
        ]
        return pd.concat(found, ignore_index=True).assign(**row_keys(events, group))

    yield from for_each_group(events, whole).values()
