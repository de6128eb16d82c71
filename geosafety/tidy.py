"""The tidy form that every reader returns and every step after it takes.

A row knows only the number of its place; the distinct places stand once in a frame of
their own. police.uk points are snapped, so a million crimes have some ten thousand
places, and only those are ever joined to areas.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

# What a place may be known by. All but the first two are text, missing where unknown.
PLACE_COLUMNS = (
    "longitude",  # degrees, or easting in metres where `grid` is true
    "latitude",
    "grid",  # true: the two are British National Grid metres
    "code",  # an area code (or a name that the reader turned into one)
    "level",  # which geography the code belongs to
    "postcode",
    "force",  # the force that reported it, as the file says
    "outside",  # true: the row says that it is outside the force area
)
REJECT_COLUMNS = ("file", "row", "column", "value", "reason")


@dataclass(frozen=True)
class FileRecord:
    """One input file: its name, its hash, and the rows it held."""

    name: str
    sha256: str
    rows: int


# The code of a respondent who chose no option.
BLANK = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """Who chose which option of one question.

    Attributes
    ----------
    options
        The options in order.
    codes
        By respondent: the number of the option or `BLANK`, shape (respondents,); where
        several may be chosen, true and false, shape (respondents, options).
    base
        By respondent: who counts in the base; all who chose an option do.
    demographic
        Whether it asks about the respondent.
    not_stated
        The options that say nothing of the respondent, such as "Prefer not to say".
    bands
        For a demographic question, which band that surveys share each option is in;
        empty where it is in none.
    """

    options: tuple[str, ...]
    codes: np.ndarray
    base: np.ndarray
    demographic: bool = False
    not_stated: tuple[str, ...] = ()
    bands: dict[str, str] = field(default_factory=dict)

    @property
    def several(self) -> bool:
        """Whether more than one option may be chosen."""
        return self.codes.ndim == 2

    def chose(self, *options: str) -> np.ndarray:
        """Tell who chose any of some options.

        Examples
        --------
        >>> said = Answers(
        ...     options=("Yes", "No"),
        ...     codes=np.array([0, 1, BLANK]),
        ...     base=np.array([True, True, False]),
        ... )
        >>> said.chose("No").tolist()
        [False, True, False]
        """
        wanted = [self.options.index(option) for option in options]
        if self.several:
            return np.asarray(self.codes[:, wanted].any(axis=1))
        return np.isin(self.codes, wanted)

    def banded(self) -> Answers:
        """Put the options of a question of one answer into their bands.

        Who chose an option that is in none has stated nothing.
        """
        named = [self.bands.get(option, "") for option in self.options]
        options = tuple(dict.fromkeys(filter(None, named)))
        number = [options.index(band) if band else BLANK for band in named]
        codes = np.array([*number, BLANK])[self.codes]
        base = codes != BLANK
        return Answers(options=options, codes=codes, base=base, demographic=True)


@dataclass(frozen=True, kw_only=True)
class Observations:
    """One input, read: its places, its rows by place, and what was rejected.

    Attributes
    ----------
    places
        One row per distinct place, numbered from 0, with `PLACE_COLUMNS`.
    rows
        `place`, `rows` (how many input rows) and `n` (how much they count), and what
        else the dataset knows: `period`, `group`, a denominator, a respondent.
    rejects
        One row per rejected input row, with `REJECT_COLUMNS`.
    vintage
        The vintage of the codes, where the input says.
    denominator_vintage
        The vintage of the residents that came with it, such as mid-2020.
    answers
        Surveys only: by measure, who chose which option. Respondents are numbered from
        0; `rows` has theirs in `respondent`.
    weeks
        Surveys only: the Monday of the week in which each respondent answered.
    design
        Surveys only: the design weight of each respondent, above 0, if there are any.
    totals
        Rasters of residents only: by layer, `n` and `complete` by area.
    """

    dataset: str
    name: str
    kind: str
    source: str
    places: pd.DataFrame
    rows: pd.DataFrame
    rejects: pd.DataFrame
    files: tuple[FileRecord, ...]
    vintage: str = ""
    denominator_vintage: str = ""
    notes: tuple[str, ...] = ()
    survey: str = ""
    role: str = ""
    answers: dict[str, Answers] = field(default_factory=dict)
    weeks: Answers | None = None
    design: np.ndarray | None = None
    totals: dict[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def rows_in(self) -> int:
        """Rows that the input held: those that went on and those rejected."""
        return int(self.rows["rows"].sum()) + len(self.rejects)


def no_rejects() -> pd.DataFrame:
    """Return an empty frame of rejects."""
    return pd.DataFrame({c: pd.Series(dtype="object") for c in REJECT_COLUMNS})


def number_places(
    frame: pd.DataFrame, columns: list[str]
) -> tuple[pd.Series, pd.DataFrame]:
    """Give each distinct combination of `columns` a number, missing values included.

    Returns
    -------
    Series, DataFrame
        The place number of each row of `frame`, and the distinct places in that order.

    Examples
    --------
    >>> frame = pd.DataFrame({"code": ["B", "A", "B"]})
    >>> number, places = number_places(frame, ["code"])
    >>> number.tolist(), places["code"].tolist()
    ([0, 1, 0], ['B', 'A'])
    """
    number = frame.groupby(columns, dropna=False, sort=False, observed=True).ngroup()
    # The places are read off the numbers, so that the two cannot disagree.
    _, first = np.unique(number.to_numpy(), return_index=True)
    return number, frame[columns].iloc[first].reset_index(drop=True)


def complete_places(places: pd.DataFrame) -> pd.DataFrame:
    """Add the place columns that a reader has nothing to say about."""
    empty = {
        "longitude": float("nan"),
        "latitude": float("nan"),
        "grid": False,
        "outside": False,
    }
    missing = {c: empty.get(c) for c in PLACE_COLUMNS if c not in places}
    whole = places.assign(**missing)[list(PLACE_COLUMNS)]
    text = ["code", "level", "postcode", "force"]
    return whole.assign(
        **{c: whole[c].astype("object").where(whole[c].notna()) for c in text}
    )


def folded(text: object) -> str:
    """Fold a label, so that capitals, blanks and kinds of apostrophe do not matter.

    Examples
    --------
    >>> folded(" Don’t  know ")
    "don't know"
    """
    plain = str(text).replace("\u2019", "'").replace("\u2013", "-")
    return re.sub(r"\s+", " ", plain).strip().casefold()
