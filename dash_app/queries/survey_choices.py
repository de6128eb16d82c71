"""What the surveys page is asked for, looked up in what the results hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from dash_app.queries.source import frame, source, where
from dash_app.view import Notes, pick
from geosafety import results, settings
from geosafety.publish.words import period_text
from geosafety.settings import FORCE_CODE

_ANSWERS = "survey_answer_share"  # the options of questions, which are no indicator
_NAMING = ("weighting", "representation", "priorities", "response_rates")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One survey, looked at from one area; every name was looked up in the results.

    Attributes
    ----------
    geography, area, area_name
        Whose answers.
    layer
        The areas that are listed beside each other.
    by, indicator
        What people are grouped by, and the figure; empty where there is none.
    surveys, areas, layers, dimensions, indicators
        What else may be chosen, with what to call it.
    """

    survey: str
    geography: str
    area: str
    area_name: str
    layer: str
    by: str
    indicator: str
    surveys: Mapping[str, str]
    areas: Mapping[str, str]
    layers: Mapping[str, str]
    dimensions: Mapping[str, str]
    indicators: Mapping[str, str]
    notes: Notes


def resolve(**asked: str) -> Asked | None:
    """Turn what a URL asks for into what there is; None where no survey was read."""
    surveys = survey_names()
    if not surveys:
        return None
    notes: list[str] = []
    names = {name: period_text(name) for name in surveys}
    s = pick(asked.get("s", ""), names, (), "survey", notes)
    places, layers, dimensions, indicators = _offered(*source(), s)
    a = pick(asked.get("a", ""), places or [""], (FORCE_CODE,), "area here", notes)
    layer = pick(asked.get("g", ""), layers or [""], ("npu",), "layer here", notes)
    by = pick(asked.get("by", ""), dimensions or [""], ("age",), "group here", notes)
    i = pick(
        asked.get("i", ""),
        indicators or [""],
        ("feels_safe_home",),
        "figure in this survey",
        notes,
    )
    geography, name, _ = places.get(a, ("", a, ""))
    return Asked(
        survey=s,
        geography=geography,
        area=a,
        area_name=name,
        layer=layer,
        by=by,
        indicator=i,
        surveys=names,
        areas={code: label for code, (_, _, label) in places.items()},
        layers=layers,
        dimensions=dimensions,
        indicators=indicators,
        notes=tuple(notes),
    )


def survey_names() -> tuple[str, ...]:
    """List the surveys that any table is of, in the order they were read."""
    return _survey_names(*source())


@lru_cache(maxsize=4)
def _survey_names(path: Path, _stamp: int) -> tuple[str, ...]:
    found = [str(name) for name in _column(path, "estimates", "survey")]
    for table in _NAMING:
        rows = frame(table)
        found += [str(name) for name in rows.get("survey", [])]
    return tuple(dict.fromkeys(found))


def _column(path: Path, table: str, column: str) -> Iterable[Any]:
    file = path / f"{table}.parquet"
    if not file.exists():
        return []
    if column not in pq.read_schema(file).names:
        return []
    return list(pd.read_parquet(file, columns=[column])[column].unique())


Place = tuple[str, str, str]  # the layer, the name, and the name with the layer


@lru_cache(maxsize=8)
def _offered(
    path: Path, _stamp: int, survey: str
) -> tuple[dict[str, Place], dict[str, str], dict[str, str], dict[str, str]]:
    """List a survey's areas, layers, groupings and figures."""
    columns = ["geography", "area_code", "by", "indicator"]
    rows = estimates_of(path, survey, columns).drop_duplicates()
    people = where(frame("representation"), survey=survey)
    asked = frame("priorities")
    asked = where(asked, survey=survey)
    parts = [t[["geography", "area_code"]] for t in (people, asked) if len(t)]
    areas = pd.concat(parts or [rows[["geography", "area_code"]]]).drop_duplicates()
    names, known = area_names(), settings.geographies()
    there = set(areas["geography"])
    places: dict[str, Place] = {}
    for layer in (name for name in known if name in there):
        own = areas.loc[areas["geography"] == layer, "area_code"]
        for code in (str(code) for code in own):
            name = names.get(code, code)
            label = name if layer == "force" else f"{known[layer].label}: {name}"
            places[code] = layer, name, label
    drawn = set(rows["geography"]) - {"force"}
    bys = [str(b) for b in (*rows["by"].unique(), *people.get("dimension", [])) if b]
    measured = [str(i) for i in rows["indicator"].unique() if i != _ANSWERS]
    labels = settings.indicators()
    return (
        places,
        {name: layer.plural for name, layer in known.items() if name in drawn},
        {b: dimension_text(b) for b in dict.fromkeys(bys) if b not in known},
        {i: labels[i].label for i in measured if i in labels},
    )


def dimension_text(name: str) -> str:
    """Write what people are grouped by."""
    known = settings.geographies().get(name)
    if known:
        return known.label
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


def estimates_of(
    path: Path, survey: str, columns: list[str] | None = None, **wanted: str
) -> pd.DataFrame:
    """Read the estimates of one survey alone: the whole table is large."""
    file = path / "estimates.parquet"
    if not file.exists():
        return pd.DataFrame(columns=columns)
    filters = [("survey", "=", survey), *((k, "=", v) for k, v in wanted.items())]
    found = pd.read_parquet(file, columns=columns, filters=filters)
    texts = [str(c) for c in found.select_dtypes("category")]
    return results.as_text(found, texts)


def area_names() -> dict[str, str]:
    """Return the name of every area, by its code."""
    areas = frame("areas")
    if areas.empty:
        return {}
    return dict(zip(areas["area_code"], areas["area_name"], strict=True))
