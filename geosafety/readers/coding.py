"""Turn answers as people wrote them into the numbers of a question's options.

A column of a million answers holds few distinct texts: each is looked up once. An
answer that the questionnaire does not know is never guessed at; its row is rejected.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from geosafety.errors import nearest
from geosafety.questionnaires import Question
from geosafety.readers.tables import join_rejects, reject
from geosafety.tidy import BLANK, Answers, folded, no_rejects

UNKNOWN = -2


def code_answers(
    said: pd.Series, question: Question, *, file: str
) -> tuple[np.ndarray, pd.DataFrame]:
    """Turn the answers of one column into the numbers of options.

    Parameters
    ----------
    said
        Text by row number of the file; missing where nothing was said.

    Returns
    -------
    ndarray, DataFrame
        For a question of one answer, the number of the option by row, or `BLANK`; for
        one of several, true and false by row and option. And the rows to reject: an
        unknown answer (with the nearest option in the reason), or too many answers.
    """
    number, distinct = pd.factorize(said)
    texts = pd.Series(distinct, dtype="object")
    if question.type == "multi":
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
    """Mark every option that is named; the last row of the table is a blank answer."""
    parts = texts.str.split(question.separator).explode()
    word, words = pd.factorize(parts)
    known = _known(question)
    option = np.array([known.get(folded(w), UNKNOWN) for w in words] + [BLANK])[word]
    row = parts.index.to_numpy(dtype=np.int64)
    marks = np.zeros((len(texts) + 1, len(question.options)), dtype=bool)
    marks[row[option >= 0], option[option >= 0]] = True
    strange = parts[(option == UNKNOWN) & (parts.map(folded) != "").to_numpy()]
    first = strange.groupby(level=0).first().reindex(range(len(texts)))
    wrong = np.array([*first, None], dtype=object)[number]
    bad = [_unknown(pd.Series(wrong, index=said.index).dropna(), question, file)]
    if question.limit:
        many = said[(marks.sum(axis=1) > question.limit)[number]]
        reason = f"more than the {question.limit} answers that may be given"
        bad.append(reject(many, file=file, column=question.column, reason=reason))
    return marks[number], join_rejects(bad)


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
    if question.type == "multi":
        return np.zeros((rows, len(question.options)), dtype=bool)
    return np.full(rows, BLANK, dtype=np.int16)


def answers_of(codes: np.ndarray, question: Question) -> Answers:
    """Say who counts in the base of a question that was coded."""
    answered = codes.any(axis=1) if codes.ndim == 2 else codes != BLANK
    base = np.ones(len(codes), dtype=bool) if question.base == "all" else answered
    return Answers(
        options=question.options,
        codes=codes,
        base=np.asarray(base),
        demographic=question.demographic,
        not_stated=question.prefer_not,
    )
