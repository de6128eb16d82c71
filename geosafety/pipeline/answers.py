"""Answer a question about patterns from finished results, in words and as a table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geosafety import results
from geosafety.errors import InputError, MethodError, nearest

HOTSPOT_COLUMNS = [
    "area_code",
    "area_name",
    "label",
    "stability_word",
    "z_score",
    "q_value",
    "impact_area",
]


def hotspots(
    folder: Path, *, geography: str, group: str, statistic: str
) -> tuple[list[str], pd.DataFrame]:
    """Say what clusters, where, and whether it holds; and list every area.

    Returns
    -------
    list of str, DataFrame
        Sentences; and a row for each area, the clusters first.

    Raises
    ------
    MethodError
        The layer is refused; the reason is in the sentence.
    InputError
        The results hold no such test.
    """
    whole = _chosen(folder, "autocorrelation", geography=geography)
    # Pairs of indicators are refused on their own, for want of values, not of areas.
    whole = whole[~whole["indicator"].str.contains(" with ")]
    if (whole["statistic"] == "refused").any():
        problem = str(whole["words"].iloc[0])
        raise MethodError(problem, hint="Use --geography lsoa, msoa or ward.")
    tests = whole[whole["group"] == group]
    wanted = {"geography": geography, "group": group, "statistic": statistic}
    table = _chosen(folder, "clusters", **wanted)
    words = [_heading(table), *tests["words"], _count(table)]
    if (table["impact_area"] != "").any():
        from geosafety.spatial.hotspots import overlay_words

        labels = table.set_index("area_code")["label"]
        inside = table.set_index("area_code")["impact_area"].replace("", None)
        words.append(overlay_words(labels, inside))
        layer = results.read_manifest(folder)["layers"]["impact_area"]
        if "illustrative" in layer["vintage"]:
            words.append("These impact areas are illustrative, not the real ones.")
    plain = table["label"].isin(["not significant", "not tested"])
    order = table.assign(plain=plain).sort_values(["plain", "q_value"], kind="stable")
    return words, order.drop(columns="plain")


def _heading(table: pd.DataFrame) -> str:
    first = table.iloc[0]
    kind = "" if first["kind"] == "observed" else f" These figures are {first['kind']}."
    return (
        f"{first['indicator']}, {first['group']}, {first['period']} "
        f"({first['months']} months that the source covers), by "
        f"{first['geography']}; {first['permutations']:,} permutations, seed "
        f"{first['seed']}, false discovery rate 5 % across all areas and groups.{kind}"
    )


def _count(table: pd.DataFrame) -> str:
    """Count the labels, and how many of the clusters are fragile."""
    counts = table["label"].value_counts()
    said = ", ".join(f"{n:,} {label}" for label, n in counts.items())
    found = table[table["label"].isin(["hot", "cold"])]
    fragile = int((found["stability_word"] == "fragile").sum())
    tail = f" {fragile:,} of the {len(found):,} are fragile." if len(found) else ""
    return f"Of {len(table):,} areas: {said}.{tail}"


def concentration(
    folder: Path, *, geography: str, group: str
) -> tuple[list[str], pd.DataFrame]:
    """Say how concentrated events are, and list the measures."""
    table = _chosen(folder, "concentration", geography=geography, group=group)
    return list(table["words"]), table


def trends(folder: Path, *, geography: str, group: str) -> pd.DataFrame:
    """List the class of every area through time, and its change on the year."""
    return _chosen(folder, "trends", geography=geography, group=group)


def _chosen(folder: Path, name: str, **wanted: str) -> pd.DataFrame:
    """Read the rows of a table that match, or say what there is."""
    table = results.read_table(folder, name)
    if table.empty:
        problem = (
            f"These results hold no {name}: no events were counted on small areas."
        )
        raise InputError(
            problem, hint="Add [[crime]] and [[population]] and build again."
        )
    for column, value in wanted.items():
        known = sorted(table[column].unique())
        if value not in known:
            problem = f"The {name} of these results hold no {column} {value!r}."
            raise InputError(problem, hint=nearest(value, known))
        table = table[table[column] == value]
    return table.reset_index(drop=True)
