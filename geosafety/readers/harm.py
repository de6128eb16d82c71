"""Read the user's table of harm weights: one number for each category of crime."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from geosafety.errors import InputError, nearest
from geosafety.measures.harm import Weights
from geosafety.project import HarmSource, Project, find_files
from geosafety.readers.tables import read_table, sha256, to_number
from geosafety.settings import catalog_text
from geosafety.tidy import folded


def read_harm(project: Project, categories: Iterable[str]) -> Weights | None:
    """Read the weights of the `[harm]` block; None where the project has none.

    Parameters
    ----------
    project
        Where the file is, and which columns to read.
    categories
        The categories that the project's crimes have, such as "Burglary".

    Returns
    -------
    Weights
        By category as the street files write it; a slug ("vehicle-crime") or other
        capitals will do. A blank weight is none.

    Raises
    ------
    InputError
        A category that is neither police.uk's nor among `categories`, or stands twice;
        a weight that is no number of 0 or more; no weight at all.
    """
    source = project.harm
    if source is None:
        return None
    path = find_files(project, (source.file,))[0]
    table = _table(path, source)
    table["label"] = _labels(path, table["category"], categories)
    twice = table["label"].duplicated()
    if twice.any():
        raise _wrong(path, table, twice, "category", "stands more than once")
    number = to_number(table["weight"])
    bad = table["weight"].notna() & ~(number >= 0)
    if bad.any():
        raise _wrong(path, table, bad, "weight", "is no number of 0 or more")
    known = pd.Series(number.to_numpy(float), index=table["label"].to_numpy()).dropna()
    if known.empty:
        problem = f"{path.name} holds no weights."
        raise InputError(problem, hint="Give each category of crime a number.")
    return Weights(
        by_category=known,
        name=source.name,
        source=source.source,
        file=path.name,
        sha256=sha256(path),
    )


def _table(path: Path, source: HarmSource) -> pd.DataFrame:
    """Read both columns; a row that cannot be read is an error in so short a table."""
    columns = {"category": source.category, "weight": source.weight}
    chunks = list(read_table(path, columns))
    rejects = pd.concat([chunk.rejects for chunk in chunks])
    if len(rejects):
        row, reason = rejects.iloc[0][["row", "reason"]]
        problem = f"{path.name}, row {row}: {reason}."
        raise InputError(problem, hint="Each row is one category and its weight.")
    table = pd.concat([chunk.frame for chunk in chunks])
    blank = table["category"].isna()
    if blank.any():
        raise _wrong(path, table, blank, "weight", "has no category")
    return table


def _labels(path: Path, said: pd.Series, categories: Iterable[str]) -> list[str]:
    """Find the category that each row means."""
    table = pd.read_csv(io.StringIO(catalog_text("lookups/crime_types.csv")))
    known = {folded(name): name for name in (*table["label"], *categories)}
    known |= dict(zip(table["slug"], table["label"], strict=True))
    labels = []
    for row, name in said.items():
        if folded(name) not in known:
            problem = f"{path.name}, row {row}: there is no category {name!r}."
            raise InputError(problem, hint=nearest(name, sorted(set(known.values()))))
        labels.append(known[folded(name)])
    return labels


def _wrong(
    path: Path, table: pd.DataFrame, bad: pd.Series, column: str, what: str
) -> InputError:
    """Name the first row that is wrong."""
    row = table.index[bad.to_numpy()][0]
    value = table.loc[row, column]
    problem = f"{path.name}, row {row}: {column} {value!r} {what}."
    hint = "Each category stands once, with a number; leave a weight blank for none."
    return InputError(problem, hint=hint)
