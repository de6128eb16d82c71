"""Who answered, against who lives there; and how many answers are still needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import numpy as np
import pandas as pd

from geosafety.errors import MethodError
from geosafety.geography.atlas import Atlas
from geosafety.measures.crosstabs import Counts
from geosafety.measures.r_indicator import partial_indicators, r_indicator
from geosafety.measures.representation import representation
from geosafety.measures.responses_needed import responses_needed
from geosafety.pipeline.survey.references import AREAS, LAYERS
from geosafety.pipeline.survey.waves import Wave
from geosafety.pipeline.survey.weights import dimension_of, fitted
from geosafety.settings import FORCE_CODE, Dataset, weakest
from geosafety.tidy import Answers

TABLES = ("representation", "responses_needed", "evenness")
BASE = "respondents who live there and stated it"
KEYS = ["survey", "geography", "area_code", "area_name", "dimension"]
EVENNESS = ["rate", "unconditional", "unconditional_cv"]
EVENNESS += ["conditional", "conditional_cv"]
TELLING = ["n", "share", "ratio", "lower", "upper", "basis"]
TELLING += ["base_n", "not_stated", "not_compared"]


def representation_tables(
    wave: Wave, margins: pd.DataFrame, atlas: Atlas, dataset: Dataset
) -> dict[str, list[pd.DataFrame]]:
    """Make the tables of `TABLES` for one survey.

    What is hidden is decided in `hiding`, as for every table; without a decision only
    groups of fewer than `suppress_below` respondents are.
    """
    made: dict[str, list[pd.DataFrame]] = {name: [] for name in TABLES}
    dimensions = [*wave.demographics, *AREAS]
    for dimension in dict.fromkeys([*dimensions, *margins["dimension"].unique()]):
        asked = dimension_of(wave, dimension, atlas)
        if asked is None:
            continue
        of_all = margins[margins["dimension"] == dimension]
        named = of_all.drop_duplicates("category").set_index("category")["population"]
        said, why = fitted(asked, named)
        if said is None:
            of_all, said = of_all.head(0), asked
        layers = LAYERS[:1] if dimension in AREAS else LAYERS
        counted = wave.counts(wave.home, said, of=dimension)
        for layer in (name for name in layers if name in counted):
            counts = _counts(counted[layer].yes[:, 0], said, atlas, layer)
            secret = _secret(counted[layer], said, atlas, layer, dataset)
            own = of_all[of_all["geography"] == layer]
            for code, n in counts.items():
                area = own[own["area_code"] == code]
                keys = _keys(wave, layer, code, dimension, atlas)
                small = secret[code]
                made["representation"].append(
                    _compared(n, area, (said, why), small, keys)
                )
                made["responses_needed"] += _needed(
                    n, area, (said, small), dataset, keys
                )
            if len(own):
                cells = _cells(counts, own, said, secret)
                keys = _keys(wave, "force", FORCE_CODE, dimension, atlas)
                by = [dimension] if layer == "force" else [dimension, layer]
                made["evenness"] += _evenness(cells, by, keys)
    return made


def _counts(
    yes: np.ndarray, said: Answers, atlas: Atlas, layer: str
) -> dict[str, pd.Series]:
    """By area, how many respondents are in each group."""
    codes = atlas.layers[layer].areas.index
    return {
        str(code): pd.Series(row, index=pd.Index(said.options))
        for code, row in zip(codes, yes.round(6), strict=True)
    }


def _secret(
    counts: Counts, said: Answers, atlas: Atlas, layer: str, dataset: Dataset
) -> dict[str, pd.Series]:
    """By area, which groups are hidden."""
    n = counts.yes[:, 0]
    few = (n > 0) & (n < dataset.suppress_below)
    out = (counts.secret()[:, 0] | few) & (n > 0)
    codes = atlas.layers[layer].areas.index
    return {
        str(code): pd.Series(row, index=pd.Index(said.options))
        for code, row in zip(codes, out, strict=True)
    }


def _keys(
    wave: Wave, layer: str, code: str, dimension: str, atlas: Atlas
) -> dict[str, str]:
    name = atlas.layers[layer].areas["area_name"][code]
    values = [wave.name, layer, code, str(name), dimension]
    return {**dict(zip(KEYS, values, strict=True)), "kind": wave.kind}


def _compared(
    n: pd.Series,
    area: pd.DataFrame,
    fit: tuple[Answers, str],
    small: pd.Series,
    keys: dict[str, str],
) -> pd.DataFrame:
    """Set one area's respondents against its residents; without figures, say so."""
    said, why = fit
    people = area.set_index("category")["population"]
    reference = f"{keys['area_name']}: {_named(area, 'reference')}"
    if area.empty:
        table = _unknown(n, said, why or "no margins were given")
    else:
        table = representation(
            n, people, reference=reference, base=BASE, not_stated=said.not_stated
        )
    kinds = [keys["kind"], *area["kind"].astype(str).unique()]
    table = table.rename_axis("category").reset_index()
    if (
        not area.empty
        and small[~small.index.isin(people.index)]
        .drop(list(said.not_stated), errors="ignore")
        .any()
    ):
        # How many are in groups without residents would tell of the hidden one.
        small = pd.Series(data=True, index=small.index)
    table = _hidden(table, small)
    about = {"source": _named(area, "source"), "vintage": _named(area, "vintage")}
    return table.assign(**about, **{**keys, "kind": weakest(kinds)})


