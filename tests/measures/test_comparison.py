from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from geosafety.errors import MethodError
from geosafety.measures.comparison import (
    Mean,
    Rate,
    Share,
    compare,
    compare_table,
    within_families,
)

POINTS = 5.0  # the smallest difference of two shares that matters here
PER_CENT = 10.0  # and of two rates


# --- what the reports say ------------------------------------------------------------

# Police and Crime Plan 2025-29: Public Consultation Findings Report, Office of the West
# Midlands Police and Crime Commissioner, March 2025, questions 5, 6 and 8: 21.2 + 8.6 %
# unsafe where they visit, of the 46.8 % of 5,828 who visit; 20.6 + 7.5 % at home.
VISITING = Share(value=29.8, effective_n=2728, name="where they visit")
AT_HOME = Share(value=28.1, effective_n=5828, name="at home")


def test_slightly_more_apprehension_cannot_be_told():
    found = compare(VISITING, AT_HOME, minimum_effect=POINTS, relation="paired")
    assert (found.verdict, found.finding) == ("cannot tell", "no meaningful difference")
    # As if independent: z of 1.61 by hand.
    assert found.p == pytest.approx(2 * stats.norm.sf(1.61), abs=0.003)
    assert "taken as unrelated" in found.assumption


@pytest.mark.parametrize("discordant", [5, 10, 20, 30, 40])
def test_nor_can_it_be_told_however_people_answered_in_pairs(discordant):
    found = compare(
        VISITING,
        AT_HOME,
        minimum_effect=POINTS,
        relation="paired",
        discordant=discordant,
    )
    assert found.verdict == "cannot tell"


@pytest.mark.parametrize("lead", [1.9, 4.2])
@pytest.mark.parametrize("level", [20, 35, 50, 65])
@pytest.mark.parametrize("minimum", [1, POINTS])
def test_the_two_weeks_that_knife_crime_lost_cannot_be_told(lead, level, minimum):
    """The same report: 5,828 responses in 14 weeks; the pairs are an assumption."""
    ahead = Share(value=level + lead, effective_n=5828 / 14, name="investigating")
    behind = Share(value=level, effective_n=5828 / 14, name="knife crime")
    found = compare(
        ahead, behind, minimum_effect=minimum, relation="paired", discordant=30
    )
    assert (found.upper - found.lower) / 2 == pytest.approx(5.3, abs=0.1)
    # A lead of 4.2 with one point enough to matter leans that way, but no more.
    leaning = lead == 4.2 and minimum == 1
    assert found.verdict == ("likely" if leaning else "cannot tell")


def test_28_against_30_per_cent_in_an_impact_area_of_199_cannot_be_told():
    """Confidence and Satisfaction Report, West Midlands Police, 28 June 2022, 83."""
    good, poor = Share(value=30, effective_n=199), Share(value=28, effective_n=199)
    found = compare(good, poor, minimum_effect=POINTS, relation="same question")
    assert (found.verdict, found.finding) == ("cannot tell", "too few answers")
    # Multinomial by hand: (p + q - (p - q)^2) / n, wider than if independent.
    half = 196 * np.sqrt((0.58 - 0.02**2) / 199)
    assert (found.upper - found.lower) / 2 == pytest.approx(half, rel=0.02)
    apart = compare(good, poor, minimum_effect=POINTS)
    assert found.upper - found.lower > apart.upper - apart.lower


# The same report, Figure 2: members in March 2022 and people aged 16 and over.
FORCE = Rate(count=121_028, base=2_310_560, per=1000, name="the Force")
MEMBERS = {
    "BE": (25_393, 421_833, "clear"),
    "BW": (20_210, 461_566, "clear"),
    "CV": (15_476, 306_404, "cannot tell"),
    "DY": (15_155, 260_121, "clear"),
    "SH": (12_407, 174_712, "clear"),
    "SW": (11_767, 254_180, "clear"),
    "WS": (9_676, 224_397, "clear"),
    "WV": (10_944, 207_347, "cannot tell"),
}


@pytest.mark.parametrize("npu", MEMBERS)
def test_the_verdict_on_wmnow_members_of_each_npu_against_the_force(npu):
    count, base, verdict = MEMBERS[npu]
    area = Rate(count=count, base=base, per=1000, name=npu)
    found = compare(area, FORCE, minimum_effect=PER_CENT, relation="part of")
    assert found.verdict == verdict
    assert found.difference == pytest.approx(
        1000 * count / base - 1000 * 121_028 / 2_310_560
    )


def test_83_people_above_the_force_rate_are_no_meaningful_difference():
    area = Rate(count=10_944, base=207_347, per=1000, name="Wolverhampton")
    found = compare(area, FORCE, minimum_effect=PER_CENT, relation="part of")
    assert found.finding == "no meaningful difference"
    assert found.words == (
        "No meaningful difference: Wolverhampton is 0.4 per 1,000 higher than "
        "the Force (95 % interval -0.5 to 1.4); 5.2 per 1,000 would matter."
    )


