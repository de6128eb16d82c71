"""How well a map of the past says where the next months' crime lies."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from geosafety.errors import MethodError

AREA_SHARES = (1.0, 5.0, 10.0, 20.0)  # per cent of the area called hot


def predictive_accuracy(
    past: pd.Series | Collection[str],
    next_counts: pd.Series | pd.DataFrame,
    area: pd.Series,
    *,
    shares: Sequence[float] = AREA_SHARES,
) -> pd.DataFrame:
    """Say how much of the next months' crime last period's hotspots held.

    Parameters
    ----------
    past
        Counts (or a density) of the past by area: the densest areas are called hot, as
        many as fit into each of `shares`. Or the codes of the areas called hot.
    next_counts
        Counts by area of months that the hotspots were not made from; a frame has one
        column per month.
    area
        The size of every area in any one unit. All crime and all area count, also where
        nothing was predicted.
    shares
        Per cent of the area to call hot; not used for given hotspots.

    Returns
    -------
    DataFrame
        By share and month: `period` (the column's name), `areas` (how many hot),
        `area_share` (per cent of the area that they take), `hits`, `hit_rate` (per cent
        of the month's crime), `pai` (hit rate over area share: 1 is no better than
        chance), `pei` (PAI over the greatest possible on so much area, 0 to 1; the
        greatest is reckoned with a part of one area, so the index errs low), `rri` (how
        the hot areas' share compares with the past's: 1 is kept; missing for given
        codes) and `words`. A month without crime has no rates, nor has a share smaller
        than the densest area: missing.

    Raises
    ------
    MethodError
        Areas differ, a count is missing or negative, or no area fits into any share.

    References
    ----------
    Chainey, Tompson and Uhlig (2008), The utility of hotspot mapping for predicting
    spatial patterns of crime, Security Journal 21, 4-28 (PAI); Hunt (2016), Do crime
    hot spots move? (PEI); Levine (2008), Security Journal 21, 295-302 (RRI).
    """
    frame = pd.DataFrame(next_counts)
    if isinstance(next_counts, pd.Series):
        frame.columns = pd.Index(["next"])
    size = _checked_sizes(area, frame)
    rows = []
    for hot in _hot_sets(past, size, shares):
        for period in frame.columns:
            row = _accuracy(hot, frame[period].astype(float), size)
            row["rri"] = _kept(row["hit_rate"], hot, past)
            rows.append({"period": period, **row})
    table = pd.DataFrame(rows)
    return table.assign(words=[_accuracy_words(row) for row in table.itertuples()])


def _checked_sizes(area: pd.Series, frame: pd.DataFrame) -> pd.Series:
    if area.index.has_duplicates or set(area.index) != set(frame.index):
        problem = "The areas' sizes and the counts are not of the same areas."
        raise MethodError(problem, hint="Give every area both; 0 is a count.")
    size = area.reindex(frame.index).astype(float)
    values = frame.to_numpy(float)
    if not (np.isfinite(size) & (size > 0)).all():
        problem = f"The area {size.index[~(size > 0)][0]!r} has no size."
        raise MethodError(problem, hint="Give sizes above 0.")
    if not (np.isfinite(values) & (values >= 0)).all():
        problem = "A count is missing or below 0."
        raise MethodError(problem, hint="Leave out months that are not covered.")
    return size


def _hot_sets(
    past: pd.Series | Collection[str], size: pd.Series, shares: Sequence[float]
) -> list[pd.Index]:
    """Return the areas called hot, for each share of the area."""
    if not isinstance(past, pd.Series):
        hot = size.index[size.index.isin(list(past))]
        if len(hot) == 0 or len(hot) < len(set(past)):
            problem = f"{len(set(past)) - len(hot)} of the hotspots are no known areas."
            raise MethodError(problem, hint="Give codes of the same layer and vintage.")
        return [hot]
    if set(past.index) != set(size.index) or past.isna().any():
        problem = "The past does not have a number for each area."
        raise MethodError(problem, hint="Give every area a count; 0 is a count.")
    density = past.reindex(size.index) / size
    # Ties go by code, so that the order of rows never decides.
    order = (
        density.rename("d").to_frame().assign(code=density.index.astype(str))
    ).sort_values(["d", "code"], ascending=[False, True])
    cumulated = 100 * size.reindex(order.index).cumsum() / size.sum()
    sets = [order.index[(cumulated <= s * (1 + 1e-12)).to_numpy()] for s in shares]
    if not any(len(hot) for hot in sets):
        problem = f"The densest area alone is more than {max(shares):g}% of the area."
        raise MethodError(problem, hint="Use larger shares or smaller areas.")
    return sets


def _accuracy(hot: pd.Index, counts: pd.Series, size: pd.Series) -> dict[str, float]:
    if len(hot) == 0:
        unknown = dict.fromkeys(("hit_rate", "pai", "pei"), float("nan"))
        return {"areas": 0, "area_share": 0.0, "hits": 0.0, **unknown}
    total, hits = float(counts.sum()), float(counts.loc[hot].sum())
    room = float(size.loc[hot].sum())
    area_share = room / float(size.sum())
    rate = hits / total if total > 0 else np.nan
    best = _most_possible(counts, size, room)
    return {
        "areas": len(hot),
        "area_share": 100 * area_share,
        "hits": hits,
        "hit_rate": 100 * rate,
        "pai": rate / area_share,
        "pei": hits / best if best > 0 else np.nan,
    }


def _most_possible(counts: pd.Series, size: pd.Series, room: float) -> float:
    """Return the most crime that so much area could hold, the last area in part."""
    order = (counts / size).to_numpy().argsort(kind="stable")[::-1]
    sizes, numbers = size.to_numpy()[order], counts.to_numpy()[order]
    before = np.concatenate([[0.0], np.cumsum(sizes)[:-1]])
    part = np.clip((room - before) / sizes, 0.0, 1.0)
    return float(part @ numbers)


def _kept(hit_rate: float, hot: pd.Index, past: pd.Series | Collection[str]) -> float:
    """Compare the hot areas' share of crime with their share in the past."""
    if not isinstance(past, pd.Series) or past.sum() <= 0 or past[hot].sum() <= 0:
        return float("nan")
    return float(hit_rate / 100 / (past[hot].sum() / past.sum()))


def _accuracy_words(row: object) -> str:
    areas, share, period, rate, pai = (
        getattr(row, c) for c in ("areas", "area_share", "period", "hit_rate", "pai")
    )
    if areas == 0:
        return "The densest area alone is larger than this share of the area."
    if np.isnan(rate):
        return f"There is no crime in {period} to compare with."
    return (
        f"{areas:,} hot areas, {share:.1f}% of the area, held {rate:.0f}% of the crime "
        f"of {period}: {pai:.1f} times what the same area would hold by chance."
    )
