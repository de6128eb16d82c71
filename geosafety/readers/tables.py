"""Open whatever table people send: CSV of any encoding and separator, Parquet, Excel.

Everything arrives as text, in chunks, with the row number that a person sees in the
file (the first row under the heading is 2, and a blank line counts as one), so that a
rejected row can be found again.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterator, Sized
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from geosafety.errors import InputError, nearest
from geosafety.tidy import REJECT_COLUMNS, FileRecord

CHUNK_ROWS = 500_000
# A table of many columns is read in fewer rows at once: text of so many cells is held.
CHUNK_CELLS = 5_000_000
_SEPARATORS = ",;\t|"
# Fields read past the last heading, to see whether anything stands in them.
_BEYOND = 4
_BLOCK = 1 << 20
csv.field_size_limit(1 << 30)  # a comment may be longer than the module's default
_THOUSANDS = r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?"
_MONTH = r"((?:19|20)\d{2}-(?:0[1-9]|1[0-2]))(?:-\d{2}(?:[ T].*)?)?"


@dataclass(frozen=True)
class Chunk:
    """Some rows of a file: text columns indexed by row number, and unreadable rows."""

    frame: pd.DataFrame
    rejects: pd.DataFrame


@dataclass(frozen=True)
class _Layout:
    """How a text file is written, found from its first rows."""

    separator: str
    headings: list[str]
    row: int  # the number of the heading row
    ahead: str  # text that was read past it


class _Text(io.TextIOWrapper):
    """A text file without the NUL bytes of broken exports; `ahead` is read first."""

    ahead = ""

    def read(self, size: int | None = -1, /) -> str:
        if self.ahead:
            text, self.ahead = self.ahead, ""
            return text
        while text := super().read(size):
            if clean := text.replace("\0", ""):
                return clean
        return ""

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
        while line := super().readline(size):
            if clean := line.replace("\0", ""):
                return clean
        return ""


def sha256(path: Path) -> str:
    """Return the hash of a file, for the manifest."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def new_file(path: Path, earlier: list[FileRecord]) -> str:
    """Return a file's hash; the very same file twice in one input is an error.

    Raises
    ------
    InputError
        Another file of the input has the same bytes, and rows in them.
    """
    digest = sha256(path)
    for other in earlier:
        if other.sha256 == digest and other.rows:
            problem = f"{path.name} and {other.name} are the same file."
            hint = "Each of its rows would count twice: leave one out."
            raise InputError(problem, hint=hint)
    return digest


def read_table(path: Path, columns: dict[str, str]) -> Iterator[Chunk]:
    """Read a file's wanted columns as text, chunk by chunk; at least one chunk comes.

    A row with nothing in any column is no row. One with more fields than the heading
    is rejected; so is a heading line repeated inside the file. A row that is too short
    has missing cells at its end.

    Parameters
    ----------
    path
        A `.parquet`, `.xlsx` or `.xlsm` file; anything else is read as delimited text.
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
    read = {"parquet": _read_parquet, "excel": _read_excel, "text": _read_text}
    with _readable(path):
        yield from read[_kind(path)](path, columns)


def read_headings(path: Path) -> list[str]:
    """Return the headings of a table."""
    with _readable(path):
        if _kind(path) == "parquet":
            return list(pq.read_schema(path).names)
        if _kind(path) == "excel":
            return _excel(path)[0]
        with _open(path) as file:
            return _layout(file, path).headings


def _kind(path: Path) -> str:
    kinds = {".parquet": "parquet", ".xlsx": "excel", ".xlsm": "excel", ".xls": "excel"}
    return kinds.get(path.suffix.lower(), "text")


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn whatever a library says of a broken file into one sentence about it."""
    try:
        yield
    except (OSError, ValueError, ImportError, csv.Error, pa.ArrowException) as error:
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        problem = f"{path.name} cannot be read: {said.rstrip('.')}."
        hint = "Is it whole, and of the kind it says?"
        raise InputError(problem, hint=hint) from error


def find_encoding(path: Path) -> str:
    """Tell a text file's encoding: its mark, else UTF-8 if it is, else Windows-1252."""
    with path.open("rb") as file:
        start = file.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if start.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        # Every other byte of plain letters in UTF-16 is NUL, with a mark or without.
        if len(start) == 4 and start[1::2] == b"\0\0" and b"\0" not in start[::2]:
            return "utf-16-le"
        decoder = codecs.getincrementaldecoder("utf-8")()
        file.seek(0)
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def need_columns(path: Path, headings: list[str], columns: dict[str, str]) -> None:
    """Raise unless every wanted heading stands there once; the hint names the nearest.

    Raises
    ------
    InputError
        A heading is not there, or more than once.
    """
    for name, heading in columns.items():
        if heading not in headings:
            problem = f"{path.name} has no column {heading!r} (wanted as {name})."
            hint = nearest(heading, list(dict.fromkeys(filter(None, headings))))
            raise InputError(problem, hint=hint)
        if headings.count(heading) > 1:
            problem = f"{path.name} has more than one column {heading!r}."
            raise InputError(problem, hint="Rename all but the one that is meant.")


