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
    concentration.parquet   the 80-20 table, Gini, accuracy on held-out months
    manifest.json           what went in, with hashes; versions; notes
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from geosafety.errors import InputError
from geosafety.settings import NUMBERS, VALUE_COLUMNS

CHOICES = ["geography", "indicator", "period", "compared_with", "group", "kind"]
ROW_GROUP = 25_000
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
        # view finds it in few row groups.
        table = table.sort_values(["group", "period"], kind="stable")
        arrow = pa.Table.from_pandas(
            table[list(VALUE_COLUMNS)], schema=SCHEMA, preserve_index=False
        )
        self._writer.write_table(arrow, row_group_size=ROW_GROUP)
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
    folder: Path,
    *,
    geography: Sequence[str] = (),
    indicator: Sequence[str] = (),
    period: Sequence[str] = (),
    group: Sequence[str] = (),
    area_code: Sequence[str] = (),
) -> pd.DataFrame:
    """Read finished numbers; a filter that is left out lets everything through.

    Returns
    -------
    DataFrame
        `VALUE_COLUMNS`; text columns are categories with an empty string where there
        is nothing to say, numbers are floats with NaN where there is no number.
    """
    read_manifest(folder)
    return read_unfinished(
        folder,
        geography=geography,
        indicator=indicator,
        period=period,
        group=group,
        area_code=area_code,
    )


def read_unfinished(  # noqa: PLR0913
    folder: Path,
    *,
    geography: Sequence[str] = (),
    indicator: Sequence[str] = (),
    period: Sequence[str] = (),
    group: Sequence[str] = (),
    area_code: Sequence[str] = (),
) -> pd.DataFrame:
    """Read values as `read_values` does, from a build that has no manifest yet."""
    wanted = {
        "geography": geography,
        "indicator": indicator,
        "period": period,
        "group": group,
        "area_code": area_code,
    }
    given = {column: set(names) for column, names in wanted.items() if names}
    with pq.ParquetFile(folder / "values.parquet") as file:
        groups = [i for i in range(file.num_row_groups) if _may_hold(file, i, given)]
        table = file.read_row_groups(groups)
    for column, names in given.items():
        keep = pc.is_in(table[column].cast(pa.string()), pa.array(sorted(names)))
        table = table.filter(keep)
    frame: pd.DataFrame = table.unify_dictionaries().to_pandas()
    return frame.reset_index(drop=True)


def _may_hold(file: pq.ParquetFile, number: int, given: dict[str, set[str]]) -> bool:
    """Tell by a row group's least and greatest values whether to read it at all."""
    group = file.metadata.row_group(number)
    for column, names in given.items():
        known = group.column(SCHEMA.get_field_index(column)).statistics
        if known is None or not known.has_min_max:
            continue
        if not any(known.min <= name <= known.max for name in names):
            return False
    return True


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
    table.to_parquet(folder / f"{name}.parquet", index=False, compression="zstd")


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


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """Read one of the smaller tables: `ledger`, `coverage`, `clusters`, ..."""
    read_manifest(folder)
    return pd.read_parquet(folder / f"{name}.parquet")


def as_text(frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Turn category columns into plain text, for writers that know no categories."""
    return frame.astype({c: "str" for c in columns if c in frame})
