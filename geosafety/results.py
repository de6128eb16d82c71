"""The results folder: the only reader and writer of it.

A build writes into a folder beside the target and swaps it in at the end, so a reader
never sees half a build and a failed build leaves the old results alone.

    values.parquet          every finished number, one row each (settings.VALUE_COLUMNS)
    choices.parquet         the distinct geography, indicator, period, group and kind
    areas.parquet           geography, area_code, area_name, approximate, note
    geometry/G.parquet      area_code, area_name, geometry (EPSG:27700)
    geometry/G.geojson.gz   the same, simplified as a coverage, for the page
    ledger.parquet          input, geography, outcome, how, rows
    coverage.parquet        dataset, local_authority, period, small areas, status
    clusters.parquet        what every small area is, by statistic, or why not
    autocorrelation.parquet whether the whole map clusters; refusals with their reason
    trends.parquet          class of every small area through time; change on the year
    estimates.parquet       every answer by area: weighted, smoothed, against the Force
    comparisons.parquet     home with visited places; group with group; with verdicts
    representation.parquet  who answered against who lives there; responses_needed and
                            evenness beside it
    weighting.parquet       how each survey was weighted, or why it was not
    disclosure.parquet      what was hidden of surveys, members and stops, and why
    postcodes.parquet       the area of every live postcode, by layer
    parents.parquet         the larger areas that every area is part of
    alike.parquet           the areas most like every area, or why there are none
    concentration.parquet   the 80-20 table, Gini, accuracy on held-out months
    manifest.json           what went in, with hashes; versions; notes
"""

from __future__ import annotations

import json
import math
import os
import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from geosafety.errors import InputError
from geosafety.settings import NUMBERS, VALUE_COLUMNS

CHOICES = ["geography", "indicator", "period", "compared_with", "group", "kind"]
ROW_GROUP = 10_000  # rows read for a view of some 1,700: more is slow, less is many
_TEXT = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [(c, pa.float64() if c in NUMBERS else _TEXT) for c in VALUE_COLUMNS]
)


class ValueWriter:
    """Append finished tables to `values.parquet`, one row group each.

    Memory then holds one table at a time, and a reader that asks for one indicator
    skips the row groups of the others.
    """

    def __init__(self, path: Path) -> None:
        self._writer = pq.ParquetWriter(path, SCHEMA, compression="zstd")
        self._choices_path = path.with_name("choices.parquet")
        self._choices: list[pd.DataFrame] = []

    def append(self, table: pd.DataFrame) -> None:
        """Write one table in the shape of `VALUE_COLUMNS`."""
        if table.empty:
            return
        # Neighbouring rows are then of one group and period, so that a reader of one
        # view of the small areas finds it in one row group or two.
        table = table.sort_values(["group", "period"], kind="stable", key=_as_text)
        arrow = pa.Table.from_pandas(
            table[list(VALUE_COLUMNS)], schema=SCHEMA, preserve_index=False
        )
        views = table.groupby(["group", "period"], sort=False).ngroup()
        for first, end in _cuts(views):
            self._writer.write_table(arrow.slice(first, end - first))
        seen = table[CHOICES].drop_duplicates()
        self._choices.append(seen.astype(dict.fromkeys(CHOICES, "str")))

    def __enter__(self) -> ValueWriter:
        """Open for appending."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file, and write the list of what there is to choose from."""
        self._writer.close()
        empty = pd.DataFrame(columns=CHOICES, dtype="str")
        choices = pd.concat([empty, *self._choices]).drop_duplicates()
        choices.to_parquet(self._choices_path, index=False)


