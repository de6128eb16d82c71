"""Read values as their source gives them: Force series, and one's own by area.

One row is one value of one period (and area). Nothing is computed from it: the value,
its interval and its base stand as they are, and no area is added up to a larger one.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

import pandas as pd

from geosafety.errors import InputError
from geosafety.project import InputSource, Project
from geosafety.readers.series_blocks import ALSO, NEED, columns_of, level_of, series_of
from geosafety.readers.stocks import bad_rows, headed, read_block
from geosafety.readers.tables import join_rejects, to_month, to_number
from geosafety.settings import FORCE_CODE, Indicator, catalog_text
from geosafety.settings import indicator as find_indicator
from geosafety.tidy import (
    FileRecord,
    Observations,
    complete_places,
    no_rejects,
    number_places,
)

NUMBERS = ("value", *ALSO)
SPLIT = "/"  # between the first and the last month of a range
PUBLISHED = "published/force_series_2022.toml"


def read_series(
    source: InputSource, project: Project, progress: Callable[[str], None]
) -> Observations:
    """Read one `[[series]]` or `[[area_values]]` block.

    Parameters
    ----------
    source
        Of a series, `indicator` names one of the catalogue; or `name`, `label`, `unit`
        and `higher_is` describe one of your own. `columns` may say which headings hold
        `period`, `value`, `lower`, `upper` and `base`, where they are called otherwise
        (where `value` is, the limits and the base have to be named too);
        values by area need the area's column by its geography (`npu = "NPU"`).

    Returns
    -------
    Observations
        One place, the Force, or one for each area; rows with `period` (`2022-03`, or
        `2021-04/2022-03`, both ends in it), `value` (blank: missing, and so not
        available), `lower`, `upper`, `base`, and what it is (`indicator, label, unit,
        higher_is`).

    Raises
    ------
    CatalogError
        The block does not say what it is a series of, or not in the known words.
    InputError
        A period (of an area) stands twice.
    """
    about = series_of(source)
    level = level_of(source)
    wide = replace(source, columns=columns_of(source, project, level))
    frame, rejects, files = read_block(wide, project, progress, {*NEED, *level})
    frame, bad = _checked(frame, about.unit)
    _each_once(frame, about, level)
    refused = join_rejects([*rejects, *headed(bad, wide.columns)])
    return _observations(
        _described(_with_codes(frame, level), about),
        source,
        name=f"{about.name}, {level[0] if level else 'Force series'}",
        files=tuple(files),
        rejects=refused,
    )


def _each_once(frame: pd.DataFrame, about: Indicator, level: list[str]) -> None:
    twice = frame.duplicated([*level, "period"])
    if twice.any():
        first = frame[twice].iloc[0]
        of = f"{first[level[0]]}, " if level else ""
        problem = f"{first['file']} gives {about.name} twice for {of}{first['period']}."
        raise InputError(problem, hint="Each period stands once (for an area).")


def _with_codes(frame: pd.DataFrame, level: list[str]) -> pd.DataFrame:
    """Say where each row belongs."""
    if not level:
        return frame.assign(code=FORCE_CODE, level="force")
    return frame.assign(code=frame[level[0]], level=level[0])


def _checked(frame: pd.DataFrame, unit: str) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Turn text into periods and numbers; a row that cannot be right is rejected."""
    period = to_period(frame["period"])
    number = pd.DataFrame({n: _number(frame, n) for n in NUMBERS}, index=frame.index)
    bad, kept = [], pd.Series(True, index=frame.index)
    for column, reason, wrong in _wrong(frame, period, number, unit):
        bad.append(bad_rows(frame, wrong & kept, column, reason))
        kept &= ~wrong
    return frame.assign(period=period, **number)[kept], bad


def _wrong(
    frame: pd.DataFrame, period: pd.Series, number: pd.DataFrame, unit: str
) -> Iterator[tuple[str, str, pd.Series]]:
    """Yield what may be wrong: the column, the reason, and the rows it is true of."""
    wanted = "not a period (wanted 2022-03, or 2021-04/2022-03)"
    yield "period", wanted, period.isna()
    for name in (n for n in NUMBERS if n in frame):
        yield name, "not a number", frame[name].notna() & number[name].isna()
    low, value, high = (number[c] for c in ("lower", "value", "upper"))
    outside = (low > value) | (high < value) | (low.isna() != high.isna())
    yield "value", "not between a lower and an upper limit", outside
    shown = number[["value", "lower", "upper"]]
    beyond = ((shown < 0) | (shown > 100)).any(axis=1) & (unit == "per cent")
    yield "value", "not between 0 and 100 per cent", beyond
    if "base" in frame:
        yield "base", "a base below 0", number["base"] < 0


def _number(frame: pd.DataFrame, name: str) -> pd.Series:
    if name not in frame:
        return pd.Series(math.nan, index=frame.index)
    return to_number(frame[name])


def to_period(text: pd.Series) -> pd.Series:
    """Take a month, a date or a range of months; anything else is missing.

    Examples
    --------
    >>> said = pd.Series(["2022-03-31", "2021-04 / 2022-03", "2022-03/2021-04", "2022"])
    >>> to_period(said).tolist()
    ['2022-03', '2021-04/2022-03', nan, nan]
    """
    parts = text.astype("str").str.extract("^([^/]*)(/?)([^/]*)$")
    first, last = (to_month(parts[i].str.strip()) for i in (0, 2))
    alone = first.where(parts[1] != SPLIT)
    return alone.fillna((first + SPLIT + last).where(first <= last))


def _described(frame: pd.DataFrame, about: Indicator) -> pd.DataFrame:
    """Say in every row what the series is."""
    said = {"label": about.label, "unit": about.unit, "higher_is": about.higher_is}
    columns = ["code", "level", "period", *NUMBERS]
    return frame[columns].assign(indicator=about.name, **said)


def _observations(
    rows: pd.DataFrame,
    source: InputSource,
    *,
    name: str,
    files: tuple[FileRecord, ...],
    rejects: pd.DataFrame,
) -> Observations:
    number, places = number_places(rows, ["code", "level"])
    rows = rows.drop(columns=["code", "level"]).assign(place=number, rows=1, n=1.0)
    return Observations(
        dataset=source.dataset,
        name=name,
        kind=source.kind,
        source=source.source,
        vintage=source.vintage,
        places=complete_places(places),
        rows=rows.reset_index(drop=True),
        rejects=rejects,
        files=files,
    )


def published_series(given: Collection[str]) -> list[Observations]:
    """Make observations of the series that the catalogue prints, but those given.

    Parameters
    ----------
    given
        Indicators that the project has series of: its own go before the printed ones.
    """
    block = tomllib.loads(catalog_text(PUBLISHED))
    figures = pd.DataFrame(block["figures"])
    figures = figures[~figures["indicator"].isin(list(given))]
    if figures.empty:
        return []
    named = f"{block['title']}, {block['body']}, {block['date']}"
    source = InputSource(dataset="series", files=(), kind="published", source=named)
    whole = figures.astype({"value": float}).assign(**dict.fromkeys(ALSO, math.nan))
    whole = _with_codes(whole, [])
    rows = [
        _described(part, find_indicator(str(name)))
        for name, part in whole.groupby("indicator", sort=False)
    ]
    name = "Force series, published"
    return [
        _observations(
            pd.concat(rows), source, name=name, files=(), rejects=no_rejects()
        )
    ]
