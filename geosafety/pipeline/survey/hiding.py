"""Decide what of a survey is hidden: once, for every table that is made of it.

A number of people is told by which question they were asked (a *family*: questions with
the same people in their base), in which group, and where. What is hidden of everybody
is hidden of those who answered anything; a smaller family is protected against readers
who know the numbers of the larger one too.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import sparse

from geosafety.disclosure.board import Board, Cells
from geosafety.disclosure.decide import Decision, decide
from geosafety.geography.atlas import Atlas
from geosafety.pipeline.disclosure.numbers import policy_of
from geosafety.pipeline.finish import published_figures
from geosafety.pipeline.inputs import Placed, Progress
from geosafety.pipeline.survey.hidden import Family, Hidden
from geosafety.pipeline.survey.waves import EVERYONE, Wave, waves
from geosafety.settings import Dataset, indicators
from geosafety.tidy import BLANK, Answers

ALL, LARGER = "all", "larger: "
FIRM = ("force", "local_authority", "npu")
# Who was asked a question because of an answer to another: so close they must be, for
# the number who gave that answer to tell how many were asked.
CLOSE = 0.8


def protected_waves(
    dataset: Dataset, inputs: list[Placed], atlas: Atlas, progress: Progress
) -> list[Wave]:
    """Put the roles of each survey together, and decide what of it is hidden."""
    found = []
    for wave in waves(inputs, atlas):
        progress(f"deciding what of {wave.name} is hidden")
        found.append(replace(wave, hidden=hide_survey(wave, dataset)))
    return found


def hide_survey(wave: Wave, dataset: Dataset) -> Hidden:
    """Decide what of a survey is hidden.

    Returns
    -------
    Hidden
        Nothing, where the dataset's policy hides nothing.
    """
    families = _families(wave)
    for family in families:
        for layer in _layers(wave, family.role):
            family.whole[layer] = np.zeros(_areas(wave, family.role, layer), dtype=bool)
    report: list[pd.DataFrame] = []
    done: dict[tuple[str, str, bytes], tuple[Board, Cells]] = {}
    for family in families if dataset.suppress_below else []:
        larger = [
            f
            for f in families
            if f is not family
            and f.role == family.role
            and not (family.people & ~f.people).any()
        ]
        report.append(_whole(wave, family, larger, dataset))
        asked = set(family.label.split(", "))
        if larger and asked <= set(wave.demographics):
            continue  # who is of one group and another is printed nowhere
        for by in wave.demographics:
            report.append(_groups(wave, family, by, larger, dataset, done))
    told = {m: _told(said, families) for m, said in wave.answers.items()}
    tables = [table for table in report if len(table)]
    return Hidden(families, told, pd.concat(tables) if tables else pd.DataFrame())


def _families(wave: Wave) -> list[Family]:
    """List the families: everybody, those asked each question, those of other roles."""
    everybody = np.ones(wave.respondents, dtype=bool)
    found = {(wave.home, everybody.tobytes()): (everybody, ["everybody"])}
    asked = [(wave.home, name, said.base) for name, said in wave.answers.items()]
    asked += [
        (wave.role(i.place), i.question, wave.answers[i.question].base)
        for i in indicators().values()
        if i.question and wave.feeds(i)
    ]
    for role, name, base in asked:
        key = (role, base.tobytes())
        names = found.setdefault(key, (base, []))[1]
        if name not in names:
            names.append(name)
    named = [
        Family(role, _label(names), base) for (role, _), (base, names) in found.items()
    ]
    return sorted(named, key=lambda f: (f.role != wave.home, -int(f.people.sum())))


def _label(names: list[str]) -> str:
    return names[0] if "everybody" in names else ", ".join(names)


def _told(said: Answers, families: list[Family]) -> list[Family]:
    """Find the families that were asked because of an answer to this question."""
    several = said.codes if said.several else None
    found = []
    for family in families:
        if family.people.all():
            continue
        for at in range(len(said.options)):
            chose = said.codes == at if several is None else several[:, at]
            together = int((chose & family.people).sum())
            either = int((chose | family.people).sum())
            if together and together >= CLOSE * either:
                found.append(family)
                break
    return found


# --- one board at a time -------------------------------------------------------------


def _layers(wave: Wave, role: str) -> list[str]:
    ground = wave.grounds[role]
    return [*ground.layers, EVERYONE] if role == wave.home else list(ground.layers)


def _areas(wave: Wave, role: str, layer: str) -> int:
    if layer == EVERYONE:
        return 1
    return int(wave.grounds[role].layers[layer].shape[0])


def _ground(
    wave: Wave, role: str, names: list[str]
) -> tuple[dict[str, sparse.csr_array], np.ndarray, np.ndarray]:
    """Lay out the patches of a role: areas by patches, and who stands on which.

    Who stands on none is on one more, in no area; everyone together are a layer too.
    """
    ground = wave.grounds[role]
    lost = np.setdiff1d(np.arange(wave.respondents), ground.person)
    layers = {}
    for name in names:
        if name != EVERYONE:
            table = ground.layers[name]
            more = sparse.csr_array((table.shape[0], 1))
            layers[name] = sparse.csr_array(sparse.hstack([table, more]))
    if EVERYONE in names and len(np.unique(ground.person)) == len(ground.person):
        layers[EVERYONE] = sparse.csr_array(np.ones((1, ground.patches + 1)))
    person = np.concatenate([ground.person, lost])
    patch = np.concatenate([ground.patch, np.full(len(lost), ground.patches)])
    return layers, patch, person


def _whole(
    wave: Wave, family: Family, larger: list[Family], dataset: Dataset
) -> pd.DataFrame:
    """Decide on all people of a family, by area."""
    layers, patch, person = _ground(wave, family.role, _layers(wave, family.role))
    size = layers["force"].shape[1]
    n = np.bincount(patch, weights=family.people[person], minlength=size)
    board = Board(layers, n[:, None], {ALL: np.ones(1)}, apart=(EVERYONE,))
    hidden = {}
    for layer in layers:
        before = [f.whole[layer] for f in larger]
        hidden[layer, ALL] = np.any([*before, family.whole[layer]], axis=0)
    firm = {
        (layer, ALL): (board.count(layer, ALL) >= dataset.suppress_below)
        & ~hidden[layer, ALL]
        for layer in (*FIRM, EVERYONE)
        if layer in layers
    }
    board = replace(board, hidden=hidden, firm=firm, rough=bool(larger))
    if family.people.all():  # the ledger tells how many are in a layer's areas
        open_ = (*FIRM, EVERYONE)
        board = replace(board, totals=tuple(n for n in layers if n not in open_))
    known = None
    if larger:
        people = np.bincount(patch, weights=larger[0].people[person], minlength=size)
        out = {(layer, ALL): larger[0].whole[layer] for layer in layers}
        known = replace(board, people=people[:, None]), out
    found = _decided(board, known, dataset)
    family.whole.update(
        {layer: out for (layer, part), out in found.hidden.items() if part == ALL}
    )
    return _named(found.report, wave, family, "")


def _groups(  # noqa: PLR0913
    wave: Wave,
    family: Family,
    by: str,
    larger: list[Family],
    dataset: Dataset,
    done: dict[tuple[str, str, bytes], tuple[Board, Cells]],
) -> pd.DataFrame:
    """Decide on the groups of a family by one question about the respondent."""
    said = wave.answers[by]
    stated = family.people & (said.codes != BLANK)
    key = (family.role, by, stated.tobytes())
    if key not in done:
        board = _board(wave, family, by, dataset)
        for other in larger:
            for layer, out in other.groups[by].items():
                for at, option in enumerate(said.options):
                    if (layer, option) in board.hidden:
                        board.hidden[layer, option][:] |= out[:, at]
        earlier = [done[k] for k in done if k[:2] == key[:2]]
        found = _decided(board, earlier[0] if earlier else None, dataset)
        done[key] = board, found.hidden
        report = _named(found.report, wave, family, by)
    else:
        report = pd.DataFrame()
    hidden = done[key][1]
    for layer in dict.fromkeys(layer for layer, _ in hidden):
        columns = [hidden[layer, option] for option in said.options]
        family.groups.setdefault(by, {})[layer] = np.stack(columns, axis=1)
    return report


def _board(wave: Wave, family: Family, by: str, dataset: Dataset) -> Board:
    """Lay out a family's groups by area, those who stated theirs."""
    said = wave.answers[by]
    stated = family.people & (said.codes != BLANK)
    names = {"force", EVERYONE, *dataset.by_geographies}
    everybody = bool((stated == (said.codes != BLANK)).all())
    if everybody:
        # Who answered is printed by these too; what each group answered is not.
        names |= set(dataset.who_geographies)
    wanted = [name for name in _layers(wave, family.role) if name in names]
    layers, patch, person = _ground(wave, family.role, wanted)
    size, many = layers["force"].shape[1], len(said.options)
    kept = stated[person]
    cell = patch[kept] * many + said.codes[person][kept]
    n = np.bincount(cell, minlength=size * many).reshape(size, many).astype(float)
    parts = {ALL: np.ones(many)}
    parts |= dict(zip(said.options, np.eye(many), strict=True))
    hidden: Cells = {}
    firm: Cells = {}
    for layer in layers:
        out = family.whole[layer]
        hidden |= {(layer, part): out.copy() for part in parts}
        firm[layer, ALL] = ~out
    if everybody and wave.kind == "synthetic" and EVERYONE in layers:
        for option in said.options:
            firm[EVERYONE, option] = np.array([_printed(wave.name, f"{by}={option}")])
    return Board(
        layers,
        n,
        parts,
        hidden=hidden,
        firm=firm,
        apart=(EVERYONE,),
        free=said.not_stated,
        elsewhere=(ALL,),
    )


