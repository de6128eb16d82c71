"""Every error geosafety raises on purpose.

A message says what is wrong, where, the first example, and what to do next.
Anything else that reaches the user is a bug.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class GeosafetyError(Exception):
    """Base class, so that the command line and the app can catch one thing.

    Parameters
    ----------
    problem
        One sentence in plain words, with the offending value in it.
    hint
        What the reader can do about it.
    """

    def __init__(self, problem: str, *, hint: str = "") -> None:
        self.problem = problem
        self.hint = hint
        super().__init__(f"{problem}\n  Hint: {hint}" if hint else problem)


class CatalogError(GeosafetyError):
    """A catalogue entry is missing, unknown or wrong."""


class InputError(GeosafetyError):
    """A project file or an input table is not what it should be."""


class BoundaryError(GeosafetyError):
    """A boundary layer is missing, misprojected or has unusable codes."""


class MethodError(GeosafetyError):
    """A method was asked for where it means nothing."""


def nearest(wrong: str, known: Iterable[str]) -> str:
    """Return a hint that names the nearest right spelling, or all of them.

    Examples
    --------
    >>> nearest("colums", ["columns", "files"])
    'Did you mean "columns"?'
    >>> nearest("zzz", ["columns", "files"])
    'Known: columns, files.'
    """
    names = [str(name) for name in known]
    if close := get_close_matches(wrong, names, n=1, cutoff=0.6):
        return f'Did you mean "{close[0]}"?'
    return f"Known: {', '.join(names)}."
