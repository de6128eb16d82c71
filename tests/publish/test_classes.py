import math

import numpy as np
import pytest

from geosafety.publish import words
from geosafety.publish.classes import DIVERGING, LOW_BASE, PLAIN_GREY, scale_for
from geosafety.settings import indicators


def classes(values, scale):
    return [int(scale.symbol(value, "ok")) for value in values]


def test_five_classes_hold_about_as_many_areas_each():
    values = list(np.random.default_rng(1).gamma(2, 10, 500))
    scale = scale_for(values, measure="rate")
    counts = np.bincount(classes(values, scale), minlength=5)
    assert len(counts) == 5
    assert counts.min() > 60


def test_breaks_are_round_and_in_order():
    scale = scale_for(list(np.linspace(41.237, 71.02, 100)), measure="rate")
    assert list(scale.breaks) == sorted(set(scale.breaks))
    assert all(b == round(b, 1) for b in scale.breaks)
    assert len(scale.labels) == len(scale.colours) == len(scale.breaks) + 1


def test_whole_numbers_get_classes_that_share_no_end():
    scale = scale_for([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10], measure="count")
    assert scale.labels[0].startswith("Under")
    assert all("under" not in label for label in scale.labels[1:])


@pytest.mark.parametrize(("measure", "centre"), [("index", 100), ("change", 0)])
def test_a_diverging_scale_is_even_about_its_centre(measure, centre):
    values = [centre + d for d in (-30.0, -12, -3, 1, 5, 20, 90)]
    scale = scale_for(values, measure=measure)
    low, near_low, near_high, high = scale.breaks
    assert near_low + near_high == pytest.approx(2 * centre)
    assert low + high == pytest.approx(2 * centre)
    assert scale.symbol(centre, "ok") == "2"


def test_zero_missing_hidden_incomplete_and_few_are_five_looks():
    scale = scale_for([0.0, 1, 2, 3, 4, 5, 6, 7, 8, 9], measure="count")
    nothing = math.nan
    looks = [
        scale.symbol(0.0, "ok"),
        scale.symbol(nothing, "not available"),
        scale.symbol(nothing, "suppressed"),
        scale.symbol(nothing, "incomplete"),
        scale.symbol(9.0, "low base"),
        scale.symbol(9.0, "ok"),
    ]
    assert len(set(looks)) == 6
    assert looks[4] in LOW_BASE


@pytest.mark.parametrize("values", [[], [5.0], [3.0, 3.0, 3.0], [0.0, 0.0], [1.0, 2.0]])
def test_few_or_equal_values_still_have_a_scale(values):
    for measure in ("rate", "count", "index", "change"):
        scale = scale_for(values, measure=measure)
        assert len(scale.labels) == len(scale.colours) == len(scale.breaks) + 1
        assert all(scale.symbol(value, "ok") for value in values)


def test_sequential_colours_darken_so_that_they_survive_greyscale():
    scale = scale_for(list(range(1, 101)), measure="rate")
    greys = [
        sum(w * int(c[i : i + 2], 16) for w, i in ((0.3, 1), (0.6, 3), (0.1, 5)))
        for c in scale.colours
    ]
    steps = [a - b for a, b in zip(greys, greys[1:], strict=False)]
    assert min(steps) > 20


def lightness(colour):
    """CIE L*, from 0 to 100: how light a colour is without its hue (IEC 61966-2-1)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return 116 * float(np.dot(linear, (0.2126, 0.7152, 0.0722))) ** (1 / 3) - 16


def test_below_and_above_the_middle_stay_apart_in_greyscale():
    told = sorted(lightness(colour) for colour in (*DIVERGING, PLAIN_GREY))
    assert min(b - a for a, b in zip(told, told[1:], strict=False)) > 7


def test_every_stored_verdict_has_words_against_the_force_and_against_before():
    rate, change = indicators()["crime_rate"], indicators()["crime_change_pct"]
    for code in words.VERDICT_CODES.values():
        assert "Force" in words.verdict_words(code, rate)
        assert "Force" not in words.verdict_words(code, change)
        assert words.SHORT_VERDICTS[code]
    assert words.verdict_words("", rate) == ""


def test_the_first_letters_of_verdicts_differ():
    letters = [code[0] for code in words.VERDICT_CODES.values()]
    assert len(set(letters)) == len(letters)


def test_a_change_keeps_its_sign_in_words():
    change = indicators()["wmnow_change"]
    assert words.value_text(12.0, change) == "+12"
    assert words.value_text(-1234.0, change) == "−1,234"
    assert words.value_text(math.nan, change) == ""