def _as_text(column: pd.Series) -> pd.Series:
    """Sort categories by their texts: a row group is found by its first and last."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return column
    return column.cat.reorder_categories(sorted(column.cat.categories), ordered=True)


def _cuts(views: pd.Series) -> Iterator[tuple[int, int]]:
    """Yield the rows of each row group: as many whole views as fit, or part of one.

    Parameters
    ----------
    views
        For each row the number of its view; the rows of a view stand together.

    Examples
    --------
    >>> list(_cuts(pd.Series([0] * 12_000 + [1] * 5_000 + [2] * 4_000 + [3] * 3_000)))
    [(0, 10000), (10000, 17000), (17000, 24000)]
    """
    ends = [*(np.flatnonzero(np.diff(views)) + 1).tolist(), len(views)]
    first = 0
    for end, following in zip(ends, [*ends[1:], math.inf], strict=True):
        while end - first > ROW_GROUP:
            yield first, first + ROW_GROUP
            first += ROW_GROUP
        if following - first > ROW_GROUP:
            yield first, end
            first = end


@contextmanager
def write_results(folder: Path) -> Iterator[Path]:
    """Yield an empty folder to write into; swap it in when all went well.

    Parameters
    ----------
    folder
        Where the results are to stand. What stood there is replaced at the end, and
        only if it is a results folder (it holds a `manifest.json`) or empty.
    """
    if folder.exists() and not folder.is_dir():
        problem = f"{folder} is a file."
        raise InputError(problem, hint="Give a folder for the results.")
    occupied = folder.exists() and any(folder.iterdir())
    if occupied and not (folder / "manifest.json").exists():
        problem = f"{folder} holds other files and no earlier results."
        raise InputError(problem, hint="Give an empty or a new folder with --out.")
    fresh, old = _beside(folder, ".part"), _beside(folder, ".old")
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        (fresh / "geometry").mkdir(parents=True)
        yield fresh
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
    except OSError as error:
        problem = f"The results could not be written to {folder}: {error.strerror}."
        hint = "Check the space on the disk, and that no program has the folder open."
        raise InputError(problem, hint=hint) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _beside(folder: Path, ending: str) -> Path:
    folder = folder.resolve()
    return folder.with_name(folder.name + ending)


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write `manifest.json`, last, so that its presence means a whole build."""
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read what went into the results.

    Raises
    ------
    InputError
        There are no results in `folder`.
    """
    path = folder / "manifest.json"
    if not path.exists():
        problem = f"There are no results in {folder}."
        hint = "Run `geosafety demo`, or `geosafety build PROJECT --out DIR`, first."
        raise InputError(problem, hint=hint)
    manifest: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return manifest


def read_values(
    folder: Path, *, columns: Sequence[str] = VALUE_COLUMNS, **wanted: Sequence[str]
) -> pd.DataFrame:
    """Read finished numbers.

    Parameters
    ----------
    columns
        Those to return, out of `VALUE_COLUMNS`.
    wanted
        Of any text column the values to keep, as in `geography=["npu"]`; one that is
        left out or empty lets everything through.

    Returns
    -------
    DataFrame
        Text columns are categories with an empty string where there is nothing to say,
        numbers are floats with NaN where there is no number.
    """
    read_manifest(folder)
    return read_unfinished(folder, columns=columns, **wanted)


def read_unfinished(
    folder: Path, *, columns: Sequence[str] = VALUE_COLUMNS, **wanted: Sequence[str]
) -> pd.DataFrame:
    """Read values as `read_values` does, from a build that has no manifest yet."""
    frame: pd.DataFrame = read_arrow(folder, columns, **wanted).to_pandas()
    return frame


def read_arrow(
    folder: Path, columns: Sequence[str], **wanted: Sequence[str]
) -> pa.Table:
    """Read values as `read_values` does, as an Arrow table of dictionaries and floats.

    One view of the small areas lies in one or two row groups, which is all that is
    read then: a few milliseconds.
    """
    given = {column: set(names) for column, names in wanted.items() if names}
    with (folder / "values.parquet").open("rb") as source:
        held = _row_groups(source)
        file = pq.ParquetFile(source, metadata=held.metadata)
        parts = []
        for i in held.that_may_hold(given):
            open_ = held.not_settled(i, given)
            fields = [*dict.fromkeys([*columns, *open_])]
            group = file.read_row_group(i, fields, use_threads=not given)
            parts.append(_matching(group, open_).select(list(columns)))
    schema = pa.schema([SCHEMA.field(column) for column in columns])
    found = [part.cast(schema) for part in parts]
    whole = pa.concat_tables(found) if found else schema.empty_table()
    return whole.unify_dictionaries()


def _matching(table: pa.Table, given: dict[str, set[str]]) -> pa.Table:
    """Keep the rows with the values asked for, told by the columns' dictionaries."""
    kept = None
    for column, names in given.items():
        wanted = pa.array(sorted(names), pa.string())
        parts = table[column].chunks
        among = [pc.is_in(part.dictionary, wanted) for part in parts]
        if all(pc.all(one, min_count=0).as_py() for one in among):
            continue
        pairs = zip(among, parts, strict=True)
        mask = pa.chunked_array([pc.take(one, p.indices) for one, p in pairs])
        kept = mask if kept is None else pc.and_(kept, mask)
    return table if kept is None else table.filter(kept)


@dataclass(frozen=True)
class _RowGroups:
    """What `values.parquet` says of its row groups: the ends of every text column."""

    metadata: pq.FileMetaData
    ends: tuple[dict[str, tuple[str, str]], ...]

    def that_may_hold(self, given: dict[str, set[str]]) -> list[int]:
        """Return the row groups that may hold a row with the values asked for."""
        kept = list(range(len(self.ends)))
        for column, names in given.items():
            kept = [i for i in kept if _may_hold(self.ends[i].get(column), names)]
        return kept

    def not_settled(self, i: int, given: dict[str, set[str]]) -> dict[str, set[str]]:
        """Return what its ends leave open: a column of one value need not be read."""
        ends = self.ends[i]
        return {
            column: names
            for column, names in given.items()
            if column not in ends or ends[column][0] != ends[column][1]
        }


def _may_hold(ends: tuple[str, str] | None, names: set[str]) -> bool:
    return ends is None or any(ends[0] <= name <= ends[1] for name in names)


