"""Read an index of deprivation: the rank of every small area, and its tenth."""

from __future__ import annotations

from collections.abc import Callable

from geosafety.errors import CatalogError, InputError, nearest
from geosafety.project import InputSource, Project
from geosafety.readers.stocks import bad_rows, headed, read_block
from geosafety.readers.tables import join_rejects, to_number
from geosafety.tidy import Observations, complete_places, number_places

LEVEL = "lsoa"
NEED = (LEVEL, "rank", "decile")
TENTHS = 10


def read_deprivation(
    source: InputSource, project: Project, progress: Callable[[str], None]
) -> Observations:
    """Read one `[[deprivation]]` block: small areas by how deprived they are.

    `columns` names `lsoa` (the code), `rank` (1 is the most deprived of the country)
    and `decile` (1 to 10, 1 the most deprived tenth). Codes of another vintage go
    through the project's crosswalk.

    Returns
    -------
    Observations
        Rows by small area with `rank` and `decile`; `n` is 1.

    Raises
    ------
    CatalogError
        `columns` lacks a name or has an unknown one.
    InputError
        A small area stands twice.
    """
    for name in source.columns:
        if name not in NEED:
            problem = f"[[deprivation]] columns has an unknown name {name!r}."
            raise CatalogError(problem, hint=nearest(name, NEED))
    frame, rejects, files = read_block(source, project, progress, set(NEED))
    bad = []
    for name, most in (("rank", None), ("decile", TENTHS)):
        number = to_number(frame[name])
        wrong = ~(number >= 1) | (number % 1 != 0)
        if most is not None:
            wrong |= number > most
        said = "not a whole number from 1" + (f" to {most}" if most else " on")
        bad.append(bad_rows(frame, wrong, name, said))
        frame = frame.assign(**{name: number})[~wrong]
    twice = frame.duplicated(LEVEL) & frame[LEVEL].notna()
    if twice.any():
        first = frame[twice].iloc[0]
        problem = f"{first['file']} gives {first[LEVEL]!r} twice."
        raise InputError(problem, hint="Each small area stands once.")
    frame = frame.assign(code=frame[LEVEL], level=LEVEL)
    number, places = number_places(frame, ["code", "level"])
    rows = frame[["rank", "decile"]].astype(float)
    return Observations(
        dataset="deprivation",
        name=source.name or "deprivation by small area",
        kind=source.kind,
        source=source.source,
        vintage=source.vintage,
        places=complete_places(places),
        rows=rows.assign(place=number, rows=1, n=1.0).reset_index(drop=True),
        rejects=join_rejects([*rejects, *headed(bad, source.columns)]),
        files=tuple(files),
    )
