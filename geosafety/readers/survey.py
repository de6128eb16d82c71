"""Read survey files as their questionnaire in the catalogue describes them.

An answer that the questionnaire does not know rejects its row, with the nearest option
in the reason; so do more answers than the question allows, and a point that cannot be
read: nothing is guessed, and nothing disappears.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geosafety.errors import InputError
from geosafety.project import InputSource, Project, find_files
from geosafety.questionnaires import Question, Survey, SurveyPlace, read_survey, survey
from geosafety.readers.coding import answers_of, code_answers, no_answers, weeks_of
from geosafety.readers.tables import (
    Chunk,
    join_rejects,
    new_file,
    read_headings,
    read_table,
    reject,
    to_number,
)
from geosafety.readers.venues import tidy_postcode
from geosafety.tidy import (
    Answers,
    FileRecord,
    Observations,
    complete_places,
    folded,
    no_rejects,
    number_places,
)

POINT = r"(-?\d+(?:\.\d+)?)\s*[,; ]\s*(-?\d+(?:\.\d+)?)"
# The role of respondents of whom no place is asked: they count for the Force alone.
NOWHERE = "none"
DAY = "day of the response"
WEIGHT = "design weight"
PLACE = ["code", "level", "postcode", "longitude", "latitude", "outside"]


@dataclass(frozen=True)
class _Part:
    """The rows of one chunk that can be used: codes by measure, text of the places."""

    codes: dict[str, np.ndarray]
    places: pd.DataFrame
    days: pd.Series
    weights: pd.Series


def read_survey_files(
    source: InputSource, project: Project, progress: Callable[[str], None]
) -> list[Observations]:
    """Read one `[[survey]]` block.

    Parameters
    ----------
    source
        `survey` names a questionnaire of the catalogue, or the file of your own beside
        the project (`survey = "ours.toml"`).

    Returns
    -------
    list of Observations
        One per role in which a respondent may be placed. Where a question allows
        several places, its rows are mentions, not people; `respondent` tells whose.
        All share `answers`.
    """
    form = _questionnaire(source.survey, project)
    roles = form.roles or [NOWHERE]
    parts, rejects, files = _read(source, project, form, progress)
    answers: dict[str, Answers] = {}
    for question in form.questions:
        if any(question.measure in part.codes for part in parts):
            answers |= answers_of(_codes(parts, question), question)
    kept = pd.concat([part.places for part in parts], ignore_index=True)
    days = pd.concat([part.days for part in parts], ignore_index=True)
    weeks = weeks_of(days) if days.notna().any() else None
    weights = np.concatenate([part.weights.to_numpy(float) for part in parts])
    refused = join_rejects(rejects)[list(no_rejects().columns)]
    return [
        Observations(
            dataset="survey",
            name=form.name if role == roles[0] else f"{form.name} ({role})",
            kind=source.kind,
            source=source.source or form.source,
            vintage=source.vintage,
            places=places,
            rows=rows,
            rejects=refused if role == roles[0] else no_rejects(),
            files=tuple(files) if role == roles[0] else (),
            notes=tuple(form.remarks()) if role == roles[0] else (),
            survey=form.name,
            role=role,
            answers=answers,
            weeks=weeks,
            design=weights if form.weight else None,
        )
        for role in roles
        for rows, places in [_places(kept, form, role)]
    ]


def _questionnaire(name: str, project: Project) -> Survey:
    """Read a questionnaire of one's own, or look it up in the catalogue."""
    if not name.endswith(".toml"):
        return survey(name)
    path = project.folder / name
    if not path.is_file():
        problem = f"There is no questionnaire {name} beside {project.path.name}."
        raise InputError(problem, hint="See geosafety/catalog/surveys for the form.")
    return read_survey(path.read_text("utf-8-sig"), name)


def _read(
    source: InputSource,
    project: Project,
    form: Survey,
    progress: Callable[[str], None],
) -> tuple[list[_Part], list[pd.DataFrame], list[FileRecord]]:
    """Read all files chunk by chunk; only codes and places stay."""
    parts, rejects = [], []
    files: list[FileRecord] = []
    for path in find_files(project, source.files):
        progress(f"reading {path.name}")
        digest = new_file(path, files)
        rows = 0
        for chunk in read_table(path, _columns(form, set(read_headings(path)))):
            part, bad = _part(chunk, form, path.name)
            parts.append(part)
            rejects += [chunk.rejects, bad]
            rows += len(chunk.frame) + len(chunk.rejects)
        files.append(FileRecord(path.name, digest, rows))
    return parts, rejects, files


