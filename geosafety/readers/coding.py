"""Turn answers as people wrote them into the numbers of a question's options.

A column of a million answers holds few distinct texts: each is looked up once. An
answer that the questionnaire does not know is never guessed at; its row is rejected.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from geosafety.errors import InputError, nearest
from geosafety.questionnaires import Question
from geosafety.readers.tables import join_rejects, reject
from geosafety.tidy import BLANK, Answers, folded, no_rejects

UNKNOWN = -2


SEVERAL = ("multi", "ranking")


def code_answers(
    said: pd.Series, question: Question, *, file: str
) -> tuple[np.ndarray, pd.DataFrame]:
    """Turn the answers of one column into the numbers of options.

    What a file writes for a blank (`not_answered`) is one.

    Parameters
    ----------
    said
        Text by row number of the file; missing where nothing was said.

    Returns
    -------
    ndarray, DataFrame
        For a question of one answer, the number of the option by row, or `BLANK`. For
        one of several, by row and option, in which place it was named: 0 for not at
        all, 1 for first. And the rows to reject: an unknown answer (with the nearest
        option in the reason), too many answers, or an option ranked twice.

    Raises
    ------
    InputError
        The questionnaire does not know the options of the question.
    """
    if question.unprinted:
        problem = f"{file}: the options of {question.column!r} are not known."
        hint = "No paper prints them: write them into a questionnaire of your own."
        raise InputError(problem, hint=hint)
    number, distinct = pd.factorize(said)
    texts = pd.Series(distinct, dtype="object")
    blanks = [folded(label) for label in question.not_answered]
    texts[texts.map(folded).isin(blanks).to_numpy()] = ""
    if question.type in SEVERAL:
        return _several(said, number, texts, question, file)
    known = _known(question)
    table = np.array([known.get(folded(t), UNKNOWN) for t in texts] + [BLANK])
    codes = table[number].astype(np.int16)
    wrong = said[codes == UNKNOWN]
    return codes, _unknown(wrong, question, file)


def _several(
    said: pd.Series,
    number: np.ndarray,
    texts: pd.Series,
    question: Question,
    file: str,
) -> tuple[np.ndarray, pd.DataFrame]:
    """Say where every option is named; the last row of the table is a blank answer."""
    parts = texts.str.split(question.separator).explode()
    parts = parts[(parts.map(folded) != "").to_numpy()]
    word, words = pd.factorize(parts)
    known = _known(question)
    numbers = [known.get(folded(w), UNKNOWN) for w in words]
    option = np.array(numbers, dtype=np.int64)[word]
    row = parts.index.to_numpy(dtype=np.int64)
    place = parts.groupby(level=0).cumcount().to_numpy() + 1
    places = np.zeros((len(texts) + 1, len(question.options)), dtype=np.int16)
    named = option != UNKNOWN
    # From the last to the first, so that the first mention of an option stands.
    at = (row[named][::-1], option[named][::-1])
    places[at] = place[named][::-1]
    bad = _faults(parts, option, row, places, question)
    found = []
    for fault, reasons in bad.items():
        wrong = pd.Series(reasons.reindex(range(len(texts) + 1)).to_numpy()[number])
        wrong = wrong.set_axis(said.index).dropna()
        if fault == "unknown":
            found.append(_unknown(wrong, question, file))
        else:
            rows = said[wrong.index]
            found.append(reject(rows, file=file, column=question.column, reason=fault))
    return places[number], join_rejects([no_rejects(), *found])


def _faults(
    parts: pd.Series,
    option: np.ndarray,
    row: np.ndarray,
    places: np.ndarray,
    question: Question,
) -> dict[str, pd.Series]:
    """Find the distinct texts that cannot be used, by fault."""
    strange = parts[option == UNKNOWN].groupby(level=0).first()
    faults = {"unknown": strange.astype("object")}
    if question.limit:
        many = np.flatnonzero((places > 0).sum(axis=1) > question.limit)
        reason = f"more than the {question.limit} answers that may be given"
        faults[reason] = pd.Series("x", index=many, dtype="object")
    if question.type == "ranking":
        pairs = pd.DataFrame({"row": row, "option": option})
        again = pairs[pairs.duplicated() & (option != UNKNOWN)]["row"].unique()
        faults["an option is ranked twice"] = pd.Series(
            "x", index=again, dtype="object"
        )
    return faults


def _known(question: Question) -> dict[str, int]:
    """List the number of every option by its folded label, aliases too."""
    at = {option: i for i, option in enumerate(question.options)}
    known = {folded(option): i for option, i in at.items()}
    known |= {folded(a): at[option] for a, option in question.aliases.items()}
    return {"": BLANK, **known}


def _unknown(wrong: pd.Series, question: Question, file: str) -> pd.DataFrame:
    """Reject rows with unknown answers, naming the nearest option."""
    parts = [no_rejects()]
    for value, part in wrong.groupby(wrong, sort=False):
        reason = f"unknown answer. {nearest(str(value), question.options)}"[:300]
        parts.append(reject(part, file=file, column=question.column, reason=reason))
    return join_rejects(parts)


def no_answers(rows: int, question: Question) -> np.ndarray:
    """Return the codes of rows of a file that lacks the question's column."""
    if question.type in SEVERAL:
        return np.zeros((rows, len(question.options)), dtype=np.int16)
    return np.full(rows, BLANK, dtype=np.int16)