def _open(path: Path) -> _Text:
    encoding = find_encoding(path)
    # A byte that the encoding does not know spoils its cell, and not the file.
    return _Text(path.open("rb"), encoding=encoding, errors="replace", newline="")


def _layout(file: _Text, path: Path) -> _Layout:
    """Read as far as the heading, and the row after it to know the separator by."""
    number, separator = 1, ""
    while heading := _record(file):
        if named := re.fullmatch(r"sep=(.)", heading.strip(), re.IGNORECASE):
            separator = named[1]  # a line that Excel writes and reads, and hides
        elif heading.strip(_SEPARATORS + " \r\n"):
            break
        number += 1
    if not heading:
        problem = f"{path.name} is empty."
        raise InputError(problem, hint="Was it saved whole?")
    ahead = _record(file)
    separator = separator or _separator(heading, ahead)
    headings = [" ".join(h.split()) for h in _cells(heading, separator)]
    return _Layout(separator, headings, number, ahead)


def _record(file: _Text) -> str:
    """Read one line, or more where a quoted cell runs over the end of it."""
    text = file.readline()
    for _ in range(100):
        if text.count('"') % 2 == 0 or not (more := file.readline()):
            break
        text += more
    return text


def _separator(heading: str, row: str) -> str:
    """Choose the separator that cuts the heading and the first row alike, and most."""

    def fit(separator: str) -> tuple[bool, int]:
        wide = len(_cells(heading, separator))
        return wide > 1 and wide == len(_cells(row, separator)), wide

    return max(_SEPARATORS, key=fit)


def _cells(text: str, separator: str) -> list[str]:
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])


def _read_text(path: Path, columns: dict[str, str]) -> Iterator[Chunk]:
    with _open(path) as file:
        layout = _layout(file, path)
        need_columns(path, layout.headings, columns)
        at = {name: layout.headings.index(h) for name, h in columns.items()}
        width = len(layout.headings)
        beyond = list(range(width, width + _BEYOND))
        # The parser takes its width from the first line: one of separators alone
        # stands where the heading was, so that fields past the last are seen.
        wide = layout.separator * (width + _BEYOND - 1)
        file.ahead = f"{wide}\n{layout.ahead}"
        reader = pd.read_csv(
            file,
            sep=layout.separator,
            dtype="str",
            header=None,
            names=list(range(width + _BEYOND)),
            usecols=sorted({*at.values(), *beyond}),
            index_col=False,
            keep_default_na=False,
            na_values=[""],
            skip_blank_lines=False,
            chunksize=_rows_at_once(at),
        )
        blank: set[int] | None = None
        for chunk in _chunks(reader, path, layout):
            frame = _renamed(chunk, at)
            nothing = frame.isna().all(axis=1) & chunk[beyond].isna().all(axis=1)
            if nothing.any():
                blank = _blank_rows(path, layout) if blank is None else blank
                rows = ~(nothing & frame.index.isin(blank))
                frame, chunk = frame[rows], chunk[rows]
            yield _sorted_out(path, frame, chunk[beyond], columns)


def _rows_at_once(columns: Sized) -> int:
    return max(1, min(CHUNK_ROWS, CHUNK_CELLS // max(1, len(columns))))


def _chunks(
    reader: Iterator[pd.DataFrame], path: Path, layout: _Layout
) -> Iterator[pd.DataFrame]:
    """Give the rows their numbers; the line that stands for the heading is none."""
    try:
        for chunk in reader:
            chunk.index = chunk.index + layout.row
            yield chunk[chunk.index > layout.row]
    except pd.errors.ParserError as error:
        found = re.search(r"EOF inside string starting at row (\d+)", str(error))
        if not found:
            raise
        row = int(found[1]) + layout.row
        problem = f"{path.name}: a quotation mark opened in row {row} is never closed."
        hint = "Close it, or take it out; all that follows is inside it."
        raise InputError(problem, hint=hint) from None


def _blank_rows(path: Path, layout: _Layout) -> set[int]:
    """Find the numbers of rows with nothing in any column, unwanted ones included."""
    with _open(path) as file:
        rows = enumerate(csv.reader(file, delimiter=layout.separator), start=1)
        return {number for number, row in rows if not any(map(str.strip, row))}


def _sorted_out(
    path: Path, frame: pd.DataFrame, beyond: pd.DataFrame, columns: dict[str, str]
) -> Chunk:
    """Take out rows with too many fields, and headings repeated inside the file."""
    rejects = [_no_rows()]
    spare = beyond.apply(lambda column: column.str.strip().fillna(""))
    long = (spare != "").any(axis=1)
    if long.any():
        told = spare[long].agg(" ".join, axis=1).str.strip()
        reason = "more fields than the heading has"
        rejects.append(reject(told, file=path.name, column="", reason=reason))
    again = ~long & bool(columns)
    for name, heading in columns.items():
        again &= (frame[name] == heading).fillna(value=False)
    if again.any():
        name, heading = next(iter(columns.items()))
        reason = "heading line repeated inside the file"
        rejects.append(
            reject(
                frame.loc[again, name], file=path.name, column=heading, reason=reason
            )
        )
    return Chunk(frame[~(long | again)], join_rejects(rejects))


def _read_parquet(path: Path, columns: dict[str, str]) -> Iterator[Chunk]:
    with pq.ParquetFile(path) as file:
        need_columns(path, list(file.schema_arrow.names), columns)
        wanted = list(dict.fromkeys(columns.values()))
        start = 2
        rows = _rows_at_once(wanted)
        batches = file.iter_batches(batch_size=rows, columns=wanted)
        for batch in batches:
            text = {
                name: pd.Series(_as_text(batch.column(heading)), dtype="str")
                for name, heading in columns.items()
            }
            index = pd.RangeIndex(start, start + len(batch))
            frame = pd.DataFrame(text).set_axis(index) if text else None
            start += len(batch)
            frame = pd.DataFrame(index=index) if frame is None else frame
            yield Chunk(_renamed(frame, {name: name for name in columns}), _no_rows())
        if start == 2:
            yield Chunk(pd.DataFrame(columns=list(columns), dtype="str"), _no_rows())


def _as_text(column: pa.Array) -> pa.Array:
    """Write typed cells as a person would: 5 and not 5.0, and nothing for no number."""
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), None, column)
    return column.cast(pa.string())


