"""Open whatever table people send: CSV of any encoding and separator, Parquet, Excel.

Everything arrives as text, in chunks, with the row number that a person sees in the
file (the first row under the heading is 2), so that a rejected row can be found again.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from geosafety.errors import InputError, nearest
from geosafety.tidy import REJECT_COLUMNS

CHUNK_ROWS = 500_000
_SEPARATORS = ",;\t|"


@dataclass(frozen=True)
class Chunk:
    """Some rows of a file: text columns indexed by row number, and unreadable rows."""

    frame: pd.DataFrame
    rejects: pd.DataFrame


def sha256(path: Path) -> str:
    """Return the hash of a file, for the manifest."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_table(path: Path, columns: dict[str, str]) -> Iterator[Chunk]:
    """Read a file's wanted columns as text, chunk by chunk.

    Parameters
    ----------
    path
        A `.parquet`, `.xlsx` or `.xls` file; anything else is read as delimited text.
    columns
        The file's heading for each of our names.

    Yields
    ------
    Chunk
        Columns by our names; blank and missing cells are missing.

    Raises
    ------
    InputError
        The file cannot be read, is empty, or lacks a heading.
    """
    try:
        if path.suffix == ".parquet":
            yield from _read_parquet(path, columns)
        elif path.suffix in (".xlsx", ".xlsm", ".xls"):
            yield from _read_excel(path, columns)
        else:
            yield from _read_text(path, columns)
    except (OSError, ValueError, UnicodeError) as error:
        problem = f"{path.name} cannot be read: {str(error).splitlines()[0]}."
        raise InputError(
            problem, hint="Is it whole, and of the kind it says?"
        ) from error


def read_headings(path: Path) -> list[str]:
    """Return the headings of a table."""
    if path.suffix == ".parquet":
        return list(pq.read_schema(path).names)
    if path.suffix in (".xlsx", ".xlsm", ".xls"):
        return [str(c).strip() for c in pd.read_excel(path, nrows=0).columns]
    encoding = find_encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline()
    if not first.strip():
        problem = f"{path.name} is empty."
        raise InputError(problem, hint="Was it saved whole?")
    return [h.strip() for h in next(csv.reader([first], delimiter=_separator(first)))]


def find_encoding(path: Path) -> str:
    """Tell a text file's encoding: its mark, else UTF-8 if it is, else Windows-1252."""
    with path.open("rb") as file:
        start = file.read(4)
        if start.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        if start.startswith(b"\xef\xbb\xbf"):
            return "utf-8-sig"
        file.seek(0)
        try:
            while block := file.readline(1 << 20):
                block.decode("utf-8")
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _separator(heading: str) -> str:
    return max(_SEPARATORS, key=heading.count)


def need_columns(path: Path, headings: list[str], columns: dict[str, str]) -> None:
    """Raise unless every wanted heading is there; the hint names the nearest one."""
    for name, heading in columns.items():
        if heading not in headings:
            problem = f"{path.name} has no column {heading!r} (wanted as {name})."
            raise InputError(problem, hint=nearest(heading, headings))


def _read_text(path: Path, columns: dict[str, str]) -> Iterator[Chunk]:
    headings = read_headings(path)
    need_columns(path, headings, columns)
    encoding = find_encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        separator = _separator(file.readline())
    last = 1
    try:
        reader = pd.read_csv(
            path,
            sep=separator,
            encoding=encoding,
            encoding_errors="replace",
            dtype="str",
            header=0,
            names=headings,
            usecols=list(dict.fromkeys(columns.values())),
            keep_default_na=False,
            na_values=[""],
            chunksize=CHUNK_ROWS,
            skip_blank_lines=True,
        )
        for chunk in reader:
            chunk.index = chunk.index + 2
            last = int(chunk.index[-1])
            yield Chunk(_renamed(chunk, columns), _no_rows())
    except pd.errors.ParserError:
        yield _read_ragged(path, columns, headings, separator, after=last)


def _read_ragged(
    path: Path,
    columns: dict[str, str],
    headings: list[str],
    separator: str,
    *,
    after: int,
) -> Chunk:
    """Read the rest of a file in which a row has too many fields, row by row."""
    rows: dict[int, list[str]] = {}
    rejects: list[tuple[str, int, str, str, str]] = []
    with path.open(encoding=find_encoding(path), errors="replace", newline="") as file:
        filled = (row for row in csv.reader(file, delimiter=separator) if row)
        for number, row in enumerate(filled, start=1):
            if number <= after:
                continue
            if len(row) > len(headings):
                reason = f"{len(row)} fields where the heading has {len(headings)}"
                rejects.append(
                    (path.name, number, "", separator.join(row)[:200], reason)
                )
            else:
                rows[number] = row + [""] * (len(headings) - len(row))
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=headings, dtype="str")
    frame = frame.where(frame != "")
    return Chunk(
        _renamed(frame, columns), pd.DataFrame(rejects, columns=list(REJECT_COLUMNS))
    )


def _read_parquet(path: Path, columns: dict[str, str]) -> Iterator[Chunk]:
    file = pq.ParquetFile(path)
    need_columns(path, list(file.schema_arrow.names), columns)
    start = 2
    wanted = list(dict.fromkeys(columns.values()))
    for batch in file.iter_batches(batch_size=CHUNK_ROWS, columns=wanted):
        frame = batch.to_pandas()
        frame.index = pd.RangeIndex(start, start + len(frame))
        start += len(frame)
        text = frame.astype("str").where(frame.notna())
        yield Chunk(_renamed(text, columns), _no_rows())


def _read_excel(path: Path, columns: dict[str, str]) -> Iterator[Chunk]:
    frame = pd.read_excel(path, dtype="str", keep_default_na=False, na_values=[""])
    frame.columns = [str(c).strip() for c in frame.columns]
    need_columns(path, list(frame.columns), columns)
    frame.index = frame.index + 2
    yield Chunk(_renamed(frame, columns), _no_rows())


def _renamed(frame: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    """Name the columns as we do; trim the blanks that people type around text."""
    named = {ours: frame[theirs].str.strip() for ours, theirs in columns.items()}
    whole = pd.DataFrame(named, index=frame.index)
    return whole.where(whole != "")


def _no_rows() -> pd.DataFrame:
    return pd.DataFrame(columns=list(REJECT_COLUMNS))


def reject(
    frame: pd.DataFrame, bad: pd.Series, *, file: str, column: str, reason: str
) -> pd.DataFrame:
    """Describe the rows of `frame` where `bad` is true as rejects."""
    rows = frame[bad]
    value = rows[column] if column in rows else pd.Series("", index=rows.index)
    return pd.DataFrame(
        {
            "file": file,
            "row": rows.index,
            "column": column,
            "value": value.fillna("").to_numpy(),
            "reason": reason,
        }
    )
