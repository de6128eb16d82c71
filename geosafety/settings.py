"""Read the catalogue: what exists, said in TOML rather than in code.

Everything here is a frozen dataclass; an unknown key is an error that names the
nearest right spelling. `VALUE_COLUMNS` is the one table shape of every result.
"""

from __future__ import annotations

import tomllib
from dataclasses import MISSING, dataclass, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, TypeVar, get_type_hints

from geosafety.errors import CatalogError, nearest

CRS = "EPSG:27700"  # British National Grid: every length and area is in metres
FORCE_CODE = "E23000014"
FORCE_NAME = "West Midlands Police"  # as police.uk files write it

VALUE_COLUMNS = (
    "geography",
    "area_code",
    "area_name",
    "period",
    "compared_with",
    "indicator",
    "group",
    "value",
    "unit",
    "lower",
    "upper",
    "numerator",
    "base",
    "denominator",
    "vintage",
    "kind",
    "status",
    "verdict",
)
NUMBERS = ("value", "lower", "upper", "numerator", "base")
STATUSES = ("ok", "low base", "suppressed", "incomplete", "not available")
# From strongest to weakest: a mixture takes the weakest.
KINDS = ("observed", "published", "estimated", "synthetic")

Measure = Literal[
    "count",
    "rate",
    "share_of_force",
    "change",
    "change_pct",
    "rate_change",
    "share_change",
    "index",
    "needed",
    "share",
    "answer_share",
    "answer_count",
    "given",
]


@dataclass(frozen=True, kw_only=True)
class Geography:
    """One block of `catalog/geographies.toml`: a kind of area."""

    name: str
    label: str
    plural: str
    file: str
    vintage: str
    up_to: tuple[str, ...] = ()
    covers_force: bool = True
    local_statistics: bool = False
    whole: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """One block of `catalog/datasets.toml`: a kind of input and its policy."""

    name: str
    label: str
    row: str
    counts: Literal["stock", "events"]
    suppress_below: int = 0
    protect_width: float = 0.0
    protect_rounds: int = 15
    hide_layer_over: float = 0.5
    low_base_below: int = 0
    groups: str = ""
    small_area: str = ""
    incomplete_below: float = 0.0
    periods: tuple[str, ...] = ()
    geographies: tuple[str, ...] = ()
    by_geographies: tuple[str, ...] = ()
    who_geographies: tuple[str, ...] = ()
    whole_is_everyone: bool = False
    near_metres: tuple[float, ...] = ()
    near_days: tuple[int, ...] = ()
    precision: float = 0.0
    minimum_effect: float = 0.0
    minimum_effect_pct: float = 10.0


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One block of `catalog/indicators.toml`: what is measured."""

    name: str
    label: str
    dataset: str
    measure: Measure
    unit: str
    higher_is: Literal["better", "worse", "neither"]
    weighted: bool = False
    series: bool = False
    denominator: str = ""
    per: int = 1
    question: str = ""
    yes: tuple[str, ...] = ()
    place: str = "home"
    paired_with: str = ""
    by: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    geographies: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class LegitimacyPart:
    """One block of `catalog/legitimacy.toml`: a part of the score."""

    name: str
    label: str
    indicator: str = ""
    note: str = ""


Block = TypeVar("Block")


def catalog_text(name: str) -> str:
    """Return the text of one catalogue file, from the checkout or the wheel."""
    return files("geosafety").joinpath("catalog", name).read_text("utf-8")


def boundaries_folder() -> Path:
    """Find the bundled boundaries: inside the wheel, or in a checkout's `data/`."""
    package = Path(str(files("geosafety")))
    inside = package / "boundaries"
    return inside if inside.is_dir() else package.parent / "data" / "boundaries"


@cache
def geographies() -> dict[str, Geography]:
    """Every kind of area by name, coarsest first.

    Examples
    --------
    >>> list(geographies())[:3]
    ['force', 'local_authority', 'npu']
    """
    return _read("geographies.toml", Geography)


@cache
def datasets() -> dict[str, Dataset]:
    """Every kind of input by name."""
    return _read("datasets.toml", Dataset)


@cache
def indicators() -> dict[str, Indicator]:
    """Every indicator by name, in file order.

    Examples
    --------
    >>> indicators()["crime_rate"].per
    1000
    """
    return _read("indicators.toml", Indicator)


@cache
def legitimacy_parts() -> dict[str, LegitimacyPart]:
    """Every part of the legitimacy score by name.

    Examples
    --------
    >>> list(legitimacy_parts())
    ['empowerment', 'cooperation', 'compliance']
    """
    return _read("legitimacy.toml", LegitimacyPart)


def indicator(name: str) -> Indicator:
    """Look one indicator up, or say what it might have been meant to be."""
    known = indicators()
    if name not in known:
        problem = f"There is no indicator called {name!r}."
        raise CatalogError(problem, hint=nearest(name, known))
    return known[name]


def geography(name: str) -> Geography:
    """Look one geography up, or say what it might have been meant to be."""
    known = geographies()
    if name not in known:
        problem = f"There is no geography called {name!r}."
        raise CatalogError(problem, hint=nearest(name, known))
    return known[name]


def weakest(kinds: list[str]) -> str:
    """Return the kind of a mixture.

    Examples
    --------
    >>> weakest(["published", "synthetic", "observed"])
    'synthetic'
    """
    return max(kinds, key=KINDS.index)


def _read(name: str, shape: type[Block]) -> dict[str, Block]:
    blocks = tomllib.loads(catalog_text(name))
    return {
        key: from_block(shape, {"name": key, **block}, f"{name}: [{key}]")
        for key, block in blocks.items()
    }


def from_block(shape: type[Block], block: dict[str, Any], where: str) -> Block:
    """Make a frozen dataclass of a TOML table; unknown and absent keys are errors.

    Parameters
    ----------
    shape
        The dataclass.
    block
        The table. Lists become tuples.
    where
        How to name the table in an error.
    """
    known = {f.name: f for f in fields(shape)}  # type: ignore[arg-type]
    for key in block:
        if key not in known:
            problem = f"{where} has an unknown key {key!r}."
            raise CatalogError(problem, hint=nearest(key, known))
    for key, field in known.items():
        required = field.default is MISSING and field.default_factory is MISSING
        if required and key not in block:
            problem = f"{where} lacks the key {key!r}."
            raise CatalogError(problem, hint="Add it; the other blocks show how.")
    hints = get_type_hints(shape)
    values = {
        key: _typed(value, hints[key], f"{where} {key}") for key, value in block.items()
    }
    return shape(**values)


def _typed(value: Any, hint: Any, where: str) -> Any:
    """Check a TOML value against the field's type, as far as a person gets it wrong."""
    if isinstance(value, list):
        value = tuple(value)
    options = getattr(hint, "__args__", ())
    if getattr(hint, "__origin__", None) is Literal and value not in options:
        problem = f"{where} is {value!r}."
        raise CatalogError(problem, hint=nearest(str(value), options))
    plain = getattr(hint, "__origin__", hint)
    wrong = isinstance(plain, type) and not isinstance(value, plain)
    if wrong and not (plain is float and isinstance(value, int)):
        problem = f"{where} is {value!r}, which is not a {plain.__name__}."
        raise CatalogError(problem, hint="See the other blocks for its form.")
    return value
