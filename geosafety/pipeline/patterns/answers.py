"""Answer a question about patterns from finished results, in words and as a table."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from geosafety import results
from geosafety.errors import InputError, MethodError, nearest
from geosafety.publish.pattern_words import NEAR_LEVEL
from geosafety.publish.words import EMERGING_WORDS

MOST_QUOTIENTS = 10  # areas said one by one
STATISTICS = {
    "gi_star": "Gi*",
    "moran": "local Moran's I",
    "moran_rate": "local Moran's I of empirical-Bayes standardised rates",
    "geary": "local Geary's c",
    "join_counts": "local join counts of the category that stands out",
    "bivariate_moran": "bivariate local Moran's I",
}
PLAIN = ("not significant", "too few permutations", "not tested")
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
    folder: Path, *, geography: str, group: str, statistic: str, indicator: str = ""
) -> tuple[list[str], pd.DataFrame]:
    """Say what clusters, where, and whether it holds; and list every area.

    Parameters
    ----------
    indicator
        Needed only where several were tested with this statistic.

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
    whole, pairs = _whole_maps(folder, geography)
    if statistic == "bivariate_moran":
        whole = _pairs_tested(pairs)
    wanted = {"geography": geography, "statistic": statistic, "group": group}
    table = _one_indicator(_chosen(folder, "clusters", **wanted), indicator)
    same = whole["indicator"] == table["indicator"].iloc[0]
    tests = whole[same & (whole["group"] == group)]
    words = [_heading(table), *tests["words"], _count(table)]
    if (table["impact_area"] != "").any():
        from geosafety.spatial.hotspots import overlay_words

        labels = table.set_index("area_code")["label"]
        inside = table.set_index("area_code")["impact_area"].replace("", None)
        words.append(overlay_words(labels, inside))
        layer = results.read_manifest(folder)["layers"]["impact_area"]
        if "illustrative" in layer["vintage"]:
            words.append("These impact areas are illustrative, not the real ones.")
    plain = table["label"].isin(PLAIN)
    order = table.assign(plain=plain).sort_values(["plain", "q_value"], kind="stable")
    return words, order.drop(columns="plain")


