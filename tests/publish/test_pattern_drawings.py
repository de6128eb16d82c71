import math
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

from geosafety.publish.curves import LEFT, SIDE, TOP, lorenz_picture
from geosafety.publish.pattern_words import held_out, held_out_sentence, near_rows
from geosafety.publish.spot_drawing import spot_map
from geosafety.publish.spots import Spot
from geosafety.publish.survey_words import alike, bands, verdict_text

SVG = "{http://www.w3.org/2000/svg}"
SQUARE = [[[-2.0, 52.0], [-1.0, 52.0], [-1.0, 53.0], [-2.0, 53.0], [-2.0, 52.0]]]


def lines(svg):
    """The points of every open line of a drawing."""
    paths = [p.get("d") for p in ET.fromstring(svg).iter(f"{SVG}path")]
    return [np.array(re.findall(r"([-\d.]+),([-\d.]+)", p), float) for p in paths]


class TestLorenz:
    def test_the_line_runs_through_the_points_it_was_given(self):
        x = np.linspace(0, 100, 21)
        points = [(float(a), float(a**3 / 1e4), float(a)) for a in x]
        drawn = lines(lorenz_picture(points).svg)
        curve = next(p for p in drawn if len(p) == 21 and p[10, 1] > TOP + SIDE / 2)
        back = np.column_stack(
            [(curve[:, 0] - LEFT) / SIDE, 1 - (curve[:, 1] - TOP) / SIDE]
        )
        assert back * 100 == pytest.approx(np.array(points)[:, :2], abs=0.05)

    def test_its_words_are_its_alternative(self):
        drawn = lorenz_picture([(0, 0, 0), (50, 10, 50), (100, 100, 100)], what="harm")
        assert "the quietest 50% of places hold 10% of harm" in drawn.alt

    def test_too_few_points_make_no_curve(self):
        assert lorenz_picture([(0, 0, 0), (100, 100, 100)]) is None
        missing = [(0, 0, 0), (50, math.nan, 50), (100, 100, 100)]
        assert lorenz_picture(missing) is None


class TestSpotMap:
    def test_north_is_up_and_a_mark_lies_where_its_area_does(self):
        spots = [
            Spot(code="N", name="North", label="hot", stability_word="stable"),
            Spot(code="S", name="South", label="cold", stability_word="fragile"),
            Spot(code="Q", name="Quiet", label="not significant"),
        ]
        points = {"N": (-1.5, 52.9), "S": (-1.5, 52.1), "Q": (-1.5, 52.5)}
        svg = spot_map(spots, points, [SQUARE], words="Two areas.").svg
        outline, cold, hot = lines(svg)[:3]  # what is firm is drawn last
        assert hot[:, 1].mean() < cold[:, 1].mean()
        middle = (outline[:, 0].min() + outline[:, 0].max()) / 2
        assert hot[:, 0].mean() == pytest.approx(middle, abs=0.1)
        # Hot points up and cold down, whatever the colour.
        assert hot[0, 1] < hot[1, 1]
        assert cold[0, 1] > cold[1, 1]
        assert len(lines(svg)) == 1 + 2 + 4

    def test_without_an_outline_there_is_no_picture(self):
        assert spot_map([], {}, [], words="") is None


def test_bands_are_the_connected_parts_of_the_ranges_that_meet():
    random = np.random.default_rng(3)
    for _ in range(200):
        low = random.integers(1, 30, 12)
        high = low + random.integers(0, 4, 12)
        rows = [
            {"rank": float(r), "rank_lower": a, "rank_upper": b}
            for r, (a, b) in enumerate(sorted(zip(low, high, strict=True)), start=1)
        ]
        ends = np.array([(r["rank_lower"], r["rank_upper"]) for r in rows])
        meet = (ends[:, None, 0] <= ends[None, :, 1]) & (
            ends[None, :, 0] <= ends[:, None, 1]
        )
        count, part = connected_components(meet, directed=False)
        made = bands(rows)
        assert len(made) == count
        for band in made:
            own = [rows.index(row) for row in band]
            assert len(set(part[own])) == 1
            assert alike(band) == bool(meet[np.ix_(own, own)].all())


def test_options_that_could_not_be_ranked_are_in_no_band():
    assert bands([{"rank": math.nan}]) == []


def test_a_comparison_has_true_minus_signs_and_no_minus_nought():
    row = {"status": "low base", "first": "25-34", "second": "65-74"}
    row["words"] = "Cannot tell: 25-34 is lower (95 % interval -14.9 to -0.0)."
    said = verdict_text(row)
    assert said.startswith("Cannot tell: 25-34 is lower (95% interval −14.9 to 0.0).")
    assert said.endswith("Few answers: read with care.")
    assert verdict_text(row | {"status": "suppressed"}) == "Hidden"


def test_held_out_months_are_said_from_the_least_to_the_most():
    rows = [
        {"measure": f"held out 2025-0{m}", "area_share": share, "value": value}
        | {"pai": value / share, "places": 9, "period": "2024-01/2024-12"}
        for m, share, value in [(1, 4.9, 24.0), (2, 4.9, 27.0), (1, 20.0, 50.0)]
    ]
    said = held_out_sentence(held_out(rows))
    assert "densest 4.9% of the land in January 2024 to December 2024" in said
    assert "held 24% to 27% of the crime of each month" in said
    assert "4.9 to 5.5 times" in said
    assert held_out_sentence({}) == ""


def test_near_repeats_keep_hidden_missing_and_cannot_tell_apart():
    near = {"distance_over": math.nan, "distance_to": 0.0, "days_from": 0.0}
    rows = [
        near | {"days_to": 7.0, "ratio": 2.63, "p_value": 0.002},
        near | {"days_to": 14.0, "ratio": 0.97, "p_value": 0.6},
        near | {"days_to": 21.0, "ratio": 9.9, "p_value": 0.6, "status": "suppressed"},
        near | {"days_to": 28.0, "ratio": math.nan, "p_value": math.nan},
    ]
    _, (cells,) = near_rows(rows)
    assert cells == (
        "At the same place",
        "2.63 (more than chance)",
        "0.97 (cannot tell)",
        "hidden",
        "no figure",
    )
