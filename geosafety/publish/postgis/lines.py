"""Rows as PostgreSQL's COPY reads them: one line a row, a mark for no value. PURE.

PostgreSQL documentation, SQL commands, COPY, "Text Format". A number is written as the
shortest text that gives it back to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geosafety.errors import InputError

_ROWS = 100_000  # that are turned into text together
_ESCAPES = (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))


def copy_lines(table: pd.DataFrame, *, name: str) -> Iterator[bytes]:
    r"""Write a table as lines for COPY, many rows at a time.

    Parameters
    ----------
    table
        Text, numbers and truth values; NaN and None become no value, "" stays "".
    name
        What the table is called, for messages.

    Raises
    ------
    InputError
        A text holds the character NUL, which PostgreSQL cannot keep.

    Examples
    --------
    >>> table = pd.DataFrame({"name": ["Hall", ""], "value": [0.1, None]})
    >>> for line in b"".join(copy_lines(table, name="t")).splitlines():
    ...     print(line.decode().split(chr(9)))
    ['Hall', '0.1']
    ['', '\\N']
    """
    for start in range(0, len(table), _ROWS):
        part = table.iloc[start : start + _ROWS]
        columns = [_texts(part[column], name) for column in part]
        lines = pc.binary_join_element_wise(
            *columns, "\t", null_handling="replace", null_replacement="\\N"
        )
        yield "\n".join([*lines.to_pylist(), ""]).encode()


def _texts(cells: pd.Series, name: str) -> pa.Array:
    array = pa.array(cells, from_pandas=True)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_dictionary(array.type):  # a name stands in many rows
        words = _escaped(array.dictionary.cast(pa.string()), cells, name)
        return words.take(array.indices)
    if pa.types.is_floating(array.type) or pa.types.is_integer(array.type):
        return array.cast(pa.string())
    return _escaped(array.cast(pa.string()), cells, name)


def _escaped(texts: pa.Array, cells: pd.Series, name: str) -> pa.Array:
    if pc.any(pc.match_substring(texts, "\0")).as_py():
        problem = f"A {cells.name} of the table {name} holds the character NUL."
        first = next(text for text in texts.to_pylist() if text and "\0" in text)
        hint = f"PostgreSQL cannot keep it. Take it out of {first!r} in the input."
        raise InputError(problem, hint=hint)
    for plain, escaped in _ESCAPES:
        texts = pc.replace_substring(texts, plain, escaped)
    return texts


def multipolygons(shapes: np.ndarray, epsg: int) -> list[str]:
    """Write polygons as the hexadecimal EWKB of multipolygons, as PostGIS reads them.

    Parameters
    ----------
    shapes
        Polygons and multipolygons; corners are kept to the last bit.
    epsg
        The number of their projection.
    """
    whole = [
        shapely.multipolygons([shape]) if shape.geom_type == "Polygon" else shape
        for shape in shapes
    ]
    marked = shapely.set_srid(np.asarray(whole, dtype=object), epsg)
    return list(shapely.to_wkb(marked, hex=True, include_srid=True))
