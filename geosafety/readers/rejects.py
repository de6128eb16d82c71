"""Write the rows that could not be used, for the person who can mend them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

from geosafety.tidy import Observations

MADE_BY = "rejected rows of a geosafety build"


def rejects_folder(out: Path) -> Path:
    """Name the folder of rejects that belongs to a results folder."""
    out = out.resolve()
    return out.with_name(f"{out.name}-rejects")


def write_rejects(out: Path, inputs: list[Observations]) -> None:
    """Write one CSV per input that has rejects, beside the results and not in them.

    A rejected value may be somebody's postcode, so it must not reach the results, which
    people hand on. Rejects of an earlier build are removed.
    """
    folder = rejects_folder(out)
    mark = folder / "README.txt"
    if mark.exists():
        shutil.rmtree(folder)
    kept = [data for data in inputs if len(data.rejects)]
    if not kept:
        return
    folder.mkdir(parents=True, exist_ok=True)
    mark.write_text(
        f"These are {MADE_BY}. They may hold personal data: do not hand them on.\n",
        encoding="utf-8",
    )
    whole: dict[str, list[pd.DataFrame]] = {}
    for data in kept:
        whole.setdefault(data.dataset, []).append(data.rejects.assign(input=data.name))
    for dataset, frames in whole.items():
        pd.concat(frames).to_csv(folder / f"{dataset}.csv", index=False)
