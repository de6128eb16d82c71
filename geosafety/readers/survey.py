"""Read survey files as their questionnaire in the catalogue describes them.

An answer that the questionnaire does not know rejects its row, with the nearest option
in the reason; so do more answers than the question allows, and a point that cannot be
read: nothing is guessed, and nothing disappears.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from geosafety.errors import nearest
from geosafety.project import InputSource, Project, find_files
from geosafety.questionnaires import Question, Survey, SurveyPlace, survey
from geosafety.readers.stocks import tidy_postcode
from geosafety.readers.tables import (
    join_rejects,
    new_file,
    read_headings,
    read_table,
    reject,
)
from geosafety.tidy import (
    FileRecord,
    Observations,
    complete_places,
    folded,
    no_rejects,
    number_places,
)

POINT = r"(-?\d+(?:\.\d+)?)\s*[,; ]\s*(-?\d+(?:\.\d+)?)"
PLACE = ["code", "level", "postcode", "longitude", "latitude", "outside"]


def read_survey_files(
    source: InputSource, project: Project, progress: Callable[[str], None]
) -> list[Observations]:
    """Read one `[[survey]]` block.

    Parameters
    ----------
    source
        `survey` names the questionnaire.

    Returns
    -------
    list of Observations
        One per role in which a respondent may be placed. Where a question allows
        several places, its rows are mentions, not people; `respondent` tells whose.
        All share `answers` and `bases`, indexed by respondent.
    """
    form = survey(source.survey)
    frame, rejects, files = _read(source, project, form, progress)
    tables, bases, bad = _answers(frame, form)
    bad = pd.concat([bad, _bad_points(frame, form)]).drop_duplicates("respondent")
    rejects.append(bad)
    kept = frame[~frame["respondent"].isin(bad["respondent"])]
    answers = {m: t.loc[kept["respondent"]] for m, t in tables.items()}
    bases = {m: b.loc[kept["respondent"]] for m, b in bases.items()}
    refused = join_rejects(rejects)[list(no_rejects().columns)]
    return [
        Observations(
            dataset="survey",
            name=form.name if role == form.roles[0] else f"{form.name} ({role})",
            kind=source.kind,
            source=source.source or form.source,
            vintage=source.vintage,
            places=places,
            rows=rows,
            rejects=refused if role == form.roles[0] else no_rejects(),
            files=tuple(files) if role == form.roles[0] else (),
            survey=form.name,
            role=role,
            answers=answers,
            bases=bases,
        )
        for role in form.roles
        for rows, places in [_places(kept, form, role)]
    ]


def _read(
    source: InputSource,
    project: Project,
    form: Survey,
    progress: Callable[[str], None],
) -> tuple[pd.DataFrame, list[pd.DataFrame], list[FileRecord]]:
    """Read all files as text, one row per respondent."""
    wanted = {q.measure: q.column for q in form.questions if q.type != "text"}
    wanted |= {f"place {i}": p.column for i, p in enumerate(form.places)}
    frames, rejects = [], []
    files: list[FileRecord] = []
    for path in find_files(project, source.files):
        progress(f"reading {path.name}")
        digest = new_file(path, files)
        headings = set(read_headings(path))
        optional = {q.measure for q in form.questions if q.demographic}
        columns = {
            k: h for k, h in wanted.items() if h in headings or k not in optional
        }
        chunks = list(read_table(path, columns))
        frames += [chunk.frame.assign(file=path.name) for chunk in chunks]
        rejects += [chunk.rejects for chunk in chunks]
        rows = sum(len(chunk.frame) + len(chunk.rejects) for chunk in chunks)
        files.append(FileRecord(path.name, digest, rows))
    whole = pd.concat(frames).rename_axis("row").reset_index()
    return whole.assign(respondent=range(len(whole))), rejects, files


def _answers(
    frame: pd.DataFrame, form: Survey
) -> tuple[dict[str, pd.DataFrame], dict[str, pd.Series], pd.DataFrame]:
    """Turn every question's column into who chose which option."""
    tables, bases, bad = {}, {}, []
    for question in form.questions:
        if question.type == "text" or question.measure not in frame:
            continue
        said = frame.set_index("respondent")[question.measure]
        table, unknown = _options(said, question)
        tables[question.measure] = table
        bases[question.measure] = (
            pd.Series(True, index=said.index)
            if question.base == "all"
            else table.any(axis=1)
        )
        if len(unknown):
            bad.append(_unknown(frame, question, unknown))
        picks = table.sum(axis=1)
        many = said[picks > question.limit] if question.limit else said.iloc[:0]
        reason = f"more than the {question.limit} answers that may be given"
        bad.append(_refused(frame, many, question.column, reason))
    whole = pd.concat(bad) if bad else no_rejects().assign(respondent=0)
    return tables, bases, whole