def _whole_maps(folder: Path, geography: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tests of whole maps, of one indicator and of pairs; or refuse."""
    whole = _chosen(folder, "autocorrelation", geography=geography)
    # Pairs of indicators are refused on their own, for want of values, not of areas.
    pairs = whole[whole["indicator"].str.contains(" with ")]
    whole = whole.drop(pairs.index)
    if (whole["statistic"] == "refused").any():
        problem = str(whole["words"].iloc[0])
        raise MethodError(problem, hint="Use --geography lsoa, msoa or ward.")
    return whole, pairs


def _pairs_tested(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs of indicators that were tested, or say why none was."""
    tested = pairs[pairs["statistic"] != "refused"]
    if len(pairs) and tested.empty:
        hint = "Use --geography msoa or ward, or another statistic."
        raise MethodError(str(pairs["words"].iloc[0]), hint=hint)
    return tested


def _one_indicator(table: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """Keep one indicator; there must be no doubt which."""
    known = sorted(table["indicator"].unique())
    if indicator and indicator not in known:
        problem = f"No such test was made of {indicator!r}."
        raise InputError(problem, hint=nearest(indicator, known))
    if not indicator and len(known) > 1:
        problem = f"Several were tested so: {', '.join(known)}."
        raise InputError(problem, hint=f'Choose one: --indicator "{known[0]}".')
    kept = table[table["indicator"] == (indicator or known[0])]
    return kept.reset_index(drop=True)


def _heading(table: pd.DataFrame) -> str:
    first = table.iloc[0]
    months = first["months"]
    covered = "" if pd.isna(months) else f" ({months} months that the source covers)"
    drawn = first["permutations"]
    how = "exact" if pd.isna(drawn) else f"{drawn:,} permutations, seed {first['seed']}"
    return (
        f"{first['indicator']}, {first['group']}, {first['period']}{covered}, by "
        f"{first['geography']}: {STATISTICS[first['statistic']]}; {how}, "
        f"false discovery rate 5 % across all areas and groups.{_kind(first)}"
    )


def _kind(first: pd.Series) -> str:
    kind = first["kind"]
    return "" if kind == "observed" else f" These figures are {kind}."


def _count(table: pd.DataFrame) -> str:
    """Count the labels, and how many of the clusters are fragile."""
    counts = table["label"].value_counts()
    said = ", ".join(f"{n:,} {label}" for label, n in counts.items())
    found = table[~table["label"].isin(PLAIN)]
    tail = ""
    if table["stability"].isna().all():
        tail = " Whether a finding is stable or fragile is judged for Gi* alone."
    elif len(found):
        fragile = int((found["stability_word"] == "fragile").sum())
        points = table["points"].iloc[0]
        tail = f" {fragile:,} of the {len(found):,} are fragile ({points})."
    return f"Of {len(table):,} areas: {said}.{tail}"


def concentration(
    folder: Path, *, geography: str, group: str
) -> tuple[list[str], pd.DataFrame]:
    """Say how concentrated events are, and list the measures.

    Returns
    -------
    list of str, DataFrame
        Sentences; and every measure with the points of its Lorenz curve, which are not
        said one by one.
    """
    table = _chosen(folder, "concentration", geography=geography, group=group)
    areas = results.read_areas(folder).query("geography == @geography")
    names = areas.set_index("area_code")["area_name"]
    table.insert(2, "area_name", table["area_code"].map(names).fillna(""))
    words = []
    for (indicator, period), part in table.groupby(["indicator", "period"], sort=False):
        kind = part["kind"].iloc[0]
        also = "" if kind == "observed" else f"; these figures are {kind}"
        heading = f"{indicator}, {group}, {period}, by {geography}{also}:"
        words += [heading, *(f"  {line}" for line in _measures(part))]
    return words, table


def _measures(part: pd.DataFrame) -> list[str]:
    """Say the measures of one indicator: a curve in a line, the clearest quotients."""
    curve = part["measure"].str.endswith("lorenz")
    quotient = part["measure"].str.endswith("location quotient")
    said = [str(words) for words in part.loc[~curve & ~quotient, "words"]]
    if curve.any():
        said.append(f"--out writes the Lorenz curve, drawn by {curve.sum()} points.")
    if not quotient.any():
        return said
    table = part[quotient].sort_values("lower", ascending=False, kind="stable")
    higher, lower = (table["lower"] > 1).sum(), (table["upper"] < 1).sum()
    said.append(
        f"Of {len(table):,} areas it is clearly a larger part in {higher:,} and a "
        f"smaller part in {lower:,}; the clearest, and all in the file that --out "
        "writes:"
    )
    first = table[table["lower"] > 1].head(MOST_QUOTIENTS)
    pairs = zip(first["area_name"], first["words"], strict=True)
    return said + [f"{name}: {words}" for name, words in pairs]


def near_repeat(folder: Path) -> tuple[list[str], pd.DataFrame]:
    """Say whether events near in place come near in time, and list every band.

    Returns
    -------
    list of str, DataFrame
        For each input of events a heading, and a line for each band of distance: how
        many times as many pairs there are as if days had nothing to do with places.
    """
    table = results.read_table(folder, "near_repeat")
    if table.empty:
        problem = "These results hold no near repeats: no events were read."
        hint = "Add [[stop_search]], or events that know their day, and build again."
        raise InputError(problem, hint=hint)
    words = []
    for indicator, part in table.groupby("indicator", sort=False):
        if (part["status"] == "not available").all():
            words += [f"{indicator}: {w}" for w in part["words"].unique()]
        else:
            words += _knox_lines(str(indicator), part)
    return words, table


def _knox_lines(indicator: str, part: pd.DataFrame) -> list[str]:
    """Write one near-repeat table as lines of text."""
    from geosafety.spatial.near_repeat import knox_grid

    first = part.iloc[0]
    kind = "" if first["kind"] == "observed" else f"; these figures are {first['kind']}"
    used, known = int(first["events"]), int(first["of_events"])
    drawn = "" if used == known else f", drawn at random from {known:,}"
    marked = part.assign(
        shown=[
            "hidden" if s == "suppressed" else "-" if pd.isna(r) else f"{r:.2f}"
            for r, s in zip(part["ratio"], part["status"], strict=True)
        ]
    )
    marked["shown"] += part["p_value"].le(NEAR_LEVEL).map({True: "*", False: " "})
    grid = knox_grid(marked, "shown").rename_axis(index=None, columns=None)
    return [
        f"{indicator}, {first['period']}: {used:,} occasions{drawn}{kind}.",
        "Pairs of them, as a multiple of what chance gives if days have nothing to do "
        "with places:",
        *grid.to_string().splitlines(),
        f"* more than chance gives (p at most {NEAR_LEVEL:g}, {first['permutations']:g}"
        f" shuffles, each band on its own: of {len(part)} bands, chance alone marks "
        "about one). This says that there is a pattern, not why.",
    ]


def trends(
    folder: Path, *, geography: str, group: str
) -> tuple[list[str], pd.DataFrame]:
    """Count the classes through time, hot and cold apart, and the changes on the year.

    Returns
    -------
    list of str, DataFrame
        A sentence for each side and for the change; and three rows for each area.
    """
    _whole_maps(folder, geography)
    table = _chosen(folder, "trends", geography=geography, group=group)
    first = table.iloc[0]
    words = [
        f"{first['indicator']}, {group}, by {geography}, through time.{_kind(first)}",
    ]
    words += [
        _classes(rows, str(rows["side"].iloc[0]))
        if str(name).startswith("emerging")
        else _changes(rows, str(name))
        for name, rows in table.groupby("trend", sort=False)
    ]
    return words, table


def _classes(rows: pd.DataFrame, side: str) -> str:
    """Count the classes of one side that occur, each with what it means."""
    first = rows.iloc[0]
    counts = rows["class"].value_counts()
    said = [
        f"{counts[name]:,} {name} ({meaning if side == 'hot' else _cold(meaning)})"
        for name, meaning in EMERGING_WORDS.items()
        if name in counts
    ]
    return f"Emerging {side} spots, {first['period']}: {'; '.join(said)}."


def _cold(meaning: str) -> str:
    """Turn what a class of hot spots means into what the same of cold spots means.

    Examples
    --------
    >>> _cold("hot in the last month, cold in some month before")
    'cold in the last month, hot in some month before'
    >>> _cold("hot nearly always, and rising")
    'cold nearly always, and growing colder'
    """
    other = {"hot": "cold", "cold": "hot"}
    text = re.sub(r"\b(hot|cold)\b", lambda found: other[found[0]], meaning)
    text = text.replace("and rising", "and growing colder")
    return text.replace("and falling", "and growing less cold")


def _changes(rows: pd.DataFrame, name: str) -> str:
    """Count the areas that rose, fell, or did not clearly do either."""
    first = rows.iloc[0]
    counts = rows["label"].value_counts()
    said = ", ".join(f"{n:,} {label}" for label, n in counts.items())
    head = f"{name.capitalize()}, {first['period']} against {first['compared_with']}"
    return f"{head}: {said}."


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