def _excel(path: Path) -> tuple[list[str], pd.DataFrame]:
    """Read the first sheet: its headings, and its rows by number."""
    try:
        sheet = pd.read_excel(
            path, header=None, dtype="str", keep_default_na=False, na_values=[""]
        )
    except ImportError as error:
        problem = f"{path.name} is of an old kind of Excel file."
        raise InputError(problem, hint="Save it as .xlsx or .csv.") from error
    except Exception as error:  # openpyxl lets through whatever the archive raises
        problem = f"{path.name} cannot be read as an Excel file: {error}."
        raise InputError(problem, hint="Save it again as .xlsx.") from error
    sheet.index = sheet.index + 1
    sheet = sheet[sheet.notna().any(axis=1)]
    if sheet.empty:
        problem = f"{path.name} is empty."
        raise InputError(problem, hint="The table must stand on its first sheet.")
    headings = [" ".join(str(h).split()) for h in sheet.iloc[0].fillna("")]
    return headings, sheet.iloc[1:]


def _read_excel(path: Path, columns: dict[str, str]) -> Iterator[Chunk]:
    headings, sheet = _excel(path)
    need_columns(path, headings, columns)
    at = {name: headings.index(heading) for name, heading in columns.items()}
    none = pd.DataFrame(index=sheet.index)
    yield _sorted_out(path, _renamed(sheet, at), none, columns)


def _renamed(frame: pd.DataFrame, at: dict[str, int] | dict[str, str]) -> pd.DataFrame:
    """Name the columns as we do; trim the blanks that people type around text."""
    named = {ours: frame[theirs].str.strip() for ours, theirs in at.items()}
    whole = pd.DataFrame(named, index=frame.index)
    return whole.where(whole != "")


def to_number(text: pd.Series) -> pd.Series:
    """Turn text into numbers; what is none, or is not finite, becomes missing.

    Examples
    --------
    >>> to_number(pd.Series(["23,040", "1,5", "7", None])).tolist()
    [23040.0, nan, 7.0, nan]
    """

    def numbers(distinct: pd.Series) -> pd.Series:
        grouped = distinct.str.fullmatch(_THOUSANDS)
        plain = distinct.mask(grouped, distinct.str.replace(",", "", regex=False))
        number = pd.to_numeric(plain, errors="coerce").astype("float64")
        return number.where(number.abs() != float("inf"))

    return _by_distinct(text, numbers)


def to_month(text: pd.Series) -> pd.Series:
    """Take the month of `2022-03`, `2022-03-31` or a stamp; anything else is missing.

    Examples
    --------
    >>> to_month(pd.Series(["2022-03-31", "2022-13", "03/2022"])).tolist()
    ['2022-03', nan, nan]
    """

    def months(distinct: pd.Series) -> pd.Series:
        return distinct.str.extract(f"^{_MONTH}$", expand=False)

    return _by_distinct(text, months)


def _by_distinct(
    text: pd.Series, convert: Callable[[pd.Series], pd.Series]
) -> pd.Series:
    """Convert each distinct text once: columns of millions hold few of them."""
    number, distinct = pd.factorize(text.astype("str"))
    converted = convert(pd.Series(distinct, dtype="str"))
    return converted.reindex(number).set_axis(text.index)


def _no_rows() -> pd.DataFrame:
    return pd.DataFrame(columns=list(REJECT_COLUMNS))


def join_rejects(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Put rejects together, in order; none give an empty frame."""
    some = [part for part in parts if len(part)]
    return pd.concat(some, ignore_index=True) if some else _no_rows()


def reject(values: pd.Series, *, file: str, column: str, reason: str) -> pd.DataFrame:
    """Describe rows as rejects: `values` holds what was wrong, by row number."""
    return pd.DataFrame(
        {
            "file": file,
            "row": values.index,
            "column": column,
            "value": values.astype("object").where(values.notna(), "").to_numpy(),
            "reason": reason,
        }
    )
