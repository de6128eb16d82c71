"""Read police.uk stop and search: where and when, and never who was stopped."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from geosafety.project import InputSource, Project, find_files
from geosafety.readers.tables import read_table, reject, sha256
from geosafety.tidy import (
    FileRecord,
    Observations,
    complete_places,
    no_rejects,
    number_places,
)

COLUMNS = {
    "type": "Type",
    "date": "Date",
    "longitude": "Longitude",
    "latitude": "Latitude",
}


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
        Rows by place, local month (`period`) and type of search (`group`).
    """
    columns = {**COLUMNS, **source.columns}
    good, rejects, files = [], [no_rejects()], []
    for path in find_files(project, source.files):
        progress(f"reading {path.name}")
        rows = 0
        for chunk in read_table(path, columns):
            kept, bad = _check(path.name, chunk.frame, columns)
            rows += len(chunk.frame) + len(chunk.rejects)
            good.append(kept)
            rejects += [part for part in (chunk.rejects, bad) if len(part)]
        files.append(FileRecord(path.name, sha256(path), rows))
    whole = pd.concat(good, ignore_index=True)
    number, places = number_places(whole, ["longitude", "latitude"])
    rows_by = pd.DataFrame({"place": number, "period": whole["period"]})
    rows_by = rows_by.assign(group="type=" + whole["type"].fillna("not stated"), rows=1)
    tally = rows_by.groupby(["place", "period", "group"], as_index=False)["rows"].sum()
    return Observations(
        dataset="stop_search",
        name=source.name or "stop and search",
        kind=source.kind,
        source=source.source,
        vintage=source.vintage,
        places=complete_places(places),
        rows=tally.assign(n=tally["rows"].astype(float)),
        rejects=pd.concat(rejects),
        files=tuple(files),
    )


def _check(
    file: str, frame: pd.DataFrame, columns: dict[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take the local month, and reject repeated headings and unreadable stamps."""
    heading = frame["date"] == columns["date"]
    stamp = pd.to_datetime(frame["date"].mask(heading), utc=True, errors="coerce")
    local = stamp.dt.tz_convert("Europe/London").dt.strftime("%Y-%m")
    unread = stamp.isna() & ~heading
    named = frame.rename(columns=columns)
    bad = [
        reject(named, mask, file=file, column=columns["date"], reason=reason)
        for mask, reason in (
            (heading, "heading line repeated inside the file"),
            (unread, "not a date"),
        )
        if mask.any()
    ]
    points = {
        c: pd.to_numeric(frame[c], errors="coerce") for c in ("longitude", "latitude")
    }
    kept = frame.assign(period=local, **points)[~(heading | unread)]
    return kept, pd.concat(bad) if bad else no_rejects()
