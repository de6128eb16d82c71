"""Read papers typed in as TOML: their figures, and blocks of numbers to check.

The form is in docs/reference.md. Numbers keep the digits they are typed with, so that
24.0 is known to be rounded to a tenth, and 24 to a whole number.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

from geosafety.errors import InputError, nearest
from geosafety.pipeline.finish import FILLED, KEYS
from geosafety.settings import FORCE_CODE, catalog_text

TOP = ["title", "body", "date", "licence", "figures_from"]
TOP += ["figures", "checks", "tables", "printed"]
FIGURE = (["indicator", "value"], [*KEYS[1:], "decimals", "where", "approx"])
ALONE = (["label", "where", "value", "unit"], ["note", "approx"])


@dataclass(frozen=True)
class Block:
    """One table of a TOML file, the figures that it may name, and where it stands."""

    values: dict[str, Any]
    figures: pd.DataFrame
    where: str

    def text(self, key: str) -> str:
        """Return a text, empty where there is none."""
        return str(self.values.get(key, ""))

    def flag(self, key: str, otherwise: bool) -> bool:
        """Return true or false."""
        value = self.values.get(key, otherwise)
        if not isinstance(value, bool):
            problem = f"{self.where}, {key} is {value!r}."
            raise InputError(problem, hint="Type true or false, without quotes.")
        return value

    def within(self, key: str) -> Block:
        """Return a table that stands inside this one."""
        inside = self.values[key]
        if not isinstance(inside, dict):
            problem = f"{self.where}, {key} is {inside!r}, which is not a table."
            raise InputError(problem, hint="Write it as { part = 1, base = 2 }.")
        return replace(self, values=inside, where=f"{self.where}, {key}")

    def number(self, key: str) -> Decimal:
        """Return one number; a list stands for its sum."""
        first, *rest = self.numbers(key)
        return sum(rest, first)

    def numbers(self, key: str) -> list[Decimal]:
        """Return a number, or the numbers of a list."""
        found = _numbers(self.values[key], self.figures, f"{self.where}, {key}")
        if not found:
            problem = f"{self.where}, {key} is empty."
            raise InputError(problem, hint="Give at least one number.")
        return found

    def check_keys(self, must: list[str], may: list[str]) -> None:
        """Refuse an unknown key, and a missing one."""
        for key in self.values:
            if key not in [*must, *may]:
                problem = f"{self.where} has an unknown key {key!r}."
                raise InputError(problem, hint=nearest(key, [*must, *may]))
        for key in must:
            if key not in self.values:
                problem = f"{self.where} lacks the key {key!r}."
                raise InputError(problem, hint=f"It needs: {', '.join(must)}.")


@dataclass(frozen=True)
class Paper:
    """One file: what to check in it, and how many numbers stand alone."""

    title: str
    source: str
    checks: list[Block]
    tables: list[Block]
    alone: int


def read_catalogue() -> list[Paper]:
    """Read every paper of the catalogue that has something to check."""
    names = [name for name in _catalogue() if name != FILLED.removesuffix(".toml")]
    papers = [
        _paper(catalog_text(f"published/{name}.toml"), f"{name}.toml") for name in names
    ]
    return [paper for paper in papers if paper.checks or paper.tables or paper.alone]


def read_paper(path: Path) -> Paper:
    """Read one file.

    Raises
    ------
    InputError
        It is not UTF-8 TOML, or a key is unknown or missing; the message names the
        block and the nearest key.
    """
    try:
        return _paper(path.read_text("utf-8-sig"), path.name)
    except UnicodeDecodeError as error:
        problem = f"{path.name} is not UTF-8 text: {error}."
        raise InputError(problem, hint="Save it as UTF-8.") from None


def _paper(text: str, name: str) -> Paper:
    try:
        values = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        hint = "The form is in docs/reference.md, under `geosafety reconcile`."
        problem = f"{name} is not valid TOML: {error}."
        raise InputError(problem, hint=hint) from None
    Block(values, pd.DataFrame(), name).check_keys([], TOP)
    figures = [_figures(values, name)]
    figures += [_figures_of(other, name) for other in values.get("figures_from", [])]
    known = pd.concat(figures)
    blocks = {key: _blocks(values, key, name, known) for key in TOP[-3:]}
    for block in blocks["printed"]:
        block.check_keys(*ALONE)
        block.number("value")
    title = str(values.get("title", name))
    source = ", ".join([title, *(str(values[k]) for k in TOP[1:3] if k in values)])
    alone = len(blocks["printed"])
    return Paper(title, source, blocks["checks"], blocks["tables"], alone)


def _blocks(
    values: dict[str, Any], key: str, name: str, figures: pd.DataFrame
) -> list[Block]:
    found = values.get(key, [])
    if not isinstance(found, list) or not all(isinstance(b, dict) for b in found):
        problem = f"{name}: {key} is no list of blocks."
        raise InputError(problem, hint=f"Begin each with [[{key}]].")
    return [
        Block(block, figures, f"{name}, [[{key}]] {number}")
        for number, block in enumerate(found, 1)
    ]


def _figures(values: dict[str, Any], name: str) -> pd.DataFrame:
    """Make a table of `[[figures]]`, each value with its printed digits."""
    rows = []
    for block in _blocks(values, "figures", name, pd.DataFrame()):
        block.check_keys(*FIGURE)
        value = _with_decimals(block)
        usual = {"geography": "force", "area_code": FORCE_CODE, "group": "all"}
        keys = {key: block.text(key) or usual.get(key, "") for key in KEYS}
        rows.append({**keys, "value": value, "where": block.text("where")})
    return pd.DataFrame(rows, columns=[*KEYS, "value", "where"], dtype="object")


def _with_decimals(block: Block) -> Decimal:
    """Return the value of a figure with as many decimals as it is printed with."""
    value = block.number("value")
    if "decimals" not in block.values:
        return value
    printed = value.quantize(Decimal(1).scaleb(-int(block.number("decimals"))))
    if printed != value:
        problem = f"{block.where}: {value} has more decimals than it says."
        raise InputError(problem, hint="Type the value as it is printed.")
    return printed


def _figures_of(other: str, name: str) -> pd.DataFrame:
    if other not in _catalogue():
        problem = f"{name}: figures_from names {other!r}."
        raise InputError(problem, hint=nearest(str(other), _catalogue()))
    text = catalog_text(f"published/{other}.toml")
    return _figures(tomllib.loads(text, parse_float=Decimal), other)


def _catalogue() -> list[str]:
    folder = files("geosafety").joinpath("catalog", "published")
    return sorted(f.name.removesuffix(".toml") for f in folder.iterdir())


def _numbers(value: Any, figures: pd.DataFrame, where: str) -> list[Decimal]:
    if isinstance(value, list):
        return [number for item in value for number in _numbers(item, figures, where)]
    if isinstance(value, dict):
        return _named(Block(value, figures, where))
    plain = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if not plain or not Decimal(value).is_finite():
        problem = f"{where} is {value!r}, which is not a number."
        raise InputError(problem, hint="Type it as it is printed: 24.0 or 9578.")
    return [Decimal(value)]


def _named(block: Block) -> list[Decimal]:
    """Find the figure that a block names; a group ending in * names several."""
    block.check_keys(["indicator"], KEYS[1:])
    wanted = {"geography": "force", "group": "all", **block.values}
    group, figures = str(wanted.pop("group")), block.figures
    many = group.endswith("*")
    groups = figures["group"]
    fits = groups.str.startswith(group[:-1]) if many else groups == group
    for key, value in wanted.items():
        fits &= figures[key] == value
    found = figures[fits]
    if found.empty or (len(found) > 1 and not many):
        problem = f"{block.where}: {len(found)} figures are {block.values}, not one."
        hint = nearest(block.text("indicator"), dict.fromkeys(figures["indicator"]))
        raise InputError(problem, hint=f"{hint} Figures have: {', '.join(KEYS)}.")
    return list(found["value"])
