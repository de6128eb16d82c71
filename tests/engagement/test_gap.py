"""The parts of the gap sheet: the published members, and independent tests by scipy."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from geosafety.engagement.gap import mean_part, rate_part, share_part, short_of
from geosafety.measures.smoothing import shrink

# Confidence and Satisfaction Report, West Midlands Police to the Strategic Policing and
# Crime Board, 28 June 2022, Figure 2: members and residents of 16 and over.
MEMBERS = {
    "BE": (25_393, 421_833),
    "BW": (20_210, 461_566),
    "CV": (15_476, 306_404),
    "DY": (15_155, 260_121),
    "SH": (12_407, 174_712),
    "SW": (11_767, 254_180),
    "WS": (9_676, 224_397),
    "WV": (10_944, 207_347),
}
FORCE = (121_028, 2_310_560)
# What the units lack of the Force rate of 2022: ceil(Force rate x residents - members).
NEEDED = {"BW": 3_968, "WS": 2_078, "SW": 1_548, "CV": 574}


def areas_of(pairs, *, status="ok", parent="Force"):
    table = pd.DataFrame.from_dict(pairs, orient="index", columns=["count", "base"])
    return table.astype(float).assign(status=status, parent=parent)


def members(**given):
    return rate_part(areas_of(MEMBERS, **given), FORCE, per=1000, minimum_effect=10)


def test_the_members_needed_at_the_force_rate_of_2022():
    table = areas_of(MEMBERS)
    short = short_of(table["count"], table["base"], FORCE[0] / FORCE[1])
    assert short[short > 0].to_dict() == NEEDED


def test_wolverhampton_83_members_above_its_share_is_not_called_above():
    assert 10_944 - 207_347 * FORCE[0] / FORCE[1] == pytest.approx(83, abs=0.5)
    found = members().loc["WV"]
    assert found["verdict"] == "cannot tell"
    assert found["finding"] == "no meaningful difference"
    assert found["level"] == "alike"


def test_being_574_members_short_need_not_matter():
    assert members()["level"]["CV"] == "alike"
    assert members()["level"][["BW", "WS", "SW"]].tolist() == ["low"] * 3


def test_the_interval_is_the_poisson_one_to_a_tenth_of_a_per_cent():
    found = members()
    count, base = (np.array(side) for side in zip(*MEMBERS.values(), strict=True))
    lower = 1000 * stats.chi2.ppf(0.025, 2 * count) / 2 / base
    upper = 1000 * stats.chi2.ppf(0.975, 2 * count + 2) / 2 / base
    assert found["lower"].to_numpy() == pytest.approx(lower, rel=1e-3)
    assert found["upper"].to_numpy() == pytest.approx(upper, rel=1e-3)


def test_verdicts_agree_with_the_exact_test_of_part_and_rest():
    # Given the total, an area's count is binomial with its share of the people.
    rng = np.random.default_rng(7)
    base = rng.uniform(2_000, 20_000, 40)
    count = rng.poisson(0.01 * np.exp(rng.normal(0, 0.25, 40)) * base)
    whole = (float(count.sum()), float(base.sum()))
    pairs = dict(enumerate(zip(count, base, strict=True)))
    found = rate_part(areas_of(pairs), whole, per=1000, minimum_effect=10)
    exact = [
        stats.binomtest(int(n), int(whole[0]), p).pvalue
        for n, p in zip(count, base / whole[1], strict=True)
    ]
    q = stats.false_discovery_control(exact)
    relative = np.abs(found["value"] / (1000 * whole[0] / whole[1]) - 1).to_numpy()
    near = (np.abs(q - 0.05) < 0.02) | (np.abs(relative - 0.1) < 0.005)
    clear = (q < 0.05) & (relative >= 0.1)
    assert 5 < clear.sum() < 35
    assert (~near).sum() > 30
    said = (found["verdict"] == "clear").to_numpy()
    assert said[~near].tolist() == clear[~near].tolist()


def test_smoothing_draws_small_areas_and_keeps_large_ones_and_the_ends_in_order():
    pairs = {i: (60 + 15 * i, 10_000) for i in range(8)} | {9: (30, 1_000)}
    found = rate_part(areas_of(pairs), (1_000, 91_000), per=1000, minimum_effect=10)
    assert found["smoothed"][9] < found["value"][9] - 3
    moved = (found["smoothed"] - found["value"]).abs()
    assert moved.iloc[:8].max() < moved[9]
    ordered = found[["smoothed_lower", "smoothed", "smoothed_upper"]].to_numpy()
    assert (np.diff(ordered, axis=1) > 0).all()
    root = np.sqrt((found["count"] + 0.25) / found["base"])
    variance = 1 / (4 * found["base"])
    plain = shrink(root, variance, pd.Series("Force", index=found.index))
    assert found["race_value"].equals(plain["smoothed"].rename("race_value"))


@pytest.mark.parametrize("status", ["suppressed", "incomplete", "not available"])
def test_what_may_not_be_shown_has_no_number_at_all(status):
    statuses = pd.Series("ok", index=list(MEMBERS))
    statuses["BW"] = status
    found = members(status=statuses).loc["BW"]
    words = ["verdict", "finding", "level", "status"]
    assert found.drop(words).isna().all()
    assert (found["level"], found["status"]) == ("not known", status)


def test_a_low_base_is_shown_and_never_runs():
    statuses = pd.Series("ok", index=list(MEMBERS))
    statuses["BW"] = "low base"
    found = members(status=statuses).loc["BW"]
    assert found["value"] == pytest.approx(43.785721)
    assert (found["verdict"], found["level"]) == ("likely", "low")
    assert found[["race_value", "race_error"]].isna().all()


def test_with_too_few_areas_to_smooth_the_values_run_as_they_stand():
    few = areas_of({k: MEMBERS[k] for k in ("BW", "CV", "WS")})
    found = rate_part(few, FORCE, per=1000, minimum_effect=10)
    assert found["smoothed"].isna().all()
    assert found["race_value"].notna().all()
    assert (found["race_error"] > 0).all()


def test_a_part_of_a_mean_is_compared_with_the_rest():
    values = np.array([400.0, 500, 520, 480, 500])
    areas = pd.DataFrame({"value": values, "lower": values - 40, "upper": values + 40})
    areas = areas.assign(count=1.0, base=10_000.0, status="ok", parent="Force")
    found = mean_part(areas, (480.0, 36.0, 50_000.0), minimum_effect=10)
    # The rest of 480 without a fifth at 400 is 500; its variance from the whole's.
    one, whole = 40 / stats.norm.ppf(0.975), 18 / stats.norm.ppf(0.975)
    rest = np.sqrt(whole**2 - (0.2 * one) ** 2) / 0.8
    z = (400 - 500) / np.hypot(one, rest)
    assert found["difference"][0] == pytest.approx(-80)
    half = (found["difference_upper"] - found["difference_lower"])[0] / 2
    assert half == pytest.approx(0.8 * 100 / abs(z) * stats.norm.ppf(0.975), rel=1e-6)
    assert found["level"].tolist()[0] == "low"
    assert set(found["level"][1:]) <= {"cannot tell", "alike"}
    assert found["race_error"].notna().all()


def test_a_hidden_mean_does_not_show_its_parents():
    values = np.array([400.0, 500, 520, 480, 500, 510])
    areas = pd.DataFrame({"value": values, "lower": values - 40, "upper": values + 40})
    areas = areas.assign(count=1.0, base=10_000.0, status="ok", parent="Force")
    areas.loc[2, "status"] = "suppressed"
    found = mean_part(areas, (480.0, 36.0, 60_000.0), minimum_effect=10)
    words = ["verdict", "finding", "level", "status"]
    assert found.loc[2].drop(words).isna().all()
    assert found["smoothed"].notna().sum() == 5


def shares(**given):
    columns = {
        "value": 40.0,
        "lower": 35.0,
        "upper": 45.0,
        "count": 40.0,
        "base": 100.0,
    }
    columns |= dict.fromkeys(["smoothed", "smoothed_lower", "smoothed_upper"], 38.0)
    columns |= {"rmse": 2.0, "difference": 8.0, "difference_lower": 1.0}
    columns |= {"difference_upper": 15.0, "verdict": "clear", "finding": "difference"}
    return pd.DataFrame({**columns, "status": "ok", **given}, index=["A"])


def test_a_share_is_taken_over_and_runs_smoothed_if_it_could_be():
    found = share_part(shares()).loc["A"]
    assert (found["race_value"], found["race_error"], found["level"]) == (38, 2, "high")
    direct = share_part(shares(smoothed=np.nan, rmse=np.nan)).loc["A"]
    assert direct["race_value"] == 40
    assert direct["race_error"] == pytest.approx(5 / 1.959964, rel=1e-6)


def test_the_parents_mean_that_a_hidden_share_is_smoothed_to_is_not_shown():
    hidden = dict.fromkeys(["value", "lower", "upper", "count", "base"], np.nan)
    words = {"status": "suppressed", "verdict": "suppressed", "finding": "suppressed"}
    found = share_part(shares(**hidden, **words, difference=np.nan)).loc["A"]
    assert found[["value", "smoothed", "smoothed_lower", "race_value"]].isna().all()
    assert found["level"] == "not known"


def test_short_is_rounded_up_once_and_missing_where_a_number_is():
    count, base = pd.Series([0.0, 12, 5, np.nan]), pd.Series([7.0, 12, np.nan, 3])
    short = short_of(count, base, 1.0 - 1e-12)
    assert short.iloc[:2].tolist() == [7, 0]
    assert short.iloc[2:].isna().all()
    assert short_of(pd.Series([0.0]), pd.Series([10.0]), 0.31).tolist() == [4]
    assert short_of(pd.Series([9.0]), pd.Series([10.0]), 0.31).tolist() == [0]
