"""Decide which numbers of members are hidden, by area and date."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from geosafety.disclosure.board import Board
from geosafety.disclosure.decide import decide
from geosafety.geography.atlas import Atlas
from geosafety.measures.crosstabs import ground
from geosafety.pipeline.disclosure.numbers import ALL, HiddenNumbers, policy_of
from geosafety.pipeline.inputs import Placed
from geosafety.settings import Dataset

FIRM = ("force", "local_authority", "npu")


def hide_members(dataset: Dataset, inputs: list[Placed], atlas: Atlas) -> HiddenNumbers:
    """Decide what is hidden of a dataset of people at a date.

    Each layer is printed from the first input that reaches it; numbers that are
    published stay as they are.
    """
    made: dict[tuple[str, str, str], np.ndarray] = {}
    reports = [pd.DataFrame()]
    for placed in inputs if dataset.suppress_below else []:
        layers = {
            name: layer.areas.index
            for name, layer in atlas.layers.items()
            if placed is next((p for p in inputs if p.reaches(name)), None)
        }
        if not layers or placed.data.totals or placed.data.kind == "published":
            continue
        for period in sorted(placed.data.rows["period"].unique()):
            board = _board(placed, layers, period, dataset)
            found = decide(board, policy_of(dataset), rounds=dataset.protect_rounds)
            for (layer, _), out in found.hidden.items():
                made[layer, period, ALL] = out
            about = {"dataset": dataset.name, "period": period, "people": "members"}
            reports.append(found.report.assign(**about, role="", dimension=""))
    return HiddenNumbers(made, pd.concat(reports, ignore_index=True))


def _board(
    placed: Placed, areas: dict[str, pd.Index], period: str, dataset: Dataset
) -> Board:
    rows = placed.data.rows
    rows = rows[rows["period"] == period].reset_index(drop=True)
    found = ground(rows.assign(respondent=0), placed.homes, areas)
    n = np.bincount(found.patch, rows["n"].to_numpy(float), found.patches)
    board = Board(found.layers, n[:, None], {ALL: np.ones(1)})
    firm = {
        (layer, ALL): board.count(layer, ALL) >= dataset.suppress_below
        for layer in FIRM
        if layer in areas
    }
    # The ledger tells how many are in the areas of a layer, of all dates together.
    return replace(board, firm=firm, totals=tuple(n for n in areas if n not in FIRM))