def _named(area: pd.DataFrame, column: str) -> str:
    return ", ".join(area[column].astype(str).unique()) or "none"


def _unknown(n: pd.Series, said: Answers, why: str) -> pd.DataFrame:
    """Lay out groups that no margin is known of, and why."""
    kept = n[~n.index.isin(said.not_stated)]
    total = kept.sum()
    share = 100 * kept / total if total else kept * np.nan
    return pd.DataFrame(
        {
            "n": kept,
            "share": share,
            "word": "not available",
            "status": "not available",
            "reason": why,
            "basis": kept,
            "base_n": total,
            "not_stated": n[n.index.isin(said.not_stated)].sum(),
            "reference": "none",
            "base": BASE,
        }
    )


def _hidden(table: pd.DataFrame, out: pd.Series) -> pd.DataFrame:
    """Hide the groups that have been decided to be hidden."""
    small = out.reindex(table["category"]).fillna(value=False).to_numpy(bool)
    if not small.any():
        return table
    # The total of the rest, and who did not state theirs, would give the hidden away.
    table = table.assign(status=np.where(small, "suppressed", table["status"]))
    table.loc[small, [c for c in TELLING if c in table]] = np.nan
    table.loc[small, "word"] = "suppressed"
    return table


def _needed(
    n: pd.Series,
    area: pd.DataFrame,
    groups: tuple[Answers, pd.Series],
    dataset: Dataset,
    keys: dict[str, str],
) -> Iterator[pd.DataFrame]:
    """Say how many answers each group still needs; of a hidden group only the whole."""
    said, small = groups
    people = area.set_index("category")["population"]
    if area.empty:
        return
    kept = n[~n.index.isin(said.not_stated)]
    rows = pd.DataFrame(
        {
            "area_code": keys["area_code"],
            "category": kept.index,
            "n": kept.to_numpy(),
            "population": people.reindex(kept.index).to_numpy(float),
        }
    )
    rows = rows[rows["population"] > 0]
    if rows.empty:
        return
    table = responses_needed(rows, half_width=dataset.precision)
    table = table.assign(status="ok", word="")
    table = _hidden(table, small)
    gone = (table["status"] == "suppressed").to_numpy()
    table.loc[gone, ["half_width_now", "more_for_precision", "more_for_share"]] = np.nan
    told = "Too few answers to say how many; some {:,.0f} are needed in all."
    words = [
        told.format(needed) if hide else said_so
        for hide, needed, said_so in zip(
            gone, table["needed"], table["words"], strict=True
        )
    ]
    yield table.drop(columns="word").assign(
        words=words, half_width=dataset.precision, **keys
    )


def _cells(
    counts: dict[str, pd.Series],
    own: pd.DataFrame,
    said: Answers,
    secret: dict[str, pd.Series],
) -> pd.DataFrame:
    """Lay respondents and residents out, by area and group, where people are.

    `hidden` says which numbers are.
    """
    people = own.set_index(["area_code", "category"])["population"]
    groups = [option for option in said.options if option not in said.not_stated]
    cells = pd.DataFrame(
        [
            {
                "area": area,
                "category": g,
                "n": n[g],
                "population": people.get((area, g)),
                "hidden": secret[area][g],
            }
            for area, n in counts.items()
            for g in groups
        ]
    )
    return cells[cells["population"] > 0]


def _evenness(
    cells: pd.DataFrame, by: list[str], keys: dict[str, str]
) -> Iterator[pd.DataFrame]:
    """Say how even the response is over groups, and over groups of every area.

    Over one variable there is nothing to condition on. The figures of the whole are
    made of every number, the hidden too: with any hidden they have two decimals, which
    tell nothing of a small group, and those of a variable, which its shown groups would
    solve, are missing.
    """
    cells = cells.rename(columns={"category": by[0], "area": (*by, "area")[1]})
    try:
        whole = r_indicator(cells)
        parts = partial_indicators(cells, by)
    except MethodError:
        return
    table, any_hidden = _parts_shown(parts, cells, by)
    found = {k: v for k, v in asdict(whole).items() if k not in ("population", "rate")}
    if any_hidden:
        found = {
            k: round(v, 2) if isinstance(v, float) else v for k, v in found.items()
        }
    # The figures of the whole stand once, in the row of the first variable.
    first = np.arange(len(table)) == 0
    for name, value in found.items():
        if name != "respondents":
            empty = "" if isinstance(value, str) else np.nan
            table[name] = [value if yes else empty for yes in first]
    yield table.assign(**{**keys, "dimension": " and ".join(by)})


def _parts_shown(
    parts: pd.DataFrame, cells: pd.DataFrame, by: list[str]
) -> tuple[pd.DataFrame, bool]:
    """Hide the parts of hidden groups; tell too whether any number is hidden."""
    any_hidden = bool(cells["hidden"].any())
    # One variable's groups are those of the Force; of more, they are sums over areas.
    gone = np.zeros(len(parts), dtype=bool)
    if len(by) == 1:
        names = set(cells.loc[cells["hidden"], by[0]])
        gone = parts["category"].isin(names).to_numpy()
    table = parts.assign(status=np.where(gone, "suppressed", "ok"))
    table.loc[gone, [c for c in (*EVENNESS, "n") if c in table]] = np.nan
    if any_hidden:
        whole = (table["category"] == "").to_numpy()
        table.loc[whole, [c for c in EVENNESS[1:] if c in table]] = np.nan
    return table, any_hidden
