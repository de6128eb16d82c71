"""Decide what is hidden in a build, before anything is measured; and say what was."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from geosafety.geography.atlas import Atlas
from geosafety.measures.tallies import event_periods
from geosafety.pipeline.disclosure.members import hide_members
from geosafety.pipeline.disclosure.numbers import HiddenNumbers, policy_of
from geosafety.pipeline.disclosure.stops import hide_stops
from geosafety.pipeline.events import find_coverage
from geosafety.pipeline.inputs import Placed, Progress
from geosafety.pipeline.survey.hiding import protected_waves
from geosafety.pipeline.survey.waves import Wave
from geosafety.project import Project
from geosafety.settings import Dataset, datasets, geographies

COLUMNS = ["dataset", "period", "people", "role", "dimension", "geography", "cells"]
COLUMNS += ["primary", "secondary", "whole", "share_hidden", "width", "policy_width"]
COLUMNS += ["short", "remainders", "gap", "how", "words"]


@dataclass(frozen=True, eq=False)
class Guarded:
    """What is hidden of every dataset that hides anything.

    Attributes
    ----------
    surveys
        Each with what is hidden of it.
    numbers
        By dataset, of members and of stops.
    record
        A row for each table and layer, with `COLUMNS`.
    """

    surveys: list[Wave]
    numbers: dict[str, HiddenNumbers]
    record: pd.DataFrame

    def notes(self) -> list[str]:
        """Say which maps are hidden as a whole, and how much is hidden in all."""
        said = []
        for (dataset, period), rows in self.record.groupby(["dataset", "period"]):
            out = rows[["primary", "secondary", "whole"]].sum().astype(int)
            name = f"{datasets()[str(dataset)].label}, {period}"
            said.append(
                f"{name}: of {int(rows['cells'].sum()):,} numbers of people"
                f" {out['primary']:,} are hidden for being small, {out['secondary']:,}"
                f" for the sake of those, {out['whole']:,} with their whole map."
            )
            whole = rows[(rows["dimension"] == "") & (rows["whole"] > 0)]
            said += [
                f"{name}: not shown by {geographies()[geography].label}"
                f" ({people}), as most would be hidden."
                for geography, people in zip(
                    whole["geography"], whole["people"], strict=True
                )
            ]
        return said


def guard(
    project: Project, inputs: list[Placed], atlas: Atlas, progress: Progress
) -> Guarded:
    """Decide what is hidden, dataset by dataset."""
    policy = project.policy
    mine = {n: [p for p in inputs if p.data.dataset == n] for n in policy}
    surveys = protected_waves(policy["survey"], mine["survey"], atlas, progress)
    progress("deciding what of members and of stops is hidden")
    numbers = {
        "wmnow": hide_members(policy["wmnow"], mine["wmnow"], atlas),
        "stop_search": _stops(policy["stop_search"], mine["stop_search"], atlas),
    }
    reports = [w.hidden.report for w in surveys if w.hidden is not None]
    reports += [found.report for found in numbers.values()]
    tables = [_record(table, policy) for table in reports if len(table)]
    empty = pd.DataFrame(columns=COLUMNS)
    return Guarded(surveys, numbers, pd.concat(tables) if tables else empty)


def _stops(dataset: Dataset, inputs: list[Placed], atlas: Atlas) -> HiddenNumbers:
    coverage = find_coverage(dataset, inputs, atlas)
    if coverage is None:
        return HiddenNumbers()
    periods = event_periods(coverage.months, coverage.of_force(), dataset.periods)
    return hide_stops(dataset, inputs, atlas, coverage.months, periods)


def _record(report: pd.DataFrame, policy: dict[str, Dataset]) -> pd.DataFrame:
    """Add the policy, and the sentence that a reader gets."""
    table = report.copy()
    out = table["primary"] + table["secondary"] + table["whole"]
    table["share_hidden"] = (100 * out / table["cells"]).where(table["cells"] > 0)
    table["policy_width"] = [policy_of(policy[n]).width for n in table["dataset"]]
    table["how"] = ["fewest, proved" if yes else "heuristic" for yes in table["proved"]]
    table["how"] = table["how"].mask(out == 0, "nothing hidden")
    table["words"] = [
        _words(row, policy[row["dataset"]]) for _, row in table.iterrows()
    ]
    return table[COLUMNS]


def _words(row: pd.Series, dataset: Dataset) -> str:
    hidden = int(row["primary"] + row["secondary"] + row["whole"])
    if not hidden:
        return "Nothing is hidden."
    said = [f"{hidden:,} of {row['cells']:,} numbers are hidden:"]
    why = {
        "primary": f"{{:,}} are of fewer than {dataset.suppress_below} people",
        "secondary": "{:,} would give those away",
        "whole": "{:,} go with their whole map, most of which would be hidden",
    }
    parts = [text.format(row[name]) for name, text in why.items() if row[name]]
    said.append("; ".join(parts) + ".")
    if row["short"]:
        said.append(
            f"{int(row['short']):,} can be narrowed down further than the policy asks,"
            " by numbers that are public or 0."
        )
    if row["gap"]:
        said.append(
            f"Up to {row['gap']:.0%} of what is hidden for others' sake may be"
            " more than is needed."
        )
    return " ".join(said)
