"""Read every input of a project, and place every row of it in every layer."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd

from geosafety.errors import InputError
from geosafety.geography.atlas import Atlas
from geosafety.geography.placing import ledger_lines, locate, place
from geosafety.project import InputSource, Project
from geosafety.readers.crime import read_crime
from geosafety.readers.deprivation import read_deprivation
from geosafety.readers.population_raster import read_population_raster
from geosafety.readers.series import published_series, read_series
from geosafety.readers.series_blocks import series_of
from geosafety.readers.stocks import read_members, read_population
from geosafety.readers.stops import read_stops
from geosafety.readers.survey import read_survey_files
from geosafety.readers.venues import read_venues
from geosafety.settings import catalog_text, geographies
from geosafety.tidy import (
    Observations,
    complete_places,
    folded,
    no_rejects,
    number_places,
)

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Placed:
    """One input: its located places, and their areas by geography."""

    data: Observations
    places: pd.DataFrame
    homes: dict[str, pd.DataFrame]

    @property
    def level(self) -> str:
        """The geography of the area codes that its rows carry, or nothing."""
        levels = self.data.places["level"].dropna().unique()
        return str(levels[0]) if len(levels) == 1 else ""

    def reaches(self, geography: str) -> bool:
        """Tell whether numbers by area can be had for `geography` without guessing."""
        if self.level:
            return geography in (self.level, *geographies()[self.level].up_to)
        return True


def read_inputs(
    project: Project, atlas: Atlas, progress: Progress
) -> list[Observations]:
    """Read every input; what the project does not name, the bundled default fills."""
    names = area_names(atlas)
    found = [
        with_codes(data, names)
        for source in project.inputs
        for data in _read(source, project, atlas, progress)
    ]
    _no_file_twice(found)
    given = {source.dataset for source in project.inputs}
    for dataset in ("wmnow", "population"):
        if dataset not in given:
            found += published_stocks(dataset)
    series = [series_of(s).name for s in project.inputs if s.dataset == "series"]
    return found + published_series(series)


def _no_file_twice(inputs: list[Observations]) -> None:
    """Refuse the very same file in two blocks of a dataset: it would count twice."""
    seen: dict[tuple[str, str], str] = {}
    for data in inputs:
        # One file may hold several of these, each in a column of its own.
        several = data.dataset in ("series", "area_values")
        for file in () if several else data.files:
            earlier = seen.setdefault((data.dataset, file.sha256), data.name)
            if earlier != data.name and file.rows:
                problem = f"{file.name} stands in {earlier!r} and in {data.name!r}."
                hint = "Each of its rows would count twice: name it in one block."
                raise InputError(problem, hint=hint)


def _read(
    source: InputSource, project: Project, atlas: Atlas, progress: Progress
) -> list[Observations]:
    if source.dataset == "survey":
        return read_survey_files(source, project, progress)
    if source.dataset == "population" and source.format == "raster":
        return [read_population_raster(source, project, atlas, progress)]
    readers = {
        "crime": read_crime,
        "stop_search": read_stops,
        "wmnow": read_members,
        "population": read_population,
        "venues": read_venues,
        "series": read_series,
        "area_values": read_series,
        "deprivation": read_deprivation,
    }
    return [readers[source.dataset](source, project, progress)]


def area_names(atlas: Atlas) -> dict[str, dict[str, str]]:
    """By geography, the code of each area by its folded name."""
    return {
        name: {
            folded(label): str(code) for code, label in layer.areas["area_name"].items()
        }
        for name, layer in atlas.layers.items()
    }


def with_codes(data: Observations, names: dict[str, dict[str, str]]) -> Observations:
    """Turn area names into codes: people write "Birmingham" as often as "E08000025"."""
    places = data.places

    def code(value: object, level: object) -> object:
        known = names.get(str(level), {}) if isinstance(value, str) else {}
        return known.get(folded(value), value)

    pairs = zip(places["code"], places["level"], strict=True)
    codes = [code(value, level) for value, level in pairs]
    column = pd.Series(codes, index=places.index, dtype="object")
    return replace(data, places=places.assign(code=column))


def published_stocks(dataset: str) -> list[Observations]:
    """Make observations of the published figures in the catalogue.

    WMNow members and 16+ residents by NPU (the report's own denominators), and
    mid-2020 residents of all ages by borough.
    """
    block = tomllib.loads(catalog_text("published/wmnow_2022.toml"))
    figures = pd.DataFrame(block["figures"]).query("geography == 'npu'")
    adults = figures[figures["indicator"] == "population_16plus"]
    by_area = adults.drop_duplicates("area_code").set_index("area_code")["value"]
    source = f"{block['title']}, {block['body']}, {block['date']}"
    if dataset == "wmnow":
        members = figures[figures["indicator"] == "wmnow_members"]
        rows = pd.DataFrame({"code": members["area_code"], "period": members["period"]})
        rows = rows.assign(
            n=members["value"].astype(float),
            population_16plus=members["area_code"].map(by_area).astype(float),
        )
        return [_published("wmnow", "npu", rows, source, "mid-2020")]
    by_npu = pd.DataFrame({"code": by_area.index, "period": "", "n": 0.0})
    by_npu["population_16plus"] = by_area.to_numpy(float)
    return [_published("population", "npu", by_npu, source, "mid-2020")]


def _published(
    dataset: str, level: str, rows: pd.DataFrame, source: str, vintage: str
) -> Observations:
    rows = rows.assign(level=level)
    number, places = number_places(rows, ["code", "level"])
    kept = rows.drop(columns=["code", "level"]).assign(place=number, rows=1)
    return Observations(
        dataset=dataset,
        name=f"{dataset} by {level}, published",
        kind="published",
        source=source,
        denominator_vintage=vintage,
        places=complete_places(places),
        rows=kept.reset_index(drop=True),
        rejects=no_rejects(),
        files=(),
    )


def place_inputs(
    inputs: list[Observations], atlas: Atlas, progress: Progress
) -> tuple[list[Placed], pd.DataFrame]:
    """Place every input in every layer, and keep the ledger.

    Returns
    -------
    list of Placed, DataFrame
        The ledger has one line per input, geography, outcome and reason; for each input
        and geography its rows add up to the input's rows.
    """
    placed, lines = [], []
    for data in inputs:
        progress(f"placing {data.name}: {len(data.places):,} distinct places")
        # The vintage of people or of ranks is their year, not that of their codes.
        dated = data.dataset in ("population", "deprivation")
        codes = "" if dated else data.vintage
        places = locate(data.places.assign(vintage=codes), atlas.postcodes)
        homes = {g: place(places, atlas, g) for g in atlas.layers}
        placed.append(Placed(data, places, homes))
        for geography, home in homes.items():
            line = ledger_lines(data.rows, home, data.rejects)
            _must_balance(line, data, geography)
            keys = {"input": data.name, "dataset": data.dataset, "geography": geography}
            lines.append(line.assign(**keys))
    columns = ["input", "dataset", "geography", "outcome", "how"]
    columns += ["rows", "counted", "disagree"]
    ledger = pd.concat(lines, ignore_index=True) if lines else pd.DataFrame()
    return placed, ledger.reindex(columns=columns)


def _must_balance(line: pd.DataFrame, data: Observations, geography: str) -> None:
    """Stop a build whose rows do not add up: that is a bug, and never a small one."""
    if int(line["rows"].sum()) != data.rows_in:
        message = (
            f"{data.name} in {geography}: {data.rows_in} rows in, "
            f"{int(line['rows'].sum())} accounted for"
        )
        raise AssertionError(message)
