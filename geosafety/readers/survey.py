"""Read survey files as their questionnaire in the catalogue describes them.

An answer that the questionnaire does not know rejects its row, with the nearest option
in the reason: nothing is guessed, and nothing disappears.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from geosafety.errors import nearest
from geosafety.project import InputSource, Project, find_files
from geosafety.questionnaires import Question, Survey, SurveyPlace, survey
from geosafety.readers.stocks import tidy_postcode
from geosafety.readers.tables import read_headings, read_table, reject, sha256
from geosafety.tidy import (
    FileRecord,
    Observations,
    complete_places,
    folded,
    no_rejects,
    number_places,
)

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
    rejects.append(bad)
    kept = frame[~frame["respondent"].isin(bad["respondent"])]
    answers = {m: t.loc[kept["respondent"]] for m, t in tables.items()}
    bases = {m: b.loc[kept["respondent"]] for m, b in bases.items()}
    refused = pd.concat([no_rejects(), *[r for r in rejects if len(r)]])
    refused = refused[list(no_rejects().columns)]
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
    frames, rejects, files = [], [], []
    for path in find_files(project, source.files):
        progress(f"reading {path.name}")
        headings = set(read_headings(path))
        optional = {q.measure for q in form.questions if q.demographic}
        columns = {
            k: h for k, h in wanted.items() if h in headings or k not in optional
        }
        chunks = list(read_table(path, columns))
        frames += [chunk.frame.assign(file=path.name) for chunk in chunks]
        rejects += [chunk.rejects for chunk in chunks if len(chunk.rejects)]
        rows = sum(len(chunk.frame) + len(chunk.rejects) for chunk in chunks)
        files.append(FileRecord(path.name, sha256(path), rows))
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
    whole = pd.concat(bad) if bad else no_rejects().assign(respondent=0)
    return tables, bases, whole.drop_duplicates("respondent")


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
    table = chosen.reindex(index=said.index, columns=list(question.options))
    return table.fillna(value=False).astype(bool), unknown


def _unknown(
    frame: pd.DataFrame, question: Question, unknown: pd.Series
) -> pd.DataFrame:
    """Reject the rows with unknown answers, naming the nearest option."""
    first = unknown.groupby(level=0).first()
    rows = frame.set_index("respondent").loc[first.index].assign(said=first)
    parts = []
    for (file, value), part in rows.groupby(["file", "said"], sort=False):
        hint = nearest(str(value), question.options)
        numbered = part.reset_index().set_index("row")
        every = pd.Series(True, index=numbered.index)
        entry = reject(
            numbered.rename(columns={question.measure: question.column}),
            every,
            file=str(file),
            column=question.column,
            reason=f"unknown answer. {hint}"[:300],
        )
        parts.append(entry.assign(respondent=numbered["respondent"].to_numpy()))
    return pd.concat(parts)


def _places(
    frame: pd.DataFrame, form: Survey, role: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give each place of one role a number; several mentions make several rows."""
    known = pd.DataFrame({"respondent": frame["respondent"].to_numpy()})
    for i, place in enumerate(form.places):
        if place.role != role:
            continue
        said = frame[f"place {i}"].reset_index(drop=True)
        if place.separator:
            parts = said.str.split(place.separator).explode()
            known = known.loc[parts.index].reset_index(drop=True)
            said = parts.str.strip().reset_index(drop=True)
            # Who names no place has no row here: the question was not for them.
            known, said = known[said.notna()], said[said.notna()]
        known = _evidence(known, said, place)
    for column in PLACE:
        if column not in known:
            known[column] = False if column == "outside" else None
    number, places = number_places(known, PLACE)
    for column in ("longitude", "latitude"):
        places[column] = pd.to_numeric(places[column])
    rows = pd.DataFrame({"place": number, "respondent": known["respondent"]})
    return rows.assign(rows=1, n=1.0).reset_index(drop=True), complete_places(places)


def _evidence(known: pd.DataFrame, said: pd.Series, place: SurveyPlace) -> pd.DataFrame:
    """Add what one column says about the place."""
    if place.kind == "postcode":
        return known.assign(postcode=said.map(tidy_postcode))
    if place.kind == "point":
        pair = said.str.extract(r"(-?\d+\.?\d*)[,; ]+(-?\d+\.?\d*)").astype(float)
        return known.assign(latitude=pair[0], longitude=pair[1])
    aliases = {folded(a): name for a, name in place.aliases.items()}
    label = said.map(lambda s: aliases.get(folded(s), s), na_action="ignore")
    outside = label.map(folded, na_action="ignore").isin(
        [folded(o) for o in place.outside]
    )
    code = label.mask(outside)
    level = pd.Series(place.kind, index=code.index, dtype="object").where(code.notna())
    return known.assign(code=code, level=level, outside=outside)
