"""The patch of a plan: one area, and only those who are short in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from geosafety import results
from geosafety.errors import InputError, nearest
from geosafety.pipeline.plan.need import Need, parents
from geosafety.settings import geographies


def in_patch(folder: Path, need: Need, patch: str) -> Need:
    """Keep what is lacking in one area.

    Parameters
    ----------
    patch
        `GEOGRAPHY:CODE`, such as `npu:BE`; nothing keeps all. A small area belongs to
        the patch that its middle lies in.

    Raises
    ------
    InputError
        There is no such area, or nobody is short there.
    """
    if not patch:
        return need
    geography, _, code = patch.partition(":")
    name = _name(folder, geography, code)
    codes = need.table["area_code"].drop_duplicates()
    inside = parents(folder, codes, geography).eq(code).to_numpy()
    kept = need.table[need.table["area_code"].isin(set(codes[inside]))]
    if not kept["deficit"].sum() > 0:
        problem = f"No {need.unit} are counted in {name}."
        raise InputError(problem, hint="Choose another patch, or whom else to reach.")
    note = (
        f"Only those in {name} count. A venue outside it may be chosen, where it "
        "reaches people inside."
    )
    if geographies()[geography].note:
        note += f" {geographies()[geography].note}"
    return replace(need, table=kept.reset_index(drop=True), notes=(*need.notes, note))


def _name(folder: Path, geography: str, code: str) -> str:
    areas = results.read_areas(folder)
    own = areas[areas["geography"].astype("str") == geography]
    if own.empty:
        problem = f"These results hold no areas called {geography!r}."
        known = areas["geography"].astype("str").unique()
        raise InputError(problem, hint=nearest(geography, known))
    names = dict(zip(own["area_code"].astype("str"), own["area_name"], strict=True))
    if code not in names:
        problem = f"These results hold no {geography} with the code {code!r}."
        raise InputError(problem, hint=nearest(code, names))
    return str(names[code])