def answers_of(codes: np.ndarray, question: Question) -> dict[str, Answers]:
    """Say who counts in the base of a question that was coded.

    Returns
    -------
    dict of Answers
        By measure. A ranking has two: what was ranked at all, and (`MEASURE_first`)
        what was ranked first.
    """

    def make(codes: np.ndarray, answered: Any) -> Answers:
        everyone = np.ones(len(answered), dtype=bool)
        return Answers(
            options=question.options,
            codes=codes,
            base=everyone if question.base == "all" else np.asarray(answered),
            demographic=question.demographic,
            not_stated=question.prefer_not,
            bands=question.bands,
        )

    if question.type not in SEVERAL:
        return {question.measure: make(codes, np.not_equal(codes, BLANK))}
    named = np.asarray(codes > 0)
    answered = np.asarray(named.any(axis=1))
    found = {question.measure: make(named, answered)}
    if question.type == "ranking":
        first = np.where(answered, (codes == 1).argmax(axis=1), BLANK)
        found[f"{question.measure}_first"] = make(first, answered)
    return found


def weeks_of(days: pd.Series) -> Answers:
    """Find the week in which each person answered: by Mondays, empty weeks included.

    Parameters
    ----------
    days
        The day as text (2024-07-22); missing or unreadable: blank.

    Examples
    --------
    >>> found = weeks_of(pd.Series(["2024-07-22", "2024-07-28", "2024-08-05", None]))
    >>> found.options, found.codes.tolist()
    (('2024-07-22', '2024-07-29', '2024-08-05'), [0, 0, 2, -1])
    """
    number, distinct = pd.factorize(days)
    texts = pd.Series(distinct, dtype="str").str.slice(0, 10)
    known = pd.to_datetime(texts, format="%Y-%m-%d", errors="coerce")
    mondays = known - pd.to_timedelta(known.dt.day_of_week, unit="D")
    if known.notna().any():
        first, last = mondays.min(), mondays.max()
        options = pd.date_range(first, last, freq="7D").strftime("%Y-%m-%d").tolist()
        week = ((mondays - first).dt.days // 7).fillna(BLANK).astype(int)
    else:
        options, week = [], pd.Series(BLANK, index=texts.index)
    codes = np.array([*week, BLANK], dtype=np.int64)[number]
    return Answers(options=tuple(options), codes=codes, base=codes != BLANK)
