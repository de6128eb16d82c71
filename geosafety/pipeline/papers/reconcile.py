"""Say what does not add up in printed tables: those of the catalogue, or a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pandas as pd

from geosafety.errors import InputError, nearest
from geosafety.measures.reconcile import (
    ADDS_UP,
    CLASSES,
    HUNDRED,
    Check,
    Difference,
    Ratio,
    Sum,
    reconcile,
)
from geosafety.pipeline.papers.printed import Block, Paper, read_catalogue, read_paper
from geosafety.pipeline.papers.tables import (
    Arithmetic,
    looks_rounded,
    sum_of,
    table_rows,
)

# What a block of each kind must have, and may have besides `note` and `approx`.
CHECKS = {
    "parts": (["parts"], ["total", "rounded", "complete", "reason"]),
    "share": (["part", "base", "printed"], []),
    "rate": (["part", "base", "per", "printed"], []),
    "change": (["before", "after", "printed"], ["to_nearest"]),
    "change_pct": (["before", "after", "printed"], []),
    "repeat": (["value", "printed"], ["to_nearest"]),
    "difference": (["earlier", "later", "per"], []),
}
TABLES = {
    "parts": (["printed", "geography"], []),
    "share": (["printed", "part"], []),
    "rate": (["printed", "part", "base", "per"], []),
    "change": (["printed", "part"], []),
    "change_pct": (["printed", "part"], []),
    "difference": (["printed", "part", "per"], ["base"]),
}
Keys = dict[str, tuple[list[str], list[str]]]


def reconcile_papers(path: Path | None = None) -> tuple[list[str], pd.DataFrame]:
    """Recompute what a file prints, or what the papers of the catalogue print.

    Returns
    -------
    list of str, DataFrame
        A summary by class, with the arithmetic of all that does not simply add up; and
        every check, as `geosafety.measures.reconcile.reconcile` describes it.

    Raises
    ------
    InputError
        The file cannot be read; the message names the block and the nearest key.
    """
    papers = [read_paper(path)] if path else read_catalogue()
    table = reconcile(check for paper in papers for check in checks_of(paper))
    return _summary(papers, table), table


def checks_of(paper: Paper) -> Iterator[Check]:
    """Make the checks of one paper: of each block, and of each row of its tables."""
    for block in paper.tables:
        kind = _kind(block, TABLES, ["label"])
        for where, what, arithmetic in table_rows(kind, block):
            label = f"{block.text('label')}: {what}"
            yield _check(block, paper, label, where, arithmetic)
    for block in paper.checks:
        kind = _kind(block, CHECKS, ["label", "where"])
        arithmetic = _SHAPES[kind](block)
        yield _check(block, paper, block.text("label"), block.text("where"), arithmetic)


def _kind(block: Block, kinds: Keys, common: list[str]) -> str:
    kind = block.text("kind")
    if kind not in kinds:
        problem = f"{block.where} has kind {kind!r}."
        raise InputError(problem, hint=nearest(kind, kinds))
    must, may = kinds[kind]
    block.check_keys(["kind", *common, *must], ["note", "approx", *may])
    return kind


def _check(
    block: Block,
    paper: Paper,
    label: str,
    where: str,
    arithmetic: Arithmetic,
) -> Check:
    approx = "Printed as approximate. " if block.flag("approx", False) else ""
    return Check(
        label=label,
        where=where,
        source=paper.source,
        arithmetic=arithmetic,
        note=f"{approx}{block.text('note')}".strip(),
    )


def _parts(block: Block) -> Sum:
    parts = tuple(block.numbers("parts"))
    total = block.number("total") if "total" in block.values else HUNDRED
    if not block.flag("complete", True) and not block.text("reason"):
        problem = f"{block.where} is not complete, and gives no reason."
        raise InputError(problem, hint='Add reason = "how you know that it is not".')
    # Shares make a hundred without being told to; counts are printed with their total.
    shares = "total" not in block.values or looks_rounded(parts, total)
    return sum_of(
        parts,
        total,
        rounded=block.flag("rounded", shares),
        complete=block.flag("complete", True),
        reason=block.text("reason"),
    )


def _ratio(block: Block, per: int = 100) -> Ratio:
    if "per" in block.values:
        per = int(block.number("per"))
    return Ratio(
        count=block.number("part"),
        base=block.number("base"),
        printed=block.number("printed"),
        per=per,
    )


def _change_pct(block: Block) -> Ratio:
    before, after = block.number("before"), block.number("after")
    printed = block.number("printed")
    return Ratio(count=after, before=before, base=before, printed=printed)


def _difference(block: Block) -> Difference:
    inside = [block.within("earlier"), block.within("later")]
    for part in inside:
        part.check_keys(["part", "base", "printed"], [])
    per = int(block.number("per"))
    earlier, later = (_ratio(part, per) for part in inside)
    return Difference(earlier=earlier, later=later)


def _change(block: Block) -> Sum:
    return _rounded_sum(block, (block.number("after"), -block.number("before")))


def _repeat(block: Block) -> Sum:
    return _rounded_sum(block, (block.number("value"),))


def _rounded_sum(block: Block, parts: tuple[Decimal, ...]) -> Sum:
    printed, step = block.number("printed"), Decimal(1)
    if "to_nearest" in block.values:
        step = block.number("to_nearest").normalize()
        if step.as_tuple().digits != (1,) or step < 0 or printed % step:
            problem = f"{block.where}, to_nearest is {step:f}, printed {printed:f}."
            raise InputError(problem, hint="Use 10, 100, 1000, ... as printed.")
        printed = printed.quantize(step)
    return Sum(parts=parts, total=printed, total_rounded=True)


_SHAPES: dict[str, Callable[[Block], Arithmetic]] = {
    "parts": _parts,
    "share": _ratio,
    "rate": _ratio,
    "change": _change,
    "change_pct": _change_pct,
    "repeat": _repeat,
    "difference": _difference,
}


def _summary(papers: list[Paper], table: pd.DataFrame) -> list[str]:
    """Say how many checks there are of each class, and the arithmetic of the odd."""
    counts = table["class"].value_counts()
    said = [f"{verdict} {counts.get(verdict, 0):,}" for verdict in CLASSES]
    lines = [f"{len(table):,} checks of printed numbers: {', '.join(said)}."]
    if alone := sum(paper.alone for paper in papers):
        lines.append(
            f"{alone:,} more numbers stand alone, with nothing to check against."
        )
    for verdict in [verdict for verdict in CLASSES if verdict != ADDS_UP]:
        found = table[table["class"] == verdict]
        if len(found):
            lines += ["", f"{verdict[0].upper()}{verdict[1:]} ({len(found)})"]
        for source, rows in found.groupby("source", sort=False):
            lines.append(f"  {source}")
            lines += [f"  - {r.where}, {r.label}: {r.words}" for r in rows.itertuples()]
    return lines