def _row_groups(source: BinaryIO) -> _RowGroups:
    # The open file's own identity, so that a build put in its place is another one.
    known = os.fstat(source.fileno())
    identity = (known.st_dev, known.st_ino, known.st_mtime_ns, known.st_size)
    with _lock:
        if identity not in _known_files:
            if len(_known_files) >= _MOST_FILES:
                _known_files.clear()
            _known_files[identity] = _read_row_groups(pq.read_metadata(source))
        return _known_files[identity]


_lock = threading.Lock()
_known_files: dict[tuple[int, int, int, int], _RowGroups] = {}
_MOST_FILES = 4


def _read_row_groups(metadata: pq.FileMetaData) -> _RowGroups:
    ends = []
    for i in range(metadata.num_row_groups):
        group = metadata.row_group(i)
        found = {}
        for column in CHOICES:
            known = group.column(SCHEMA.get_field_index(column)).statistics
            if known is not None and known.has_min_max:
                found[column] = known.min, known.max
        ends.append(found)
    return _RowGroups(metadata, tuple(ends))


def read_choices(folder: Path) -> pd.DataFrame:
    """List which geography, indicator, period and group there are values for."""
    read_manifest(folder)
    return pd.read_parquet(folder / "choices.parquet")


def read_areas(folder: Path) -> pd.DataFrame:
    """Read the list of areas of every geography."""
    read_manifest(folder)
    return pd.read_parquet(folder / "areas.parquet")


def read_geometry(folder: Path, geography: str) -> gpd.GeoDataFrame:
    """Read the polygons of one geography, indexed by `area_code`, in EPSG:27700."""
    read_manifest(folder)
    path = folder / "geometry" / f"{geography}.parquet"
    if not path.exists():
        problem = f"These results hold no {geography} layer."
        raise InputError(problem, hint="`geosafety areas` lists what there is.")
    return gpd.read_parquet(path).set_index("area_code")


def read_web_geometry(folder: Path, geography: str) -> bytes:
    """Read the gzipped GeoJSON (longitude, latitude) that the page draws."""
    read_geometry_path = folder / "geometry" / f"{geography}.geojson.gz"
    return read_geometry_path.read_bytes()


def write_table(folder: Path, name: str, tables: list[pd.DataFrame]) -> None:
    """Write one of the smaller tables; with nothing in it where there is nothing."""
    whole = [table for table in tables if len(table)]
    table = pd.concat(whole, ignore_index=True) if whole else pd.DataFrame()
    for column in table:
        if not pd.api.types.is_numeric_dtype(table[column]):
            table[column] = table[column].fillna("").astype("str")
    path = folder / f"{name}.parquet"
    table.to_parquet(path, index=False, compression="zstd", row_group_size=ROW_GROUP)


def write_stream(
    folder: Path, name: str, tables: Iterable[pd.DataFrame], columns: Mapping[str, bool]
) -> None:
    """Write a large table part by part, so that it never stands whole in memory.

    Parameters
    ----------
    columns
        The columns in order, and whether each is text; the others are numbers.
    """
    schema = pa.schema(
        [
            (column, _TEXT if is_text else pa.float64())
            for column, is_text in columns.items()
        ]
    )
    words = [column for column, is_text in columns.items() if is_text]
    path = folder / f"{name}.parquet"
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for table in tables:
            plain = table[list(columns)].fillna(dict.fromkeys(words, ""))
            arrow = pa.Table.from_pandas(
                plain.astype(dict.fromkeys(words, "category")),
                schema=schema,
                preserve_index=False,
            )
            writer.write_table(arrow, row_group_size=ROW_GROUP)


def read_table(folder: Path, name: str, **wanted: str) -> pd.DataFrame:
    """Read one of the smaller tables: `ledger`, `coverage`, `clusters`, ...

    Parameters
    ----------
    wanted
        Of any column the value to keep, as in `geography="npu"`. A table that has no
        such column, because nothing stood in it, has no such row.
    """
    read_manifest(folder)
    path = folder / f"{name}.parquet"
    if set(wanted) - set(pq.read_schema(path).names):
        return pd.read_parquet(path).iloc[:0]
    filters = [(column, "==", value) for column, value in wanted.items()]
    return pd.read_parquet(path, filters=filters or None)


def as_lists(table: pa.Table) -> dict[str, list[Any]]:
    """Turn an Arrow table of values into a list for each column."""
    found = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        whole = column.combine_chunks()
        if pa.types.is_dictionary(column.type):
            words = whole.dictionary.to_pylist()
            codes = whole.indices.to_numpy().tolist()
            found[name] = [words[code] for code in codes]
        else:
            found[name] = whole.to_numpy(zero_copy_only=False).tolist()
    return found


def as_text(frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Turn category columns into plain text, for writers that know no categories."""
    return frame.astype({c: "str" for c in columns if c in frame})
