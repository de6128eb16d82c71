from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from geosafety.errors import MethodError
from geosafety.measures.funnel import Rule, dispersion, funnel, limits

GOLDEN = Path(__file__).parent / "golden"

# Confidence and Satisfaction Report, West Midlands Police to the Strategic Policing and
# Crime Board, 28 June 2022, Figure 2: members in March 2022, people aged 16 and over.
NPUS = pd.DataFrame(
    {
        "count": [25_393, 20_210, 15_476, 15_155, 12_407, 11_767, 9_676, 10_944],
        "base": [
            421_833,
            461_566,
            306_404,
            260_121,
            174_712,
            254_180,
            224_397,
            207_347,
        ],
    },
    index=["BE", "BW", "CV", "DY", "SH", "SW", "WS", "WV"],
)


def rule(spread="additive", **given):
    return Rule(**({"level": 0.95, "minimum_effect": 10, "spread": spread} | given))


def members(spread, **given):
    return funnel(NPUS, rule(spread, **given), kind="rate", per=1000)


def test_the_typed_in_members_have_the_published_chi_square_and_totals():
    assert NPUS.sum().tolist() == [121_028, 2_310_560]
    expected = NPUS["base"] * 121_028 / 2_310_560
    found = stats.chisquare(NPUS["count"], expected)
    assert found.statistic == pytest.approx(3041, abs=0.5)


def test_a_plain_funnel_flags_every_npu_but_wolverhampton():
    table = members("none", minimum_effect=0).areas
    flagged = table.index[table["verdict"].isin(["above", "below"])]
    assert sorted(set(table.index) - set(flagged)) == ["WV"]
    assert members("none").phi > 100


def test_with_the_usual_spread_between_npus_only_solihull_stands_out():
    made = members("additive")
    assert made.areas.index[made.areas["verdict"] == "above"].tolist() == ["SH"]
    assert not (made.areas["verdict"] == "below").any()
    assert "from 8 areas only" in made.note


@pytest.mark.parametrize("spread", ["additive", "multiplicative", "none"])
@pytest.mark.parametrize("level", [0.8, 0.95, 0.998])
def test_wolverhampton_is_never_above(spread, level):
    verdict = members(spread, level=level).areas.loc["WV", "verdict"]
    assert verdict in ("within what is usual", "no meaningful difference")


def test_a_sure_difference_that_is_too_small_to_matter_is_not_above_or_below():
    table = members("none").areas
    assert table.loc["CV", "verdict"] == "no meaningful difference"
    assert table.loc["CV", "relative"] == pytest.approx(-3.57, abs=0.01)


def test_the_spread_between_areas_is_that_of_a_random_effects_model_in_r():
    """R's metafor, DerSimonian and Laird; it does not winsorise."""
    them = pd.read_csv(GOLDEN / "metafor_funnel.csv")
    target = 1000 * them["root_mean"].iloc[0] ** 2
    made = funnel(them, rule(winsorise=0), kind="rate", per=1000, target=target)
    assert made.tau**2 == pytest.approx(them["tau2"].iloc[0], rel=1e-6)


def test_winsorising_takes_what_is_unusual_out_of_what_is_usual():
    z = np.r_[np.linspace(-1, 1, 18), 40, -40]
    base = np.full(20, 1000.0)
    whole, _ = dispersion(z, base, winsorise=0)
    inner, tau = dispersion(z, base, winsorise=0.1)
    assert inner < 1 < whole
    assert tau == 0
    # scipy's winsorising sets whole values; with 20 areas that is two on each side.
    theirs = stats.mstats.winsorize(z, limits=(0.1, 0.1))
    assert np.mean(theirs**2) == pytest.approx(0.37, abs=0.15)
    assert inner < 20 * np.mean(theirs**2)


def test_areas_that_differ_by_chance_alone_have_no_spread():
    rng = np.random.default_rng(3)
    base = rng.integers(500, 50_000, 400)
    areas = pd.DataFrame({"count": rng.poisson(0.05 * base), "base": base})
    made = funnel(areas, rule(winsorise=0), kind="rate", per=1000, target=50)
    assert made.phi == pytest.approx(1, abs=0.15)
    outside = ~areas["count"].div(base / 1000).between(
        made.areas["plain_lower"], made.areas["plain_upper"]
    )
    assert outside.mean() == pytest.approx(0.05, abs=0.025)


@pytest.mark.parametrize("kind", ["rate", "share"])
def test_areas_that_scatter_are_mostly_within_additive_limits(kind):
    rng = np.random.default_rng(4)
    base = rng.integers(300, 30_000, 500)
    true = np.clip(rng.normal(0.3, 0.04, 500), 0.01, 0.99)
    draw = rng.poisson(true * base) if kind == "rate" else rng.binomial(base, true)
    areas = pd.DataFrame({"count": draw, "base": base})
    settings = rule(minimum_effect=0.1, winsorise=0)
    made = funnel(areas, settings, kind=kind, per=100, target=30)
    usual = made.areas["verdict"] == "within what is usual"
    assert usual.mean() == pytest.approx(0.95, abs=0.025)
    # Large areas scatter as much as small ones: stretched chance is too strict there.
    other = rule("multiplicative", minimum_effect=0.1, winsorise=0)
    stretched = funnel(areas, other, kind=kind, per=100, target=30).areas
    small = base < np.quantile(base, 0.2)
    within = stretched["verdict"] == "within what is usual"
    assert within[small].mean() > within[~small].mean() + 0.03


def test_plain_limits_are_close_to_exact_binomial_ones():
    areas = pd.DataFrame({"count": [300] * 5, "base": [1000] * 5})
    made = funnel(areas, rule("none"), kind="share", per=100)
    low, high = stats.binom.ppf([0.025, 0.975], 1000, 0.3) / 10
    row = made.areas.iloc[0]
    assert (row["lower"], row["upper"]) == pytest.approx((low, high), abs=0.15)


def test_the_limits_to_draw_are_those_of_the_areas():
    made = members("additive")
    drawn = limits(made, NPUS["base"])
    np.testing.assert_allclose(drawn["upper"], made.areas["upper"])
    assert (drawn["plain_upper"] < drawn["upper"]).all()


def test_areas_without_numbers_are_not_available_and_do_not_count():
    more = NPUS.astype(float).copy()
    more.loc["XX"] = [np.nan, 5000]
    more.loc["YY"] = [0, 0]
    made = funnel(more, rule(), kind="rate", per=1000)
    assert made.areas["verdict"].iloc[-2:].tolist() == ["not available"] * 2
    assert made.tau == members("additive").tau


def test_a_verdict_does_not_depend_on_the_order_of_the_areas():
    turned = funnel(NPUS.iloc[::-1], rule(), kind="rate", per=1000)
    pd.testing.assert_frame_equal(turned.areas.iloc[::-1], members("additive").areas)


@pytest.mark.parametrize(
    ("areas", "message"),
    [
        (NPUS.head(4), "A funnel of 4 areas"),
        (NPUS.assign(count=-1), "BE has a count of -1"),
        (NPUS.assign(count=500_000), "BE has a count of 500000"),
    ],
)
def test_a_funnel_that_means_nothing_is_refused(areas, message):
    with pytest.raises(MethodError, match=message):
        funnel(areas, rule(), kind="share", per=100)


def test_an_unknown_spread_or_kind_is_refused():
    with pytest.raises(MethodError, match='no kind of spread "added"'):
        members("added")
    with pytest.raises(MethodError, match='no kind of funnel "rates"'):
        funnel(NPUS, rule(), kind="rates", per=1000)
