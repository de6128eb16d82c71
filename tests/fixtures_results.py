"""Write a small results folder in the true shape: squares, made-up numbers."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import box

from geosafety import results
from geosafety.geography.atlas import Atlas, Layer
from geosafety.pipeline.alike import write_alike
from geosafety.pipeline.judging import judged
from geosafety.settings import CRS, FORCE_CODE, VALUE_COLUMNS

WEST, SOUTH, SIDE = 390_000, 270_000, 32_000
# A name that would run as script if it were pasted into a page unescaped.
HOSTILE = '<img src=x onerror=boom()> O\'Brien & "Co"'
FORMULA = "=cmd|' /C calc'!A0"
CELLS = {"local_authority": 2, "npu": 2, "ward": 4, "lsoa": 8}
PREFIX = {"local_authority": "E0800", "npu": "N", "ward": "E0500", "lsoa": "E0100"}
WORDS = {"local_authority": "Borough", "npu": "Unit", "ward": "Ward", "lsoa": "Small"}


def write_fixture_results(folder: Path) -> Path:
    """Fill `folder` with results for six layers and four indicators."""
    layers = {"force": _force(), "impact_area": _impact_areas()}
    layers |= {name: _grid(name, n) for name, n in CELLS.items()}
    with results.write_results(folder) as out:
        for name, layer in layers.items():
            _write_layer(out, name, layer)
        _areas(layers).to_parquet(out / "areas.parquet")
        with results.ValueWriter(out / "values.parquet") as writer:
            for table in judged(_tables(layers)):
                writer.append(table)
        _ledger().to_parquet(out / "ledger.parquet")
        _coverage().to_parquet(out / "coverage.parquet")
        for name, made in _tests(layers).items():
            results.write_table(out, name, made)
        write_alike(out, _atlas(layers))
        results.write_manifest(out, _manifest(layers))
    return folder


def _force() -> gpd.GeoDataFrame:
    shape = box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE)
    return _layer([FORCE_CODE], ["Force area"], [shape])


def _impact_areas() -> gpd.GeoDataFrame:
    shapes = [
        box(WEST + d, SOUTH + d, WEST + d + 3000, SOUTH + d + 3000)
        for d in (3000, 20_000)
    ]
    return _layer(["IA-1", "IA-2"], ["Impact area 1", "Impact area 2"], shapes)


def _grid(name: str, n: int) -> gpd.GeoDataFrame:
    step = SIDE / n
    cells = [(x, y) for y in range(n) for x in range(n)]
    shapes = [
        box(
            WEST + x * step,
            SOUTH + y * step,
            WEST + (x + 1) * step,
            SOUTH + (y + 1) * step,
        )
        for x, y in cells
    ]
    codes = [f"{PREFIX[name]}{i:04d}" for i in range(len(cells))]
    names = [f"{WORDS[name]} {i + 1}" for i in range(len(cells))]
    if name == "ward":
        names[0], names[1] = HOSTILE, FORMULA
    return _layer(codes, names, shapes)


def _layer(codes: list[str], names: list[str], shapes: list[Any]) -> gpd.GeoDataFrame:
    columns = {"area_code": codes, "area_name": names}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def _write_layer(out: Path, name: str, layer: gpd.GeoDataFrame) -> None:
    layer.to_parquet(out / "geometry" / f"{name}.parquet")
    renamed = layer.rename(columns={"area_code": "code", "area_name": "name"})
    text = renamed.to_crs(4326).to_json(drop_id=True)
    with gzip.open(out / "geometry" / f"{name}.geojson.gz", "wb") as file:
        file.write(text.encode())


def _atlas(layers: dict[str, gpd.GeoDataFrame]) -> Atlas:
    made = {
        name: Layer(name=name, areas=layer.set_index("area_code"), vintage="test")
        for name, layer in layers.items()
    }
    return Atlas(layers=made, postcodes=pd.DataFrame())


def _areas(layers: dict[str, gpd.GeoDataFrame]) -> pd.DataFrame:
    frames = [
        pd.DataFrame(layer.drop(columns="geometry")).assign(
            geography=name, approximate=True, note=""
        )
        for name, layer in layers.items()
    ]
    columns = ["geography", "area_code", "area_name", "approximate", "note"]
    return pd.concat(frames, ignore_index=True)[columns]


def _tables(layers: dict[str, gpd.GeoDataFrame]) -> list[pd.DataFrame]:
    random = np.random.default_rng(7)
    tables = []
    for name, layer in layers.items():
        for period in ("2021-09", "2022-03"):
            tables.append(_rates(name, layer, period, random))
        for earlier in ("2021-03", "2021-09"):
            tables.append(_changes(name, layer, earlier, random))
        for group in ("all", "category=Burglary"):
            tables.append(_crimes(name, layer, group, random))
        tables.append(_shares(name, layer, random))
    return tables


def _frame(name: str, layer: gpd.GeoDataFrame, **columns: Any) -> pd.DataFrame:
    blank: dict[str, Any] = dict.fromkeys(VALUE_COLUMNS, "")
    blank |= dict.fromkeys(("value", "lower", "upper", "numerator", "base"), np.nan)
    blank |= {"group": "all", "status": "ok", "vintage": "test"}
    blank |= {"geography": name, "area_code": layer["area_code"]}
    blank |= {"area_name": layer["area_name"]} | columns
    return pd.DataFrame(blank)[list(VALUE_COLUMNS)]


def _rates(
    name: str, layer: gpd.GeoDataFrame, period: str, random: np.random.Generator
) -> pd.DataFrame:
    n = len(layer)
    force = name == "force"
    base = np.full(n, 80_000.0 if force else 10_000.0)
    members = np.array([4_000.0]) if force else random.integers(300, 700, n)
    return _frame(
        name,
        layer,
        indicator="wmnow_rate",
        period=period,
        value=members / base * 1000,
        unit="per 1,000",
        numerator=members.astype(float),
        base=base,
        denominator="population_16plus",
        kind="published",
    )


def _changes(
    name: str, layer: gpd.GeoDataFrame, earlier: str, random: np.random.Generator
) -> pd.DataFrame:
    return _frame(
        name,
        layer,
        indicator="wmnow_change",
        period="2022-03",
        compared_with=earlier,
        value=random.integers(-40, 60, len(layer)).astype(float),
        unit="members",
        kind="published",
    )


def _crimes(
    name: str, layer: gpd.GeoDataFrame, group: str, random: np.random.Generator
) -> pd.DataFrame:
    n = len(layer)
    counts = random.poisson(60 if group == "all" else 4, n).astype(float)
    value = counts / 2.0
    spread = 1.96 * np.sqrt(counts + 1) / 2
    frame = _frame(
        name,
        layer,
        indicator="crime_rate",
        group=group,
        period="2023-04/2024-03",
        value=value,
        lower=(value - spread).clip(min=0),
        upper=value + spread,
        unit="per 1,000",
        numerator=counts,
        base=np.full(n, 2000.0),
        denominator="population",
        kind="observed",
    )
    if name == "force":
        # What the areas are part of: as many times their residents and crimes.
        counted = {"numerator": 60.0 * 64, "base": 2000.0 * 64}
        return frame.assign(value=30.0, lower=29.0, upper=31.0, **counted)
    return frame


def _shares(
    name: str, layer: gpd.GeoDataFrame, random: np.random.Generator
) -> pd.DataFrame:
    n = len(layer)
    value = np.array([62.0]) if name == "force" else random.uniform(30, 90, n)
    frame = _frame(
        name,
        layer,
        indicator="feels_safe_home",
        period="consultation_2024",
        value=value,
        lower=value - 8,
        upper=value + 8,
        unit="per cent",
        numerator=np.round(value),
        base=np.full(n, 100.0),
        denominator="answers",
        kind="synthetic",
    )
    if name in ("ward", "lsoa"):
        _spoil(frame)
    return frame


def _spoil(frame: pd.DataFrame) -> None:
    """Give the last areas every status there is, and one a true zero."""
    numbers = ["value", "lower", "upper", "numerator", "base"]
    end = len(frame) - 1
    frame.loc[end, "status"] = "suppressed"
    frame.loc[end - 1, "status"] = "incomplete"
    frame.loc[end - 2, "status"] = "not available"
    frame.loc[end - 2 : end, numbers] = np.nan
    frame.loc[end - 3, "status"] = "low base"
    frame.loc[end - 3, "base"] = 20.0
    frame.loc[end - 4, ["value", "lower", "numerator"]] = 0.0
    frame.loc[end - 4, "upper"] = 3.7


LABELS = [
    ("hot", "stable", 1.0),
    ("hot", "fragile", 0.5),
    ("hot", "fragile", 7 / 12),
    ("cold", "stable", 11 / 12),
    ("cold", "fragile", 1 / 3),
    ("too few permutations", "", np.nan),
    ("not tested", "", np.nan),
]
CLASSES = ["new", "persistent", "sporadic", "not tested"]


def _tests(layers: dict[str, gpd.GeoDataFrame]) -> dict[str, list[pd.DataFrame]]:
    """Make the tables of the tests: wards and LSOAs, all crime only."""
    refused = [
        {"geography": g, "indicator": "crime_rate", "group": "all"}
        | {
            "statistic": "refused",
            "words": f"Not tested: {len(layers[g])} are too few.",
        }
        for g in ("force", "local_authority", "npu", "impact_area")
    ]
    whole = [
        {"geography": g, "indicator": "crime_rate", "group": "all"}
        | {"statistic": "Moran's I", "words": "This says that there is a pattern."}
        for g in ("ward", "lsoa")
    ]
    trends = [t for g in ("ward", "lsoa") for t in _trends(g, layers[g])]
    return {
        "clusters": [_clusters(g, layers[g]) for g in ("ward", "lsoa")],
        "autocorrelation": [pd.DataFrame(refused), pd.DataFrame(whole)],
        "trends": trends,
    }


def _keys(name: str) -> dict[str, str]:
    keys = {"geography": name, "indicator": "crime_rate", "group": "all"}
    return keys | {"kind": "synthetic"}


def _clusters(name: str, layer: gpd.GeoDataFrame) -> pd.DataFrame:
    n = len(layer)
    plain = [("not significant", "stable", 1.0)] * (n - len(LABELS))
    labels, words, shares = zip(*LABELS, *plain, strict=True)
    label = pd.Series(labels)
    z = label.map({"hot": 5.25, "cold": -4.5}).fillna(0.5)
    frame = pd.DataFrame(
        {
            "area_code": layer["area_code"],
            "area_name": layer["area_name"],
            "period": "2023-01/2023-12",
            "statistic": "gi_star",
            "value": 0.25,
            "z_score": z.mask(label == "not tested"),
            "p_value": 0.00123456789,
            "q_value": np.where(label.isin(["hot", "cold"]), 0.0123456789, 0.5),
            "smallest_p": 0.00002,
            "label": label,
            "reason": np.where(label == "not tested", "nobody lives there", ""),
            "stability": shares,
            "stability_word": words,
            "points": "points moved",
            "permutations": 99_999,
            "seed": 7,
            "impact_area": "",
        }
    ).assign(**_keys(name))
    if name == "lsoa":
        frame.loc[0, "impact_area"] = "IA-1"
    # Another statistic of the same areas, which the map does not show.
    other = frame.assign(statistic="moran", label="not significant")
    return pd.concat([other, frame], ignore_index=True)


def _trends(name: str, layer: gpd.GeoDataFrame) -> list[pd.DataFrame]:
    n = len(layer)
    classes = pd.Series([*CLASSES, *["none"] * (n - len(CLASSES))])
    untested = classes == "not tested"
    hot = classes.map({"new": 1, "persistent": 24, "sporadic": 5}).fillna(0)
    emerging = pd.DataFrame({"area_code": layer["area_code"], "class": classes}).assign(
        months=np.where(untested, 8, 24),
        hot_months=hot.astype(int),
        last_month="2023-12",
        reason=np.where(untested, "fewer than 10 months are covered", ""),
        period="2022-01/2023-12",
        trend="emerging hot spots",
        **_keys(name),
    )
    change = pd.DataFrame({"area_code": layer["area_code"]}).assign(
        label="not significant",
        words="From 50 to 52: chance alone could explain the difference.",
        period="2023-01/2023-12",
        compared_with="2022-01/2022-12",
        trend="change, the same 12 months",
        **_keys(name),
    )
    # Cold spots stand in the same table, after all others: no page may show these.
    cold = emerging.assign(trend="emerging cold spots", words="Cold, and not shown.")
    cold["class"] = "intensifying"
    return [emerging, change, cold]


def _ledger() -> pd.DataFrame:
    rows = [
        ("members.csv", "lsoa", "placed", "by postcode", 950),
        ("members.csv", "lsoa", "unplaced", "postcode not known", 40),
        ("members.csv", "lsoa", "rejected", "no date", 10),
    ]
    columns = ["input", "geography", "outcome", "how", "rows"]
    return pd.DataFrame(rows, columns=columns)


def _coverage() -> pd.DataFrame:
    rows = [("crime", "E08000000", "2023-04", 16, 16, "ok")]
    rows += [("crime", "E08000001", "2023-04", 3, 16, "incomplete")]
    columns = [
        "dataset", "local_authority", "period", "small_areas", "expected", "status",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _manifest(layers: dict[str, gpd.GeoDataFrame]) -> dict[str, Any]:
    source = {"name": "members.csv", "dataset": "wmnow", "kind": "published"}
    source |= {"source": "a test", "rows": 1000, "placed": 950}
    source |= {"unplaced": 40, "rejected": 10}
    source["files"] = [{"name": "members.csv", "sha256": "ab" * 32, "rows": 1000}]
    described = {
        name: {
            "label": name.replace("_", " ").capitalize(),
            "areas": len(layer),
            "vintage": "postcode-derived, approximate",
            "approximate": True,
            "note": "Illustrative." if name == "impact_area" else "",
        }
        for name, layer in layers.items()
    }
    return {
        "title": "Squares",
        "synthetic": True,
        "built": "2026-01-02T03:04:05+00:00",
        "version": "0.1.0",
        "seed": 7,
        "notes": ["Made of squares for a test."],
        "inputs": [source],
        "layers": described,
        "seconds": {"all": 1.0},
    }


def text_of(component: Any) -> str:
    """Every piece of text in a Dash component, as a reader would meet it."""
    if component is None or isinstance(component, bool):
        return ""
    if isinstance(component, str | int | float):
        return str(component)
    if isinstance(component, list | tuple):
        return " ".join(text_of(part) for part in component)
    return text_of(getattr(component, "children", None))


def as_json(component: Any) -> str:
    """Serialise a component, as Dash sends it."""
    return json.dumps(component, default=lambda part: part.to_plotly_json())