# --- the rule ------------------------------------------------------------------------


def rule(gap, se, **given):
    first = Mean(value=gap, se=se, **given)
    return compare(first, Mean(value=0, se=0), minimum_effect=5)


@pytest.mark.parametrize(
    ("gap", "se", "verdict", "finding"),
    [
        (6, 3, "clear", "difference"),  # z 2.0
        (-6, 3, "clear", "difference"),
        (6, 4, "likely", "difference"),  # z 1.5
        (6, 5, "cannot tell", "too few answers"),  # z 1.2
        (4, 1.5, "cannot tell", "too few answers"),  # sure, but how large is open
        (4, 0.4, "cannot tell", "no meaningful difference"),
        (0, 2, "cannot tell", "no meaningful difference"),
        (0, 3, "cannot tell", "too few answers"),
        (5, 1, "clear", "difference"),
        (4.99, 1, "cannot tell", "too few answers"),
    ],
)
def test_a_verdict_needs_more_than_chance_and_enough_to_matter(
    gap, se, verdict, finding
):
    found = rule(gap, se)
    assert (found.verdict, found.finding) == (verdict, finding)


def test_a_difference_that_rounding_makes_a_hair_too_small_still_matters():
    first = Share(value=8.2, effective_n=9000)
    second = Share(value=3.2, effective_n=9000)
    assert first.value - second.value < 5
    assert compare(first, second, minimum_effect=5).verdict == "clear"


def test_a_low_base_never_gets_above_likely_and_says_so():
    found = rule(60, 3, status="low base")
    assert found.verdict == "likely"
    assert found.words.endswith("on few answers.")


@pytest.mark.parametrize("other", ["ok", "low base", "incomplete", "not available"])
def test_a_hidden_side_hides_everything(other):
    hidden = Share(value=40, effective_n=9, status="suppressed", name="Aston")
    shown = Share(value=30, effective_n=500, status=other)
    for pair in ((hidden, shown), (shown, hidden)):
        found = compare(*pair, minimum_effect=POINTS)
        assert (found.verdict, found.finding) == ("suppressed", "suppressed")
        numbers = found.difference, found.lower, found.upper, found.p, found.more_needed
        assert np.isnan(numbers).all()
        assert not any(digit in found.words for digit in "0123456789")


@pytest.mark.parametrize("status", ["incomplete", "not available"])
def test_a_value_that_is_not_there_gives_no_difference_and_says_why(status):
    first = Rate(count=12, base=1000, per=1000, status=status)
    found = compare(first, FORCE, minimum_effect=PER_CENT)
    assert (found.verdict, found.finding) == ("cannot tell", status)
    assert np.isnan(found.difference)
    assert status in found.words


def test_a_missing_number_with_an_ok_status_is_not_available():
    first = Share(value=np.nan, effective_n=0)
    found = compare(first, AT_HOME, minimum_effect=POINTS)
    assert (found.verdict, found.finding) == ("cannot tell", "not available")


def test_the_whole_is_not_compared_with_itself():
    found = compare(AT_HOME, AT_HOME, minimum_effect=POINTS, relation="part of")
    assert (found.verdict, found.finding) == ("cannot tell", "not available")


def words(gap, se, minimum=5.0):
    sides = Mean(value=gap, se=se, name="A"), Mean(value=0, se=0, name="B")
    return compare(*sides, minimum_effect=minimum).words


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (words(6, 3), "Clear: A is 6.0 higher than B (95 % interval 0.1 to 11.9)."),
        (
            words(-6, 4),
            "Likely, not certain: A is 6.0 lower than B (95 % interval -13.8 to 1.8).",
        ),
        (
            words(4, 1.5),
            "Cannot tell: A is 4.0 higher than B (95 % interval 1.1 to 6.9); hardly "
            "chance, but it may be less than the 5.0 that matter.",
        ),
        (
            words(0.01, 3),
            "Cannot tell: A is level with B (95 % interval -5.9 to 5.9); it may be "
            "chance.",
        ),
        (
            words(0.004, 0.003, minimum=0.012),
            "No meaningful difference: A is 0.004 higher than B (95 % interval -0.002 "
            "to 0.010); 0.012 would matter.",
        ),
    ],
)
def test_the_words_of_a_verdict(found, expected):
    assert found == expected


# --- how many more -------------------------------------------------------------------


