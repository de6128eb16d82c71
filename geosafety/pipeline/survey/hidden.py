"""What is hidden of a survey, looked up by whoever makes a table of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from geosafety.tidy import Answers


@dataclass(frozen=True, eq=False)
class Family:
    """People of whom numbers are printed together: those in the base of some questions.

    Attributes
    ----------
    role, label
        The role that they are placed by, and the questions.
    people
        By respondent.
    whole
        By layer, of which areas the number of all of them is hidden.
    groups
        By the question that splits them and by layer, which groups are: areas by
        options.
    """

    role: str
    label: str
    people: np.ndarray
    whole: dict[str, np.ndarray] = field(default_factory=dict)
    groups: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Hidden:
    """What is hidden of a survey.

    Attributes
    ----------
    families
        The larger before the smaller.
    told
        By question, the families whose number an answer to it tells: as many have had
        contact with the police as say what it was like.
    report
        What was hidden and why; `pipeline.disclosure.record` has the columns.
    """

    families: list[Family]
    told: dict[str, list[Family]]
    report: pd.DataFrame

    def cube(  # noqa: PLR0913
        self,
        said: Answers,
        asked: Answers | None,
        *,
        role: str,
        layer: str,
        by: str,
        of: str,
        shape: tuple[int, ...],
    ) -> np.ndarray:
        """Say which numbers of a question are hidden.

        Parameters
        ----------
        said, asked
            The answers that are counted, and the question as it was asked, if these are
            bands of it.
        by, of
            The question that splits it, or nothing; and the name of the question, or
            the layer whose areas are its options.
        shape
            Areas, groups, options.

        Returns
        -------
        ndarray
            Of that shape.
        """
        families = [f for f in self.families if f.role == role and _inside(said, f)]
        families += [f for f in self.told.get(of, []) if f.role == role]
        out = np.zeros(shape, dtype=bool)
        for family in families:
            out |= family.whole[layer][:, None, None]
            if layer in family.groups.get(by, {}):
                out |= family.groups[by][layer][:, :, None]
            if not by:
                out |= _options(family, said, asked, layer, of)[:, None, :]
        return out


def _inside(said: Answers, family: Family) -> bool:
    return not (said.base & ~family.people).any()


def _options(
    family: Family, said: Answers, asked: Answers | None, layer: str, of: str
) -> np.ndarray:
    """Say which options are groups that are hidden, or areas."""
    if asked is None:
        areas = family.whole.get(of, np.zeros(0, dtype=bool))
        fits = len(areas) == len(said.options)
        return areas[None, :] if fits else np.zeros((1, 1), dtype=bool)
    found = family.groups.get(of, {}).get(layer)
    if found is None:
        return np.zeros((1, 1), dtype=bool)
    if said.options == asked.options:
        return found
    # A band is hidden with any of its options: the others would give that away.
    bands = [asked.bands.get(option, option) for option in asked.options]
    each = [found[:, [b == option for b in bands]] for option in said.options]
    return np.stack([columns.any(axis=1) for columns in each], axis=1)
