"""Decide what of a board is hidden, and account for it layer by layer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from geosafety.disclosure.board import Board, Cells, Laid, laid_out
from geosafety.disclosure.layout import TOLERANCE
from geosafety.disclosure.primary import Policy
from geosafety.disclosure.secondary import Pattern, hide

REPORT = ["geography", "cells", "primary", "secondary", "whole", "short"]
REPORT += ["remainders", "gap", "proved", "width"]


@dataclass(frozen=True, eq=False)
class Decision:
    """What is hidden of a board.

    Attributes
    ----------
    hidden
        By layer and part, which areas' numbers are.
    report
        A row a layer, with `REPORT`: `cells` with anybody in them; how many are hidden
        for being too small, for others' sake, and with their whole layer (`whole`);
        `short`, how many cannot be as wide as the policy asks because what would have
        to be hidden is public or 0; small `remainders` protected, the `gap` (how many
        secondary cells of the board may be too many, as a share), `proved`, and the
        narrowest `width` of a hidden number.
    """

    hidden: Cells
    report: pd.DataFrame


def decide(board: Board, policy: Policy, *, rounds: int) -> Decision:
    """Decide which numbers of a board are hidden.

    A layer more than `policy.layer_share` of whose numbers of a part would be too small
    is hidden as a whole, zeros too: a map of the exceptions is of no use, and what it
    would take to protect them is without end.
    """
    found = _decide(board, policy, rounds=rounds)
    telling = [name for name in board.totals if _tells(board, found, name, policy)]
    if not telling:
        return found
    # A total ties boroughs together that are else solved apart, so it is only brought
    # in where it tells something.
    more = _with_totals(replace(board, hidden=found.hidden), telling)
    again = _decide(more, policy, rounds=rounds)
    kept = again.report[again.report["geography"].isin(board.layers)]
    hidden = {key: out for key, out in again.hidden.items() if key[0] in board.layers}
    return Decision(hidden, kept.reset_index(drop=True))


def _tells(board: Board, found: Decision, layer: str, policy: Policy) -> bool:
    """Say whether a layer's total narrows what is hidden of it, everybody counted.

    Of k hidden numbers, each at least 1, that sum to n, each is from 1 to n - k + 1.
    """
    part = next(iter(board.parts))
    count = board.count(layer, part)
    secret = found.hidden[layer, part] & (count > 0)
    return bool(secret.any() and count[secret].sum() - secret.sum() < policy.width)


def _with_totals(board: Board, layers: list[str]) -> Board:
    """Add the number in all areas of a layer together, of everybody."""
    part, *others = board.parts
    made = dict(board.layers)
    for name in layers:
        whole = np.asarray(board.layers[name].sum(axis=0)).reshape(1, -1)
        made[f"{name} in all"] = csr_array(whole)
    added = tuple(name for name in made if name not in board.layers)
    every = tuple(board.layers)
    printed = {name: board.printed.get(name, every) for name in others}
    firm = {(name, part): np.ones(1, dtype=bool) for name in added}
    return replace(
        board,
        layers=made,
        firm={**board.firm, **firm},
        apart=(*board.apart, *added),
        printed={**printed, part: (*board.printed.get(part, every), *added)},
        totals=(),
    )


def _decide(board: Board, policy: Policy, *, rounds: int) -> Decision:
    hidden, whole = _whole_layers(board, policy)
    laid = laid_out(board, hidden, whole)
    if laid is None:
        return Decision(hidden, _report(board, policy, hidden, whole, None))
    pattern = hide(laid.tables, policy, rounds=rounds, kin=laid.kin)
    found = {key: cells.copy() for key, cells in hidden.items()}
    secret = pattern.hidden[laid.number]
    for key, at, out in zip(laid.keys, laid.areas, secret, strict=True):
        found[key][at] |= out
    report = _report(board, policy, found, whole, (pattern, laid))
    return Decision(found, report)


def _whole_layers(board: Board, policy: Policy) -> tuple[Cells, set[tuple[str, str]]]:
    """Begin with what is hidden already, and find the layers to be hidden whole."""
    hidden, whole = {}, set()
    for layer, part in board.cells():
        count = board.count(layer, part)
        before = board.hidden.get((layer, part), np.zeros(len(count), dtype=bool))
        hidden[layer, part] = before.copy()
    given = (*board.known, *board.free)
    batches: dict[tuple[str, str], list[str]] = {}
    for layer, part in hidden:
        if part not in given and not np.any(board.firm.get((layer, part), False)):
            batches.setdefault((layer, board.batch.get(part, "")), []).append(part)
    for (layer, _), mine in batches.items():
        count = np.concatenate([board.count(layer, p) for p in mine])
        small = (count > 0) & (count < policy.suppress_below)
        one = len(count) == len(mine)  # a layer of one area is no map
        if not one and small.sum() > policy.layer_share * (count > 0).sum():
            for part in mine:
                hidden[layer, part][:] = True
                whole.add((layer, part))
    return hidden, whole


def _report(
    board: Board,
    policy: Policy,
    hidden: Cells,
    whole: set[tuple[str, str]],
    found: tuple[Pattern, Laid] | None,
) -> pd.DataFrame:
    """Count what was hidden, by layer."""
    rows: dict[str, dict[str, int]] = {}
    for layer in dict.fromkeys(layer for layer, _ in hidden):
        others = (*board.known, *board.elsewhere)
        mine = [p for p in board.parts if (layer, p) in hidden and p not in others]
        row = dict.fromkeys(REPORT[1:], 0)
        for part in mine:
            count, out = board.count(layer, part), hidden[layer, part]
            small = (count < policy.suppress_below) & (part not in board.free)
            row["cells"] += int((count > 0).sum())
            if (layer, part) in whole:
                row["whole"] += int((count > 0).sum())
            else:
                row["primary"] += int((out & small & (count > 0)).sum())
                row["secondary"] += int((out & ~small & (count > 0)).sum())
        rows[layer] = row
    table = pd.DataFrame.from_dict(rows, orient="index", columns=REPORT[1:])
    table = table.rename_axis("geography").reset_index()
    table = table.assign(gap=0.0, proved=True, width=np.nan)
    if found is None:
        return table
    pattern, laid = found
    table = table.assign(
        remainders=len(pattern.remainders.table), gap=pattern.gap, proved=pattern.proved
    )
    table = table.drop(columns=["short", "width"])
    wide = _widths(board, policy, pattern, laid)
    both = table.merge(wide, on="geography", how="left")[REPORT]
    return both.fillna({"short": 0})


def _widths(board: Board, policy: Policy, pattern: Pattern, laid: Laid) -> pd.DataFrame:
    """By layer, the narrowest range, and how many are under the policy's."""
    count = int(pattern.hidden.sum())
    width, wanted = np.full((2, len(pattern.hidden)), np.nan)
    width[pattern.hidden] = pattern.width[:count]
    wanted[pattern.hidden] = pattern.wanted[:count]
    wide = pd.Series(width[laid.number])
    table = pd.DataFrame(
        {
            "geography": [layer for layer, _ in laid.keys],
            "width": wide.where(np.isfinite(wide)),
            "short": wanted[laid.number] < policy.width - TOLERANCE,
        }
    )
    others = (*board.known, *board.elsewhere)
    own = [part not in others for _, part in laid.keys]
    mine = table[own & pattern.hidden[laid.number]].groupby("geography", as_index=False)
    return pd.DataFrame(mine.agg(width=("width", "min"), short=("short", "sum")))