def _columns(form: Survey, headings: set[str]) -> dict[str, str]:
    """List the headings to read; only demographics may be absent from a file."""
    wanted = {q.measure: q.column for q in form.questions if q.type != "text"}
    wanted |= {f"place {i}": p.column for i, p in enumerate(form.places)}
    wanted |= {DAY: form.submitted} if form.submitted else {}
    wanted |= {WEIGHT: form.weight} if form.weight else {}
    optional = {q.measure for q in form.questions if q.demographic or q.unprinted}
    optional.add(DAY)
    return {k: h for k, h in wanted.items() if h in headings or k not in optional}


def _part(chunk: Chunk, form: Survey, file: str) -> tuple[_Part, pd.DataFrame]:
    """Code a chunk, and leave out the rows that are rejected, each for one reason."""
    frame = chunk.frame
    codes, bad = {}, [no_rejects()]
    for question in form.questions:
        if question.type != "text" and question.measure in frame:
            said = frame[question.measure]
            codes[question.measure], refused = code_answers(said, question, file=file)
            bad.append(refused)
    bad += _bad_points(frame, form, file)
    bad += _bad_weights(frame, form, file)
    refused = join_rejects(bad).drop_duplicates("row")
    keep = ~frame.index.isin(refused["row"])
    places = frame[[f"place {i}" for i in range(len(form.places))]]
    unknown = pd.Series(None, index=frame.index, dtype="str")
    days = frame.get(DAY, unknown)
    weights = to_number(frame.get(WEIGHT, unknown))
    kept = {measure: code[keep] for measure, code in codes.items()}
    return _Part(kept, places[keep], days[keep], weights[keep]), refused


def _bad_weights(
    frame: pd.DataFrame, form: Survey, file: str
) -> Iterator[pd.DataFrame]:
    """Reject the rows whose design weight is no number above 0."""
    if WEIGHT in frame:
        said = frame[WEIGHT]
        wrong = said[~(to_number(said) > 0)]
        reason = "not a weight above 0"
        yield reject(wrong, file=file, column=form.weight, reason=reason)


def _codes(parts: list[_Part], question: Question) -> np.ndarray:
    """Join the codes of one question; a file without its column says nothing."""
    found = [
        part.codes.get(question.measure, no_answers(len(part.places), question))
        for part in parts
    ]
    return np.concatenate(found)


def _bad_points(frame: pd.DataFrame, form: Survey, file: str) -> Iterator[pd.DataFrame]:
    """Reject the rows whose place is to be a point and is not."""
    for i, place in enumerate(form.places):
        if place.kind == "point":
            said = frame[f"place {i}"].dropna()
            unread = said[~said.str.fullmatch(POINT).astype(bool)]
            reason = "not a point (wanted latitude, longitude in degrees)"
            yield reject(unread, file=file, column=place.column, reason=reason)


def _places(
    frame: pd.DataFrame, form: Survey, role: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give each place of one role a number; several mentions make several rows.

    What people wrote is read once for each distinct way of writing it.
    """
    own = [f"place {i}" for i, place in enumerate(form.places) if place.role == role]
    if not own:
        frame, own = frame.assign(nowhere=""), ["nowhere"]
    written, distinct = number_places(frame, own)
    mentions, places = _mentions(distinct, form, role)
    people = pd.DataFrame({"written": written.to_numpy(), "respondent": frame.index})
    rows = people.merge(mentions, on="written").sort_values(
        ["respondent", "order"], kind="stable", ignore_index=True
    )
    # Numbered as they come, so that the places do not hang on the distinct writings.
    number, used = pd.factorize(rows["place"])
    rows = rows.assign(place=number)[["place", "respondent"]].assign(rows=1, n=1.0)
    return rows, complete_places(places.iloc[used].reset_index(drop=True))


def _mentions(
    distinct: pd.DataFrame, form: Survey, role: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read each distinct way of writing a place: which places it mentions, in order."""
    known = pd.DataFrame({"written": range(len(distinct))})
    known = known.assign(code=None, level=None, postcode=None, outside=False)
    known = known.assign(longitude=float("nan"), latitude=float("nan"))
    for i, place in enumerate(form.places):
        if place.role != role:
            continue
        said = distinct[f"place {i}"].loc[known["written"]].reset_index(drop=True)
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
    columns = {"written": known["written"], "place": number, "order": known.index}
    return pd.DataFrame(columns), places


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
