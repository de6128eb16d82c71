"""Survey answers by area: shares, numbers, and who answered."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from geosafety.geography.atlas import Atlas, Layer
from geosafety.measures.shares import answers_by_area, shares
from geosafety.measures.tallies import placed_rows
from geosafety.pipeline.finish import finish
from geosafety.pipeline.inputs import Placed
from geosafety.settings import FORCE_CODE, Dataset, Indicator, indicators

NUMBERS = ["value", "lower", "upper", "numerator", "base"]


def survey_tables(
    dataset: Dataset, inputs: list[Placed], atlas: Atlas
) -> Iterator[pd.DataFrame]:
    """Yield every indicator of every survey, layer by layer."""
    surveys: dict[str, dict[str, Placed]] = {}
    for placed in inputs:
        surveys.setdefault(placed.data.survey, {})[placed.data.role] = placed
    for roles in surveys.values():
        for indicator in indicators().values():
            if indicator.dataset == dataset.name:
                yield from _one(indicator, dataset, roles, atlas)


def _one(
    indicator: Indicator, dataset: Dataset, roles: dict[str, Placed], atlas: Atlas
) -> Iterator[pd.DataFrame]:
    first = next(iter(roles.values()))
    if indicator.question and indicator.question not in first.data.answers:
        return
    placed = roles.get(indicator.place, first)
    chosen, described = _columns(indicator, first)
    for geography in indicator.geographies or atlas.layers:
        layer = atlas.layers[geography]
        fine = geography not in dataset.by_geographies
        keep = (
            described[described["group"] == "all"]
            if fine and indicator.by
            else described
        )
        table = _table(indicator, dataset, placed, layer, chosen, keep)
        yield finish(table, indicator, dataset, layer, kind=placed.data.kind)


def _columns(indicator: Indicator, placed: Placed) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make the true-or-false columns to count, and say which two make each share.

    Returns
    -------
    DataFrame, DataFrame
        By respondent, one column per count; and `group`, `yes`, `base`: the columns
        that a share is made of.
    """
    data = placed.data
    people = next(iter(data.answers.values())).index
    if indicator.measure == "count":
        everyone = pd.DataFrame({"everyone": np.ones(len(people), bool)}, index=people)
        return everyone, pd.DataFrame(
            {"group": ["all"], "yes": ["everyone"], "base": [""]}
        )
    columns: dict[str, pd.Series] = {}
    lines: list[tuple[str, str, str]] = []
    if indicator.measure in ("answer_share", "answer_count"):
        for measure, table in data.answers.items():
            columns[f"base {measure}"] = data.bases[measure]
            for option in table:
                group = f"{measure}={option}"
                columns[group] = table[option]
                lines.append((group, group, f"base {measure}"))
    else:
        base = data.bases[indicator.question]
        yes = data.answers[indicator.question][list(indicator.yes)].any(axis=1)
        columns |= {"base": base, "yes": yes}
        lines.append(("all", "yes", "base"))
        for measure in indicator.by:
            for option, are in data.answers.get(measure, pd.DataFrame()).items():
                group = f"{measure}={option}"
                columns |= {f"base {group}": base & are, f"yes {group}": yes & are}
                lines.append((group, f"yes {group}", f"base {group}"))
    return pd.DataFrame(columns), pd.DataFrame(lines, columns=["group", "yes", "base"])


def _table(  # noqa: PLR0913
    indicator: Indicator,
    dataset: Dataset,
    placed: Placed,
    layer: Layer,
    chosen: pd.DataFrame,
    described: pd.DataFrame,
) -> pd.DataFrame:
    """Count the answers in each area and turn them into numbers."""
    wanted = [c for c in chosen if c in {*described["yes"], *described["base"]}]
    if layer.name == "force" and dataset.whole_is_everyone:
        counts = chosen[wanted].sum().to_frame(FORCE_CODE).T.astype(float)
    else:
        homes = placed_rows(placed.data.rows, placed.homes[layer.name])
        counts = answers_by_area(homes, chosen[wanted])
    counts = counts.reindex(layer.areas.index, fill_value=0.0)
    frames = []
    for line in described.itertuples():
        yes = counts[line.yes]
        base = counts[line.base] if line.base else pd.Series(np.nan, index=yes.index)
        frames.append(_numbers(indicator, yes, base).assign(group=str(line.group)))
    table = pd.concat(frames, ignore_index=True)
    area = np.tile(layer.areas.index.to_numpy(dtype=object), len(described))
    basis = table["base"].where(table["base"].notna(), table["value"])
    return table.assign(
        area_code=area,
        period=placed.data.survey,
        compared_with="",
        complete=True,
        basis=basis,
    )


def _numbers(indicator: Indicator, yes: pd.Series, base: pd.Series) -> pd.DataFrame:
    if indicator.measure in ("share", "answer_share"):
        return shares(yes, base).reset_index(drop=True)
    n, b = yes.to_numpy(float), base.to_numpy(float)
    value = np.where(b == 0, np.nan, n)
    empty = np.full(len(n), np.nan)
    columns = {
        "value": value,
        "lower": empty,
        "upper": empty,
        "numerator": n,
        "base": b,
    }
    return pd.DataFrame(columns)