@pytest.mark.parametrize(("n", "effect"), [(100, 5), (40, 10)])
def test_with_as_many_more_a_difference_that_just_matters_is_found_in_80_per_cent(
    n, effect
):
    there = 2000
    first, second = Share(value=30, effective_n=n), Share(value=30, effective_n=there)
    more = compare(first, second, minimum_effect=effect).more_needed
    rng, total = np.random.default_rng(5), int(n + more)
    drawn = pd.DataFrame(
        {
            "first_value": 100 * rng.binomial(total, 0.3 + effect / 100, 4000) / total,
            "first_effective_n": total,
            "second_value": 100 * rng.binomial(there, 0.3, 4000) / there,
            "second_effective_n": there,
        }
    )
    found = compare_table(drawn, "share", minimum_effect=effect)
    assert (found["p"] < 0.05).mean() == pytest.approx(0.8, abs=0.03)


def test_more_people_asked_both_questions_find_a_paired_difference_in_80_per_cent():
    first, second = Share(value=52, effective_n=416), Share(value=47, effective_n=416)
    options = {"minimum_effect": POINTS, "relation": "paired"}
    more = compare(first, second, **options, discordant=30).more_needed
    n = int(416 + more)
    # Both, first only (17.5 %), second only (12.5 %), neither.
    drawn = np.random.default_rng(8).multinomial(n, [0.345, 0.175, 0.125, 0.355], 4000)
    both, one, other, _ = 100 * drawn.T / n
    table = pd.DataFrame({"first_value": both + one, "second_value": both + other})
    table = table.assign(first_effective_n=n, second_effective_n=n)
    found = compare_table(table.assign(discordant=one + other), "share", **options)
    assert (found["p"] < 0.05).mean() == pytest.approx(0.8, abs=0.03)


def test_a_design_effect_of_two_takes_twice_as_many_more():
    plain = Share(value=30, effective_n=100)
    clustered = replace(plain, responses=200)
    second = Share(value=30, effective_n=5000)
    one, two = (
        compare(first, second, minimum_effect=POINTS).more_needed
        for first in (plain, clustered)
    )
    assert two == pytest.approx(2 * one, abs=1)


def test_no_number_of_answers_makes_up_for_a_second_side_that_is_too_unsure():
    found = compare(
        Share(value=35, effective_n=100),
        Share(value=31, effective_n=100),
        minimum_effect=POINTS,
    )
    assert found.more_needed == np.inf
    assert "would not tell 5.0 points" in found.words


def test_more_answers_than_people_is_said():
    first = Share(value=31, effective_n=100, population=300)
    found = compare(first, AT_HOME, minimum_effect=POINTS)
    assert found.more_needed > 200
    assert "more than there are people" in found.words
    enough = compare(replace(first, population=90_000), AT_HOME, minimum_effect=POINTS)
    assert "more answers would tell" in enough.words


def test_enough_answers_need_no_more_and_counts_of_events_are_not_answers():
    assert compare(AT_HOME, AT_HOME, minimum_effect=POINTS).more_needed == 0
    assert np.isnan(compare(FORCE, FORCE, minimum_effect=PER_CENT).more_needed)


# --- many at once --------------------------------------------------------------------


def equal_areas(surveys, areas=19):
    """Draw surveys of areas that are all the same, beside a large whole."""
    rng = np.random.default_rng(11)
    first = 100 * rng.binomial(200, 0.3, surveys * areas) / 200
    table = pd.DataFrame({"first_value": first, "first_effective_n": 200})
    return table.assign(second_value=30.0, second_effective_n=1e7)


