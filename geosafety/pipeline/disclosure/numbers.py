"""What is hidden of numbers by layer, period and group, looked up row by row."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from geosafety.disclosure.primary import Policy
from geosafety.settings import Dataset

ALL = "all"


def policy_of(dataset: Dataset) -> Policy:
    """Take the policy of a dataset out of the catalogue."""
    return Policy(
        suppress_below=dataset.suppress_below,
        protect_width=dataset.protect_width or None,
        layer_share=dataset.hide_layer_over,
    )


@dataclass(frozen=True, eq=False)
class HiddenNumbers:
    """Which numbers are hidden.

    Attributes
    ----------
    cells
        By layer, period and group, true for each area whose number is.
    report
        What was hidden and why.
    """

    cells: dict[tuple[str, str, str], np.ndarray] = field(default_factory=dict)
    report: pd.DataFrame = field(default_factory=pd.DataFrame)

    def of(self, table: pd.DataFrame, layer: str, areas: pd.Index) -> np.ndarray:
        """Say of each row whether it is hidden.

        Parameters
        ----------
        table
            `area_code, period, compared_with, group`. Where nobody decided about a
            group, as about the outcomes of stops, everybody's number decides; a change
            is hidden with either period.
        areas
            The codes of the layer's areas, in order.
        """
        out = np.zeros(len(table), dtype=bool)
        at = areas.get_indexer(pd.Index(table["area_code"].astype("object")))
        for column in ("period", "compared_with"):
            keys = table[[column, "group"]].astype("object").reset_index(drop=True)
            for key, rows in keys.groupby([column, "group"]).indices.items():
                period, group = map(str, key)  # type: ignore[call-overload]
                for name in (group, ALL):
                    cells = self.cells.get((layer, period, name))
                    if cells is not None:
                        out[rows] |= cells[at[rows]]
        return out
