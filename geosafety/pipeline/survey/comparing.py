"""Compare within a survey: where people live with where they go, and group with group.

Each area's comparison with the Force stands beside its estimate (`estimates`).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from geosafety.geography.atlas import Atlas
from geosafety.measures.comparison import compare_table
from geosafety.measures.crosstabs import Counts
from geosafety.measures.disparity import share_ratios
from geosafety.measures.relations import Relation
from geosafety.measures.weighting import kish
from geosafety.pipeline.survey.waves import Wave
from geosafety.settings import Dataset, Indicator, indicators
from geosafety.tidy import BLANK, Answers

BOTH, FIRST, SECOND, NEITHER = range(4)
SUPPRESSED = "suppressed"
SHOWN = ("ok", "low base")
RATIO = ["ratio", "ratio_lower", "ratio_upper"]
COLUMNS = ["survey", "comparison", "indicator", "geography", "area_code", "area_name"]
COLUMNS += ["by", "first", "second", "first_value", "first_n", "second_value"]
COLUMNS += ["second_n", "difference", "lower", "upper", *RATIO]
COLUMNS += ["minimum_effect", "more_needed", "verdict", "finding", "words"]
COLUMNS += ["assumption", "status", "kind"]


def comparison_tables(
    wave: Wave, atlas: Atlas, dataset: Dataset
) -> Iterator[pd.DataFrame]:
    """Yield every comparison within one survey, with `COLUMNS`."""
    for indicator in indicators().values():
        if indicator.measure != "share" or not wave.feeds(indicator):
            continue
        other = indicators().get(indicator.paired_with)
        if other is not None and wave.feeds(other):
            yield from _paired(wave, other, indicator, atlas, dataset)
    groups = list(_all_groups(wave, atlas, dataset))
    if groups:
        whole = pd.concat(groups, ignore_index=True)
        # One table at a time would cost more than all the arithmetic in them.
        found = _compared(whole, "independent", dataset, whole["family"])
        kept = whole[[c for c in COLUMNS if c in whole and c not in found]]
        yield kept.join(found).join(_ratios(whole)).reindex(columns=COLUMNS)


# --- home and visited ----------------------------------------------------------------


def _paired(
    wave: Wave, home: Indicator, visit: Indicator, atlas: Atlas, dataset: Dataset
) -> Iterator[pd.DataFrame]:
    """Compare what the same people said of two places, by where they live."""
    one, other = wave.yes(home), wave.yes(visit)
    first, second = one.codes == 0, other.codes == 0
    cell = np.select([first & second, first, second], [BOTH, FIRST, SECOND], NEITHER)
    codes = np.where(one.base & other.base, cell, BLANK)
    said = Answers(options=("both", "1", "2", "0"), codes=codes, base=codes != BLANK)
    counted = wave.counts(wave.home, said)
    for layer in (name for name in dataset.by_geographies if name in counted):
        counts, areas = counted[layer], atlas.layers[layer].areas
        n = kish(counts.weighted_base[:, 0], counts.squared_base[:, 0])
        total = np.where(n > 0, counts.weighted_base[:, 0], np.nan)
        share = 100 * counts.weighted_yes[:, 0] / total[:, None]
        status = status_of(counts, dataset)[:, 0]
        sides = pd.DataFrame(
            {
                "first_value": share[:, BOTH] + share[:, FIRST],
                "second_value": share[:, BOTH] + share[:, SECOND],
                "discordant": share[:, FIRST] + share[:, SECOND],
                "first_effective_n": n,
                "second_effective_n": n,
                "first_responses": counts.base[:, 0],
                "first_status": status,
                "second_status": status,
                "first_name": "where they live",
                "second_name": "where they visit, work or volunteer",
            }
        )
        yield _described(
            _compared(sides, "paired", dataset, pd.Series(0, index=sides.index)),
            {"survey": wave.name, "comparison": "home and visited"}
            | {"indicator": home.name, "geography": layer, "by": "", "kind": wave.kind},
            areas.index,
            areas["area_name"],
        )


# --- group with group ----------------------------------------------------------------


def _all_groups(wave: Wave, atlas: Atlas, dataset: Dataset) -> Iterator[pd.DataFrame]:
    """Lay each group beside the largest one: every indicator, dimension and area."""
    number = 0
    for indicator in indicators().values():
        if indicator.measure != "share" or not wave.feeds(indicator):
            continue
        for by in wave.demographics:
            if by == indicator.question:
                continue
            for sides in _groups(wave, indicator, by, atlas, dataset):
                number += 1
                yield sides.assign(family=number)


def _groups(
    wave: Wave, indicator: Indicator, by: str, atlas: Atlas, dataset: Dataset
) -> Iterator[pd.DataFrame]:
    groups = wave.answers[by]
    stated = [i for i, g in enumerate(groups.options) if g not in groups.not_stated]
    yes = wave.yes(indicator)
    counted = wave.counts(indicator.place, yes, by, of=indicator.question)
    whole = counted["force"].base[0]
    if len(stated) < 2 or not whole[stated].any():
        return
    largest = max(stated, key=lambda i: whole[i])
    others = [i for i in stated if i != largest]
    for layer in (name for name in dataset.by_geographies if name in counted):
        sides, area = _sides(counted[layer], others, largest, groups, dataset)
        areas = atlas.layers[layer].areas
        yield sides.assign(
            survey=wave.name,
            comparison="groups",
            by=by,
            indicator=indicator.name,
            geography=layer,
            kind=wave.kind,
            area_code=areas.index.to_numpy(dtype=object)[area],
            area_name=areas["area_name"].to_numpy(dtype=object)[area],
        )


def _sides(
    counts: Counts, others: list[int], largest: int, groups: Answers, dataset: Dataset
) -> tuple[pd.DataFrame, np.ndarray]:
    """Lay each group of each area beside the largest group of that area."""
    total = counts.weighted_base
    n = kish(total, counts.squared_base)
    share = 100 * counts.weighted_yes[:, :, 0] / np.where(total > 0, total, np.nan)
    status = status_of(counts, dataset)
    names = np.array(groups.options, dtype=object)
    area, group = (axis.reshape(-1) for axis in np.indices((len(total), len(others))))
    first, second = (area, np.array(others)[group]), (area, largest)
    sides = pd.DataFrame(
        {
            "first_value": share[first],
            "first_effective_n": n[first],
            "first_responses": counts.base[first],
            "first_status": status[first],
            "first_name": names[first[1]],
            "second_value": share[second],
            "second_effective_n": n[second],
            "second_status": status[second],
            "second_name": names[largest],
        }
    )
    return sides, area


def _ratios(sides: pd.DataFrame) -> pd.DataFrame:
    """Add how many times the largest group's share each group's is."""
    hidden = ~(sides["first_status"].isin(SHOWN) & sides["second_status"].isin(SHOWN))
    numbers = [
        (sides[f"{side}_value"] / 100 * sides[f"{side}_effective_n"]).mask(hidden)
        for side in ("first", "second")
    ]
    bases = [sides[f"{side}_effective_n"].mask(hidden) for side in ("first", "second")]
    found = share_ratios(numbers[0], bases[0], numbers[1], bases[1])
    return found.set_axis(RATIO, axis=1)


# --- what both share -----------------------------------------------------------------


def status_of(counts: Counts, dataset: Dataset) -> np.ndarray:
    """Say by area and group whether a side stands, by the dataset's policy."""
    base = counts.base
    hidden = (base > 0) & (base < dataset.suppress_below)
    hidden |= counts.secret().any(axis=2)
    low = base < dataset.low_base_below
    return np.select(
        [base == 0, hidden, low], ["not available", SUPPRESSED, "low base"], "ok"
    ).astype(object)


def _compared(
    sides: pd.DataFrame, relation: Relation, dataset: Dataset, family: pd.Series
) -> pd.DataFrame:
    """Compare, and keep of a hidden side nothing."""
    found = compare_table(
        sides,
        "share",
        minimum_effect=dataset.minimum_effect,
        relation=relation,
        family=family,
    )
    first, second = sides["first_status"], sides["second_status"]
    status = first.where(~first.isin(["ok"]), second)
    status = status.mask((first == SUPPRESSED) | (second == SUPPRESSED), SUPPRESSED)
    shown = status.isin(SHOWN)
    values = sides[["first_value", "second_value"]].where(shown)
    return found.assign(
        **values,
        first_n=sides["first_effective_n"].where(shown),
        second_n=sides["second_effective_n"].where(shown),
        first=sides["first_name"],
        second=sides["second_name"],
        status=status,
    )


def _described(
    table: pd.DataFrame, same: dict[str, str], codes: pd.Index, names: pd.Series
) -> pd.DataFrame:
    return table.assign(
        **same,
        area_code=codes.to_numpy(dtype=object),
        area_name=names.reindex(codes).to_numpy(dtype=object),
    ).reindex(columns=COLUMNS)
