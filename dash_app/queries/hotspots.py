"""What the hotspots page asks: clusters, change, concentration, near repeats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from dash_app.queries import layers, patterns
from dash_app.queries.source import frame_at, records, source, where
from dash_app.view import Notes, View, pick
from geosafety import settings
from geosafety.publish.briefing import Picture
from geosafety.publish.spot_drawing import spot_map
from geosafety.publish.spots import Spots
from geosafety.publish.words import group_text, lower_first

Record = dict[str, Any]
_HARM = "harm: "
_WITH = " with "  # between the two indicators of a pair
_COLD = "emerging cold spots"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One set of findings: every name in it was looked up in the results.

    Attributes
    ----------
    view
        The layer, the indicator and the group, as the map takes them.
    geographies, groups
        What else may be chosen, with what to call it.
    refused
        Why the layer is not tested; empty where it is.
    finest
        The smallest layer that was tested.
    """

    view: View
    geographies: Mapping[str, str]
    groups: Mapping[str, str]
    refused: str
    finest: str
    notes: Notes


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What rose and fell against the same months before; `rows` are those alone."""

    period: str
    before: str
    counts: Mapping[str, int]
    rows: tuple[Record, ...]


@dataclass(frozen=True, kw_only=True)
class Concentration:
    """How few places hold most of it, on the smallest areas.

    Attributes
    ----------
    shares, gini
        Rows of the 80-20 table, and the sentence of the Gini coefficient.
    curve
        Per cent of places, of crime, and of crime spread as evenly as can be.
    harm
        Sentences of the same, each crime by its harm.
    tested
        Rows of the held-out test.
    """

    period: str
    shares: tuple[Record, ...]
    gini: str
    curve: tuple[tuple[float, float, float], ...]
    harm: tuple[str, ...]
    tested: tuple[Record, ...]


def resolve(**asked: str) -> Asked | None:
    """Turn what a URL asks for into findings that exist; None where there are none."""
    tests = frame_at(*source(), "autocorrelation")
    if tests.empty:
        return None
    notes: list[str] = []
    below = tests[tests["geography"] != "force"]
    single = below[~below["indicator"].astype(str).str.contains(_WITH)]
    if single.empty:
        return None
    i = pick(asked.get("i", ""), single["indicator"].unique(), (), "such test", notes)
    own = where(single, indicator=i)
    tested = own[own["statistic"] != "refused"]
    offered = _layers(own, tested)
    g = pick(asked.get("g", ""), offered, ("lsoa",), "layer here", notes)
    groups = tested.loc[tested["geography"] == g, "group"].unique()
    names = {str(name): _group(str(name)) for name in groups} or {"all": "All"}
    grp = pick(asked.get("grp", ""), names, ("all",), "group tested here", notes)
    refused = where(own, geography=g, statistic="refused")
    finest = [n for n in reversed(offered) if n in set(tested["geography"])]
    return Asked(
        view=View(geography=g, indicator=i, period="", group=grp, look="clusters"),
        geographies=offered,
        groups=names,
        refused=str(refused["words"].iloc[0]) if len(refused) else "",
        finest=finest[0] if finest else "",
        notes=tuple(notes),
    )


def _group(name: str) -> str:
    """Name a group by its category alone, as the list says what they are."""
    return name.partition("=")[2] or group_text(name)


def _layers(own: pd.DataFrame, tested: pd.DataFrame) -> dict[str, str]:
    """Name every layer there is a finding or a refusal of, below the Force."""
    there, made = set(own["geography"]), set(tested["geography"])
    return {
        name: layer.plural if name in made else f"{layer.plural}: not tested"
        for name, layer in settings.geographies().items()
        if name in there
    }


def spots(asked: Asked, look: str = "clusters") -> tuple[Spots | None, str]:
    """Return the clusters, or (`emerging`) the classes through time; or why not."""
    found, why = patterns.spots(replace(asked.view, look=look))
    return found, why.removesuffix(patterns.INSTEAD).strip()


def picture(asked: Asked, found: Spots, words: str) -> Picture | None:
    """Draw where the hot and cold areas lie; None where there are no borders."""
    over = "local_authority" if layers.has_layer("local_authority") else "force"
    if not layers.has_layer(over):
        return None
    own = asked.view.geography
    # Both are in the order of the polygons.
    inside = layers.labels(own)["features"]
    pairs = zip(layers.outline_of(own).names, inside, strict=True)
    points = {code: tuple(f["geometry"]["coordinates"]) for code, f in pairs}
    layer = layers.outline_of(over)
    shapes = [layer.feature(code)["geometry"] for code in layer.names]
    outlines = [rings for shape in shapes for rings in _polygons(shape)]
    return spot_map(found.rows, points, outlines, words=words)


def _polygons(shape: Mapping[str, Any]) -> list[Any]:
    nested = shape["coordinates"]
    return list(nested) if shape["type"] == "MultiPolygon" else [nested]


def whole_map(asked: Asked) -> list[str]:
    """Return whether the map as a whole clusters, alone and with other figures."""
    tests = where(
        frame_at(*source(), "autocorrelation"), geography=asked.view.geography
    )
    tests = where(tests, group=asked.view.group)
    tests = tests[tests["statistic"] != "refused"]
    own = tests["indicator"] == asked.view.indicator
    pairs = tests["indicator"].astype(str).str.contains(_WITH + asked.view.indicator)
    return [str(text) for text in tests.loc[own | pairs, "words"]]


def cold_classes(asked: Asked) -> Counter[str]:
    """Count the classes through time of cold spots."""
    rows = where(_trends(asked), trend=_COLD)
    return Counter(str(name) for name in rows.get("class", []))


def changes(asked: Asked) -> Changes | None:
    """Return what rose and fell; None where no months could be set against others."""
    rows = _trends(asked)
    if rows.empty:
        return None
    rows = rows[rows["trend"].astype(str).str.startswith("change")]
    if rows.empty:
        return None
    first = rows.iloc[0]
    clear = rows[rows["label"].isin(["rise", "fall"])]
    names = {row.code: row.name for row in _named(asked)}
    return Changes(
        period=str(first["period"]),
        before=str(first["compared_with"]),
        counts=Counter(str(label) for label in rows["label"]),
        rows=tuple(
            row | {"area_name": names.get(row["area_code"], row["area_code"])}
            for row in sorted(records(clear), key=_clearest)
        ),
    )


def _clearest(row: Record) -> tuple[bool, float]:
    """Put rises first, by what is the least they rose; then falls alike."""
    rise = row["label"] == "rise"
    return not rise, -row["lower"] if rise else row["upper"]


def _named(asked: Asked) -> tuple[Any, ...]:
    found, _ = patterns.spots(asked.view)
    return found.rows if found else ()


def _trends(asked: Asked) -> pd.DataFrame:
    view = asked.view
    return patterns.tests_of(view.geography, view.indicator, view.group)[1]


def concentration(asked: Asked) -> Concentration | None:
    """Return how concentrated it is; None where that was not measured on this layer."""
    view = asked.view
    table = where(frame_at(*source(), "concentration"), geography=view.geography)
    table = where(table, group=view.group)
    if table.empty:
        return None
    harm = table["measure"].str.startswith(_HARM)
    own = table[~harm & (table["indicator"] == view.indicator)]
    kind = own["measure"]
    shares = own[kind.str.startswith("places holding")]
    curve = own.loc[kind == "lorenz", ["places_share", "value", "most_even"]]
    gini = own.loc[kind == "gini", "words"]
    said = harm & ~table["measure"].str.endswith(("lorenz", "location quotient"))
    if shares.empty:
        return None
    return Concentration(
        period=str(shares["period"].iloc[0]),
        shares=tuple(records(shares)),
        gini=str(gini.iloc[0]) if len(gini) else "",
        curve=tuple((float(a), float(b), float(c)) for a, b, c in curve.to_numpy()),
        harm=tuple(str(words) for words in table.loc[said, "words"]),
        tested=tuple(records(own[kind.str.startswith("held out")])),
    )


def mix(asked: Asked) -> tuple[int, tuple[Record, ...]]:
    """Return in how many wards a category's part of crime is known, and where large.

    Those in which it is clearly a larger part than overall, the clearest first.
    """
    table = frame_at(*source(), "concentration")
    wanted = {"measure": "location quotient", "indicator": asked.view.indicator}
    found = where(table, **wanted, group=asked.view.group)
    if found.empty:
        return 0, ()
    areas = frame_at(*source(), "areas")
    names = where(areas, geography="ward").set_index("area_code")["area_name"]
    clear = found[found["lower"] > 1].sort_values("lower", ascending=False)
    rows = records(clear.assign(area_name=clear["area_code"].map(names)))
    return len(found), tuple(rows)


def near_repeats() -> list[tuple[str, tuple[Record, ...]]]:
    """Return what is known of near repeats, for each kind of events."""
    table = frame_at(*source(), "near_repeat")
    if table.empty:
        return []
    known = settings.indicators()
    return [
        (
            known[str(name)].label if str(name) in known else lower_first(str(name)),
            tuple(records(part)),
        )
        for name, part in table.groupby("indicator", sort=False)
    ]
