"""Make the demonstration's raw input files: seeded, any size, labelled synthetic.

The files are then read and built through the same path as anyone's. Published figures
stand in files named `published`; everything else is invented, and says so.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pandas as pd

from geosafety.demo import people, residents
from geosafety.demo.consultation import consultation
from geosafety.demo.crime import write_crimes
from geosafety.demo.impact_survey import impact_survey
from geosafety.demo.places import Places, read_margins, read_places

Progress = Callable[[str], None]

__all__ = ["write_demo"]


def write_demo(
    folder: Path,
    *,
    boundaries: Path,
    seed: int = 0,
    crimes: int = 100_000,
    progress: Progress | None = None,
) -> Path:
    """Write the demonstration's raw input files and its project file.

    Parameters
    ----------
    folder
        Where to write; made if it is not there.
    boundaries
        The folder of bundled boundary layers.
    seed
        The same seed gives the same bytes.
    crimes
        How many well-formed crime rows to make over 36 months.
    progress
        Called with a short sentence before each step.

    Returns
    -------
    pathlib.Path
        The project file.
    """
    say = progress or (lambda _step: None)
    say("Reading the bundled boundaries")
    places = read_places(boundaries)
    say("Writing WMNow members, populations and venues")
    _write_people(folder, places, seed)
    say("Writing survey respondents")
    _write_surveys(folder, places, seed)
    say(f"Writing {crimes:,} synthetic crimes")
    write_crimes(folder / "crime", places, crimes=crimes, seed=seed)
    project = folder / "geosafety.toml"
    text = files("geosafety.demo").joinpath("project.toml").read_text("utf-8")
    text = text.replace("synthetic = true\n", f"synthetic = true\nseed = {seed}\n", 1)
    project.write_text(text, encoding="utf-8", newline="\n")
    return project


def _write_people(folder: Path, places: Places, seed: int) -> None:
    _write(people.wmnow_npu(), folder / "wmnow/wmnow_npu_published.csv")
    _write(people.wmnow_lsoa(places), folder / "wmnow/wmnow_lsoa_synthetic.csv")
    population = folder / "population"
    _write(people.population_borough(), population / "population_borough_published.csv")
    _write(people.population_npu(), population / "population_npu_published.csv")
    _write(people.population_lsoa(places), population / "population_lsoa_synthetic.csv")
    _write(people.venues(places, seed=seed), folder / "venues/venues_synthetic.csv")
    for dimension in residents.SHARES:
        made = residents.residents(dimension)
        _write(made, population / f"residents_by_{dimension}_synthetic.csv")
    npus = [str(code) for code in people.WMNOW.index]
    outcomes = residents.outcomes(npus, seed=seed)
    _write(outcomes, folder / "outcomes/outcomes_npu_synthetic.csv")
    survey = residents.crime_survey(seed=seed)
    _write(survey, folder / "series/crime_survey_synthetic.csv")


def _write_surveys(folder: Path, places: Places, seed: int) -> None:
    margins = read_margins()
    surveys = folder / "surveys"
    table = consultation(places, margins["consultation"], seed=seed)
    _write(table, surveys / "consultation_2024.csv")
    table = impact_survey(places, margins["impact"], seed=seed)
    _write(table, surveys / "impact_areas_2022.csv")


def _write(table: pd.DataFrame, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