def _printed(survey: str, group: str) -> bool:
    """Tell whether a paper prints how many of everyone are in a group."""
    return any(
        (geography, period, name) == ("force", survey, group)
        for _, geography, _, period, _, name in published_figures()
    )


def _decided(
    board: Board, known: tuple[Board, Cells] | None, dataset: Dataset
) -> Decision:
    """Decide on a board; then on the same beside what is known of a larger family."""
    policy = policy_of(dataset)
    first = decide(board, policy, rounds=dataset.protect_rounds)
    if known is None:
        return first
    both = _beside(replace(board, hidden=first.hidden), *known)
    if both is None:
        return first
    second = decide(both, policy, rounds=0)
    hidden = {key: second.hidden[key] for key in first.hidden}
    more = pd.Series(0, index=first.report["geography"])
    for (layer, part), out in hidden.items():
        more[layer] += int((out & ~first.hidden[layer, part]).sum())
    extra = more.to_numpy()
    report = first.report.assign(
        secondary=first.report["secondary"] + extra,
        proved=first.report["proved"] & (extra.sum() == 0),
    )
    return Decision(hidden, report)


def _beside(board: Board, larger: Board, known: Cells) -> Board | None:
    """Add what a reader knows of a larger family, whose people are of two sorts.

    Those of the smaller family, and the others. None where there are no others.
    """
    others = larger.people - board.people
    if not others.any():
        return None
    own = {name: np.append(made, 0 * made) for name, made in board.parts.items()}
    parts = {LARGER + n: np.append(made, made) for n, made in larger.parts.items()}
    layers = {**larger.layers, **board.layers}
    printed = {name: tuple(board.layers) for name in board.parts}
    # A layer that is hidden as a whole tells nothing.
    printed |= {
        LARGER + name: tuple(
            layer
            for layer in layers
            if (layer, name) in known and not known[layer, name].all()
        )
        for name in larger.parts
    }
    hidden = {(layer, LARGER + name): out for (layer, name), out in known.items()}
    return replace(
        board,
        layers=layers,
        people=np.concatenate([board.people, others], axis=1),
        parts=own | parts,
        hidden=board.hidden | hidden,
        known=tuple(parts),
        rough=True,
        printed=printed,
    )


def _named(report: pd.DataFrame, wave: Wave, family: Family, by: str) -> pd.DataFrame:
    return report.assign(
        dataset="survey",
        period=wave.name,
        people=family.label,
        role=family.role,
        dimension=by,
    )


def hidden_weeks(wave: Wave, said: Answers, dataset: Dataset) -> np.ndarray:
    """Say of which weeks the number who answered a question is hidden."""
    weeks = wave.weeks
    if weeks is None:
        return np.zeros(0, dtype=bool)
    inside = said.base & (weeks.codes != BLANK)
    many = len(weeks.options)
    n = np.bincount(weeks.codes[inside], minlength=many).astype(float)
    parts = {ALL: np.ones(many)}
    parts |= dict(zip(weeks.options, np.eye(many), strict=True))
    board = Board(
        {EVERYONE: sparse.csr_array(np.ones((1, 1)))},
        n[None, :],
        parts,
        firm={(EVERYONE, ALL): np.ones(1, dtype=bool)},
    )
    found = decide(board, policy_of(dataset), rounds=dataset.protect_rounds)
    return np.array([found.hidden[EVERYONE, week][0] for week in weeks.options])
