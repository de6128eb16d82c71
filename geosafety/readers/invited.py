"""Read how many people a survey asked, by the groups that it knows them by.

The table is short, so a row that cannot be read is an error and not a reject: a row
left out would raise every response rate that it belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from geosafety.errors import InputError, nearest
from geosafety.project import InputSource, Project, find_files
from geosafety.questionnaires import Question, Survey, read_survey, survey
from geosafety.readers.coding import code_answers
from geosafety.readers.tables import read_headings, read_table, sha256, to_number

INVITED = "invited"


@dataclass(frozen=True, kw_only=True, eq=False)
class Invited:
    """Who was asked to answer one survey.

    Attributes
    ----------
    table
        One row per combination of groups: a column for each question of the breakdown
        (by measure; an option of it in each row), and `invited`.
    """

    survey: str
    source: str
    table: pd.DataFrame
    file: str
    sha256: str

    @property
    def measures(self) -> list[str]:
        """The questions of the breakdown, in the order of the file."""
        return [str(name) for name in self.table if name != INVITED]


def read_invited(source: InputSource, project: Project) -> Invited | None:
    """Read the file that a `[[survey]]` block names as `invited`; None without one.

    Its headings are those of questions of the survey (or their measures), and
    `invited`, which `columns = { invited = "Texts sent" }` may call otherwise.

    Raises
    ------
    InputError
        A heading that is no question of one answer, a label that is no option, a number
        that is none, or a combination of groups that stands twice.
    """
    if not source.invited:
        return None
    form = _form(source, project)
    path = find_files(project, (source.invited,))[0]
    number = source.columns.get(INVITED, INVITED)
    asked = _questions(form, read_headings(path), number, path.name)
    headings = {question.measure: heading for heading, question in asked.items()}
    chunks = list(read_table(path, {**headings, INVITED: number}))
    bad = pd.concat([chunk.rejects for chunk in chunks])
    if len(bad):
        row, reason = bad.iloc[0][["row", "reason"]]
        problem = f"{path.name}, row {row}: {reason}."
        raise InputError(problem, hint="Each row is a group and a number.")
    frame = pd.concat([chunk.frame for chunk in chunks])
    table = _labelled(frame, list(asked.values()), path.name)
    table[INVITED] = _people(frame[INVITED], path.name)
    _each_once(table, path.name)
    return Invited(
        survey=form.name,
        source=source.source or form.source,
        table=table.reset_index(drop=True),
        file=path.name,
        sha256=sha256(path),
    )


def _form(source: InputSource, project: Project) -> Survey:
    """Find the questionnaire, as the reader of the answers did before."""
    name = source.survey
    if not name.endswith(".toml"):
        return survey(name)
    return read_survey((project.folder / name).read_text("utf-8-sig"), name)


def _questions(
    form: Survey, headings: list[str], number: str, file: str
) -> dict[str, Question]:
    """Find the question that each heading is of."""
    single = [q for q in form.questions if q.type == "single" and not q.unprinted]
    known = {q.measure: q for q in single} | {q.column: q for q in single}
    others = [heading for heading in headings if heading and heading != number]
    for heading in others:
        if heading not in known:
            problem = f"{file}: {heading!r} is no question of {form.name} with options."
            raise InputError(problem, hint=nearest(heading, [*known, INVITED]))
    return {heading: known[heading] for heading in others}


def _labelled(frame: pd.DataFrame, asked: list[Question], file: str) -> pd.DataFrame:
    """Turn what the file says into the options of each question."""
    found = {}
    for question in asked:
        said = frame[question.measure]
        codes, refused = code_answers(said, question, file=file)
        if len(refused) or said.isna().any():
            blank = pd.DataFrame({"row": said.index[said.isna()], "reason": "a blank"})
            row, why = pd.concat([refused, blank])[["row", "reason"]].iloc[0]
            problem = f"{file}, row {row}: {question.measure} is {said[row]!r}: {why}."
            raise InputError(problem, hint="Leave totals out: they are added up.")
        found[question.measure] = [question.options[int(code)] for code in codes]
    return pd.DataFrame(found, index=frame.index)


def _people(said: pd.Series, file: str) -> pd.Series:
    number = to_number(said)
    wrong = ~((number >= 0) & (number % 1 == 0))
    if wrong.any():
        row = said.index[wrong][0]
        problem = f"{file}, row {row}: {said[row]!r} is no number of people."
        raise InputError(problem, hint="Write how many were asked: 0, 1, 2, ...")
    return number


def _each_once(table: pd.DataFrame, file: str) -> None:
    groups = [name for name in table if name != INVITED]
    # Without a breakdown there is one row, the whole.
    twice = table.assign(whole="").duplicated(["whole", *groups])
    if twice.any():
        row = table.index[twice.to_numpy()][0]
        first = table[twice.to_numpy()][groups].iloc[0]
        problem = f"{file}, row {row} stands twice: {', '.join(first)}."
        raise InputError(problem, hint="Each combination of groups stands once.")