def _options(said: pd.Series, question: Question) -> tuple[pd.DataFrame, pd.Series]:
    """Tell who chose which option, and which answers are none of the options."""
    known = {folded(option): option for option in question.options}
    known |= {folded(a): option for a, option in question.aliases.items()}
    answers = said.dropna().astype("object")
    if question.type == "multi":
        answers = answers.str.split(question.separator).explode()
    folds = answers.map(folded)
    option = folds.map(known)
    unknown = answers[option.isna() & (folds != "")]
    chosen = pd.get_dummies(option.dropna()).astype(bool)
    if len(chosen):
        chosen = chosen.groupby(level=0).any()
    # Filled as it is made: a column of missing values is one of numbers.
    table = chosen.reindex(columns=list(question.options), fill_value=False)
    return table.reindex(said.index, fill_value=False).astype(bool), unknown


def _unknown(
    frame: pd.DataFrame, question: Question, unknown: pd.Series
) -> pd.DataFrame:
    """Reject the rows with unknown answers, naming the nearest option."""
    first = unknown.groupby(level=0).first()
    parts = []
    for value, part in first.groupby(first, sort=False):
        reason = f"unknown answer. {nearest(str(value), question.options)}"[:300]
        parts.append(_refused(frame, part, question.column, reason))
    return pd.concat(parts)


def _bad_points(frame: pd.DataFrame, form: Survey) -> pd.DataFrame:
    """Reject the rows whose place is to be a point and is not."""
    parts = [_refused(frame, pd.Series(dtype="object"), "", "")]
    for i, place in enumerate(form.places):
        if place.kind == "point":
            said = frame.set_index("respondent")[f"place {i}"].dropna()
            unread = ~said.str.fullmatch(POINT).astype(bool)
            reason = "not a point (wanted latitude, longitude in degrees)"
            parts.append(_refused(frame, said[unread], place.column, reason))
    return pd.concat(parts)


def _refused(
    frame: pd.DataFrame, said: pd.Series, column: str, reason: str
) -> pd.DataFrame:
    """Describe respondents as rejects: `said` holds what was wrong, by respondent."""
    who = frame.set_index("respondent").loc[said.index]
    parts = [no_rejects().assign(respondent=pd.Series(dtype="int64"))]
    for file, part in who.groupby("file", sort=False):
        wrong = said[part.index].set_axis(part["row"])
        entry = reject(wrong, file=str(file), column=column, reason=reason)
        parts.append(entry.assign(respondent=part.index))
    return pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True)


def _places(
    frame: pd.DataFrame, form: Survey, role: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give each place of one role a number; several mentions make several rows."""
    known = pd.DataFrame({"respondent": frame["respondent"].to_numpy()})
    known = known.assign(code=None, level=None, postcode=None, outside=False)
    known = known.assign(longitude=float("nan"), latitude=float("nan"))
    for i, place in enumerate(form.places):
        if place.role != role:
            continue
        column = frame.set_index("respondent")[f"place {i}"]
        said = column.loc[known["respondent"]].reset_index(drop=True)
        if place.separator:
            parts = said.str.split(place.separator).explode().str.strip()
            # Who names no place has no row here: the question was not for them.
            parts = parts[parts.notna() & (parts != "")]
            known = known.loc[parts.index].reset_index(drop=True)
            said = parts.reset_index(drop=True)
        known = _evidence(known, said, place)
    # A place named twice by one person is one mention.
    known = known.drop_duplicates(ignore_index=True)
    number, places = number_places(known, PLACE)
    rows = pd.DataFrame({"place": number, "respondent": known["respondent"]})
    return rows.assign(rows=1, n=1.0).reset_index(drop=True), complete_places(places)


def _evidence(known: pd.DataFrame, said: pd.Series, place: SurveyPlace) -> pd.DataFrame:
    """Add what one column says about the place; what an earlier one said stays."""
    if place.kind == "postcode":
        postcode = said.map(tidy_postcode).astype("object")
        return known.assign(postcode=known["postcode"].fillna(postcode))
    if place.kind == "point":
        pair = said.str.extract(f"^{POINT}$").astype("float64")
        return known.assign(
            latitude=known["latitude"].fillna(pair[0]),
            longitude=known["longitude"].fillna(pair[1]),
        )
    aliases = {folded(a): name for a, name in place.aliases.items()}
    label = said.map(lambda s: aliases.get(folded(s), s), na_action="ignore")
    outside = label.map(folded, na_action="ignore").isin(
        [folded(o) for o in place.outside]
    )
    code = label.mask(outside).astype("object")
    new = known["code"].isna() & code.notna()
    return known.assign(
        code=known["code"].mask(new, code),
        level=known["level"].mask(new, place.kind),
        outside=known["outside"] | outside,
    )
