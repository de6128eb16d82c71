"""One survey, all its roles together, ready to be counted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from geosafety.geography.atlas import Atlas
from geosafety.measures.crosstabs import (
    Counts,
    Ground,
    Split,
    count_answers,
    everyone,
    ground,
    split,
)
from geosafety.pipeline.inputs import Placed
from geosafety.pipeline.survey.hidden import Hidden
from geosafety.settings import Indicator
from geosafety.tidy import BLANK, Answers

EVERYONE = "everyone"
YES, NO = 0, 1


@dataclass(frozen=True, eq=False)
class Wave:
    """One survey: what its respondents said, and where they stand in each role.

    Attributes
    ----------
    people
        The respondents, each once, wherever they live.
    weights
        By respondent; missing where nobody could weight (outside the force area); None
        where the project gives nothing to weight to.
    weeks
        In which week each answered, where the file says.
    design
        The weights that the sample was drawn with, where it was drawn.
    hidden
        What is hidden, once it is decided (`hiding`).
    """

    name: str
    kind: str
    answers: dict[str, Answers]
    grounds: dict[str, Ground]
    people: Ground
    weights: np.ndarray | None = None
    weeks: Answers | None = None
    design: np.ndarray | None = None
    hidden: Hidden | None = None
    _splits: dict[tuple[str, str], Split] = field(default_factory=dict)

    @property
    def respondents(self) -> int:
        """How many there are, wherever they live."""
        return len(self.people.person)

    @property
    def home(self) -> str:
        """The role in which each respondent has one place: the first there is."""
        return next(iter(self.grounds))

    @property
    def demographics(self) -> dict[str, Answers]:
        """The questions of one answer about the respondent."""
        return {
            measure: said
            for measure, said in self.answers.items()
            if said.demographic and not said.several
        }

    def area(self, geography: str, codes: pd.Index) -> Answers:
        """Make a question of where the respondents live: one area of a layer.

        Who lives outside it, or nobody knows where, leaves it blank; who stands on
        ground that is shared out lives where most of it lies.
        """
        ground = self.grounds[self.home]
        if geography not in ground.layers:
            nobody = np.full(self.respondents, BLANK)
            options = tuple(str(code) for code in codes)
            return Answers(options=options, codes=nobody, base=nobody != BLANK)
        share = ground.layers[geography].toarray()
        nearest = np.where(share.max(axis=0) > 0, share.argmax(axis=0), BLANK)
        home = np.full(self.respondents, BLANK)
        home[ground.person] = nearest[ground.patch]
        options = tuple(str(code) for code in codes)
        return Answers(
            options=options, codes=home, base=home != BLANK, demographic=True
        )

    def role(self, place: str) -> str:
        """Return the role to place an indicator in: the one it names, or the first."""
        return place if place in self.grounds else self.home

    def counts(
        self, place: str, said: Answers, by: str = "", *, of: str = ""
    ) -> dict[str, Counts]:
        """Count a question by area of one role, and under `EVERYONE` once a person.

        Parameters
        ----------
        by
            The demographic question to split by; empty: not split.
        of
            The name of the question, or of the layer whose areas are its options: what
            is hidden goes by it.
        """
        role = self.role(place)
        found = count_answers(
            self.grounds[role], said, self._split(role, by), self.weights
        )
        whole = count_answers(
            self.people, said, self._split(EVERYONE, by), self.weights
        )
        counted = {**found, **whole}
        if self.hidden is None:
            return counted
        asked = self.answers.get(of)
        return {
            layer: replace(
                counts,
                hidden=self.hidden.cube(
                    said,
                    asked,
                    role=self.home if layer == EVERYONE else role,
                    layer=layer,
                    by=by,
                    of=of,
                    shape=counts.yes.shape,
                ),
            )
            for layer, counts in counted.items()
        }

    def _split(self, role: str, by: str) -> Split:
        key = (role, by)
        if key not in self._splits:
            place = self.people if role == EVERYONE else self.grounds[role]
            self._splits[key] = split(place, self.answers[by] if by else None)
        return self._splits[key]

    def feeds(self, indicator: Indicator) -> bool:
        """Tell whether the survey asked an indicator's question, with its options."""
        said = self.answers.get(indicator.question)
        return said is not None and set(indicator.yes) <= set(said.options)

    def yes(self, indicator: Indicator) -> Answers:
        """Make a question of yes and no: whether any of some options was chosen."""
        said = self.answers[indicator.question]
        chosen = said.chose(*indicator.yes)
        codes = np.where(chosen, YES, np.where(said.base, NO, BLANK))
        return Answers(options=("yes", "no"), codes=codes, base=said.base)


def waves(inputs: list[Placed], atlas: Atlas) -> list[Wave]:
    """Put the roles of each survey together."""
    found: dict[str, dict[str, Placed]] = {}
    for placed in inputs:
        found.setdefault(placed.data.survey, {})[placed.data.role] = placed
    areas = {name: layer.areas.index for name, layer in atlas.layers.items()}
    return [_wave(name, roles, areas) for name, roles in found.items()]


def _wave(name: str, roles: dict[str, Placed], areas: dict[str, pd.Index]) -> Wave:
    data = next(iter(roles.values())).data
    people = len(next(iter(data.answers.values())).codes) if data.answers else 0
    return Wave(
        name=name,
        kind=data.kind,
        answers=data.answers,
        grounds={
            role: ground(placed.data.rows, placed.homes, _reached(placed, areas))
            for role, placed in roles.items()
        },
        people=everyone(people),
        weeks=data.weeks,
        design=data.design,
    )


def _reached(placed: Placed, areas: dict[str, pd.Index]) -> dict[str, pd.Index]:
    """Leave out the layers in which nobody can be placed.

    Who names one of 19 impact areas says nothing of its wards: those get no rows, which
    is not the same as nobody having answered.
    """
    homes = placed.homes
    return {
        layer: codes
        for layer, codes in areas.items()
        if homes[layer]["area_code"].notna().any() or layer == "force"
    }
