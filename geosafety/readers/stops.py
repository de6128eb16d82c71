"""Read police.uk stop and search: where and when, and never who was stopped."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from geosafety.errors import CatalogError, nearest
from geosafety.project import InputSource, Project, find_files
from geosafety.readers.stop_outcomes import ethnicities, outcomes
from geosafety.readers.tables import (
    join_rejects,
    new_file,
    read_headings,
    read_table,
    reject,
    to_month,
    to_number,
)
from geosafety.tidy import (
    FileRecord,
    Observations,
    complete_places,
    number_places,
)

COLUMNS = {
    "type": "Type",
    "date": "Date",
    "longitude": "Longitude",
    "latitude": "Latitude",
}
# Read where the file has them, and kept as few words.
ALSO = {"outcome": "Outcome", "ethnicity": "Self-defined ethnicity"}


def read_stops(
    source: InputSource, project: Project, progress: Callable[[str], None]
) -> Observations:
    """Read one `[[stop_search]]` block.

    Stamps are in UTC, so they are turned into local time before the month is taken: a
    file of October begins at 23:00 on the last day of September. Repeated heading lines
    inside a joined file are rejected as such.

    Returns
    -------
    Observations
        Rows by place, local month (`period`), local minute (`when`) and type of search
        (`group`), with the `outcome` (positive, none, not stated) and the broad group
        of `ethnicity`, where the files have them. The minute serves to tell occasions
        apart, and is never written.
    """
    for name in source.columns:
        if name not in {**COLUMNS, **ALSO}:
            problem = f"[[stop_search]] columns has an unknown name {name!r}."
            raise CatalogError(problem, hint=nearest(name, [*COLUMNS, *ALSO]))
    columns = {**COLUMNS, **source.columns}
    good: list[pd.DataFrame] = []
    rejects: list[pd.DataFrame] = []
    files: list[FileRecord] = []
    for path in find_files(project, source.files):
        progress(f"reading {path.name}")
        digest, rows = new_file(path, files), 0
        held = read_headings(path)
        also = {name: said for name, said in ALSO.items() if said in held}
        for chunk in read_table(path, {**also, **columns}):
            kept, bad = _check(path.name, chunk.frame, columns)
            rows += len(chunk.frame) + len(chunk.rejects)
            good.append(kept)
            rejects += [chunk.rejects, bad]
        files.append(FileRecord(path.name, digest, rows))
    whole = pd.concat(good, ignore_index=True)
    number, places = number_places(whole, ["longitude", "latitude"])
    rows_by = whole[["period", "when"]].assign(place=number, rows=1)
    rows_by = rows_by.assign(group="type=" + whole["type"].fillna("not stated"))
    keys = ["place", "period", "when", "group"]
    for name, shorten in (("outcome", outcomes), ("ethnicity", ethnicities)):
        if name in whole:
            rows_by[name] = shorten(whole[name])
            keys.append(name)
    tally = rows_by.groupby(keys, as_index=False)["rows"].sum()
    return Observations(
        dataset="stop_search",
        name=source.name or "stop and search",
        kind=source.kind,
        source=source.source,
        vintage=source.vintage,
        places=complete_places(places),
        rows=tally.assign(n=tally["rows"].astype(float)),
        rejects=join_rejects(rejects),
        files=tuple(files),
    )


def _check(
    file: str, frame: pd.DataFrame, columns: dict[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take the local month, and reject what cannot be read."""
    # One format for all, or the first stamp of a chunk would decide for the rest.
    stamp = pd.to_datetime(frame["date"], utc=True, errors="coerce", format="ISO8601")
    local = stamp.dt.tz_convert("Europe/London").dt
    month = to_month(local.strftime("%Y-%m"))
    tidy = {"period": month, "when": local.strftime("%Y-%m-%d %H:%M")}
    checks = [("date", month.isna(), "not a date (wanted 2024-03-31T23:03:00+00:00)")]
    for name in ("longitude", "latitude"):
        tidy[name] = to_number(frame[name])
        unread = tidy[name].isna() & frame[name].notna()
        checks.append((name, unread, "not a number"))
    rejects, good = [], pd.Series(True, index=frame.index)
    for name, bad, reason in checks:
        said = frame.loc[bad & good, name]
        rejects.append(reject(said, file=file, column=columns[name], reason=reason))
        good &= ~bad
    return frame.assign(**tidy)[good], join_rejects(rejects)