def tables_with_a_finding(surveys, *, together):
    """Compare all areas in one table; each survey's areas are a family, or none is."""
    table = equal_areas(surveys)
    survey = pd.Series(np.arange(len(table)) // 19)
    family = survey if together else None
    found = compare_table(table, "share", minimum_effect=1, family=family)
    return found["verdict"].eq("clear").groupby(survey).any().mean()


def test_nineteen_equal_areas_mostly_yield_a_false_finding_unless_adjusted():
    plain, adjusted = (tables_with_a_finding(30, together=t) for t in (False, True))
    assert plain == pytest.approx(1 - 0.95**19, abs=0.25)
    assert adjusted <= stats.binom.ppf(0.999, 30, 0.05) / 30


def test_families_are_adjusted_each_by_itself_as_scipy_adjusts_one():
    rng = np.random.default_rng(8)
    p, family = rng.random(60) ** 3, rng.integers(0, 4, 60)
    p[::7] = np.nan
    found = within_families(p, family)
    for name in range(4):
        mine = (family == name) & ~np.isnan(p)
        wanted = stats.false_discovery_control(p[mine])
        assert found[mine] == pytest.approx(wanted, rel=1e-12)
    assert np.isnan(found[::7]).all()


def test_adjusting_leaves_missing_rows_out_of_the_count():
    table = equal_areas(1).head(3).assign(first_value=[40.0, 30.0, np.nan])
    table["first_status"] = ["ok", "ok", "suppressed"]
    family = pd.Series(["one map"] * 3)
    plain, adjusted = (
        compare_table(table, "share", minimum_effect=5, family=way)
        for way in (None, family)
    )
    assert adjusted["p"].iloc[0] == pytest.approx(2 * plain["p"].iloc[0])
    assert adjusted["verdict"].iloc[2] == "suppressed"


def test_a_row_that_only_the_adjustment_holds_back_says_so():
    table = equal_areas(1).assign(first_value=[37.5] + [30.0] * 18)
    family = pd.Series(["one map"] * 19)
    plain, adjusted = (
        compare_table(table, "share", minimum_effect=5, family=way).iloc[0]
        for way in (None, family)
    )
    assert (plain["verdict"], adjusted["verdict"]) == ("clear", "cannot tell")
    assert "among so many comparisons" in adjusted["words"]
    assert adjusted["lower"] == plain["lower"] > 0


def test_a_table_keeps_its_rows_and_says_of_each_what_the_door_says():
    table = pd.DataFrame(
        {
            "first_value": [40.0, 31.0],
            "first_effective_n": [300.0, 80.0],
            "first_name": ["Aston", "Sutton"],
            "second_value": 28.1,
            "second_effective_n": 5828.0,
            "second_name": "the Force",
        },
        index=["W1", "W2"],
    )
    found = compare_table(table, "share", minimum_effect=POINTS, relation="part of")
    assert found.index.tolist() == ["W1", "W2"]
    force = replace(AT_HOME, name="the Force")
    one = Share(value=31, effective_n=80, name="Sutton")
    alone = compare(one, force, minimum_effect=POINTS, relation="part of")
    assert found.loc["W2", "words"] == alone.words


def test_an_empty_table_is_an_empty_answer():
    empty = equal_areas(1).head(0)
    family = pd.Series(dtype=object)
    assert compare_table(empty, "share", minimum_effect=5, family=family).empty


def test_sentences_are_left_out_where_nobody_will_read_them():
    found = compare_table(equal_areas(1), "share", minimum_effect=5, worded=False)
    assert set(found["words"]) == {""}
    assert found["verdict"].ne("").all()


def test_half_the_force_area_is_as_far_from_the_rest_as_its_interval_says():
    """The interval to the whole is that to the rest, times the rest's share."""
    one, whole = Share(value=40, effective_n=1000), Share(value=35, effective_n=2000)
    rest = Share(value=30, effective_n=1000)
    to_whole = compare(one, whole, minimum_effect=POINTS, relation="part of")
    to_rest = compare(one, rest, minimum_effect=POINTS)
    assert to_whole.lower == pytest.approx(to_rest.lower / 2)
    assert to_whole.p == pytest.approx(to_rest.p)


def test_what_a_part_is_may_be_said_by_weight():
    one, whole = Share(value=40, effective_n=100), Share(value=30, effective_n=2000)
    found = compare(one, whole, minimum_effect=5, relation="part of", part=0.2)
    rest_n = 0.8**2 / (1 / 2000 - 0.2**2 / 100)
    rest = Share(value=27.5, effective_n=rest_n)
    assert found.p == pytest.approx(compare(one, rest, minimum_effect=5).p)


# --- what is refused -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"relation": "part"}, 'no relation "part"'),
        ({"minimum_effect": 0}, "smallest difference that matters is 0"),
        ({"minimum_effect": np.nan}, "smallest difference that matters is nan"),
    ],
)
def test_a_wrong_option_is_an_error(change, message):
    with pytest.raises(MethodError, match=message):
        compare(VISITING, AT_HOME, **({"minimum_effect": 5} | change))


def test_two_kinds_are_not_compared():
    with pytest.raises(MethodError, match="Share cannot be compared with a Rate"):
        compare(VISITING, FORCE, minimum_effect=5)


def test_rates_are_not_paired():
    with pytest.raises(MethodError, match="is for shares, not for a rate"):
        compare(FORCE, FORCE, minimum_effect=5, relation="paired")


def test_a_share_above_100_is_an_error_with_its_row():
    table = equal_areas(1).assign(second_value=[130.0] + [30.0] * 18)
    with pytest.raises(MethodError, match=r"130 cannot be compared \(row 1\)"):
        compare_table(table, "share", minimum_effect=5)


def test_a_missing_column_is_named():
    with pytest.raises(MethodError, match='lacks the column "second_value"'):
        compare_table(
            equal_areas(1).drop(columns="second_value"), "share", minimum_effect=5
        )


def test_a_mean_of_a_part_needs_its_part():
    one, whole = Mean(value=3, se=0.2), Mean(value=2, se=0.1)
    with pytest.raises(MethodError, match="how large the part is"):
        compare(one, whole, minimum_effect=1, relation="part of")
    found = compare(one, whole, minimum_effect=1, relation="part of", part=0.2)
    assert found.difference == pytest.approx(1)
