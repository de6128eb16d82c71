"""Briefings from finished results: the demo, the real files, and what is hidden."""

import io
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pypdf
import pytest
from click.testing import CliRunner
from scipy.stats import binomtest

from geosafety import results
from geosafety.cli import main
from geosafety.errors import InputError
from geosafety.pipeline.profile.find import find_areas
from geosafety.pipeline.profile.numbers import changes_on_the_year
from geosafety.pipeline.profile.parts import read_ground
from geosafety.pipeline.profile.writing import make_briefing, write_briefings
from geosafety.publish.briefing_page import briefing_html


@pytest.fixture(scope="module")
def units(demo_results):
    return read_ground(demo_results, "npu")


@pytest.fixture(scope="module")
def impact_areas(demo_results):
    return read_ground(demo_results, "impact_area")


def figure(briefing, start):
    return next(f for f in briefing.figures if f.label.startswith(start))


# ---- the published demo figures -----------------------------------------------------


def test_a_unit_has_its_published_membership_and_what_it_is_short_of(units):
    """Confidence and Satisfaction Report to the Board, 28 June 2022, Figure 2."""
    coventry = make_briefing(units, "CV")
    members = figure(coventry, "WMNow")
    assert (members.value, members.beside) == ("50.5", "Force 52.4")
    assert "15,476 members, 306,404 people aged 16 and over; published" in members.note
    assert any("574 more members" in line for line in coventry.gaps)


def test_every_figure_that_is_not_observed_says_so(units):
    made = make_briefing(units, "BE")
    assert made.banners[0].startswith("SYNTHETIC.")
    notes = [f.note for f in made.figures if f.value != "not available"]
    assert all(note.endswith(("synthetic", "published")) for note in notes)


def test_a_hidden_survey_value_is_said_in_words_and_leaves_no_number(impact_areas):
    table = impact_areas.sheet.table
    code = table.loc[table["answers_status"] == "suppressed", "area_code"].iloc[0]
    made = make_briefing(impact_areas, code)
    safe = figure(made, "Feel safe")
    assert safe.value == "hidden: too few to show"
    assert (safe.interval, safe.beside, safe.bar) == ("", "", None)
    assert "hidden, as too few people" in made.sentences[1]
    assert "Survey answers: hidden: too few to show." in made.gaps
    assert "Not of this area alone" in made.said.words[0]
    assert made.banners[1].startswith("ILLUSTRATIVE AREA.")


def test_sentences_follow_the_verdicts_of_the_sheet(units):
    sides = {"low": {"lower"}, "high": {"higher"}}
    for row in units.sheet.table.to_dict("records"):
        sentence = make_briefing(units, row["area_code"]).sentences[0].split(";")[0]
        said = {word for word in ("lower", "higher") if word in sentence}
        assert said == sides.get(row["crime_level"], set())


def test_hot_spots_of_units_add_up_to_those_of_the_force(demo_results, units):
    table = results.read_table(demo_results, "clusters")
    keep = (table["statistic"] == "gi_star") & (table["geography"] == "lsoa")
    keep &= (table["group"] == "all") & (table["indicator"] == "crime_rate")
    whole = table[keep]
    hot = whole["label"] == "hot"
    stable = hot & (whole["stability_word"] == "stable")
    assert hot.any()
    sums = units.hot[["areas", "hot", "stable"]].sum().tolist()
    assert sums == [len(whole), hot.sum(), stable.sum()]


def test_all_impact_areas_are_written_one_page_each_with_progress(
    demo_results, tmp_path
):
    command = ["profile", "--all", "--geography", "impact_area", "--out", tmp_path]
    command += ["--results", demo_results, "--format", "html,pdf"]
    done = CliRunner().invoke(main, [str(part) for part in command])
    assert done.exit_code == 0, done.output
    assert "19 of 19:" in done.output
    assert len(list(tmp_path.glob("*.html"))) == 19
    for file in tmp_path.glob("*.pdf"):
        assert len(pypdf.PdfReader(file).pages) == 1


# ---- methods against others ---------------------------------------------------------


def test_the_change_on_the_year_agrees_with_scipys_exact_binomial_interval():
    names = [f"{y}-{m:02d}" for y in (2023, 2024) for m in range(1, 13)]
    counts = np.random.default_rng(3).poisson(6, (5, 24)).astype(float)
    table = pd.DataFrame(counts, index=list("ABCDE"), columns=names)
    found = changes_on_the_year(table)
    for code, row in found.iterrows():
        before, after = table.loc[code, names[:12]], table.loc[code, names[12:]]
        total = int(before.sum() + after.sum())
        exact = binomtest(int(after.sum()), total).proportion_ci(0.95, "exact")
        ends = [100 * (p / (1 - p) - 1) for p in (exact.low, exact.high)]
        assert [row["lower"], row["upper"]] == pytest.approx(ends)
        assert row["change"] == pytest.approx(100 * (after.sum() / before.sum() - 1))


def test_a_month_missing_in_one_year_is_left_out_of_both():
    names = [f"{y}-{m:02d}" for y in (2023, 2024) for m in (1, 2, 3)]
    table = pd.DataFrame(
        [[10, 20, np.nan, 30, np.nan, 50], [1, 2, 3, np.nan, np.nan, np.nan]],
        index=["A", "B"],
        columns=names,
    )
    found = changes_on_the_year(table)
    assert found.loc["A", ["before", "after"]].tolist() == [10, 30]
    assert found.loc["A", ["first", "last"]].tolist() == ["2024-01", "2024-01"]
    assert found["pairs"].tolist() == [1, 0]
    assert found.loc["B", "verdict"] == ""


def test_areas_alike_are_the_first_three_of_the_table_as_recorded(demo_results, units):
    table = results.read_table(demo_results, "alike", geography="npu", area_code="BE")
    made = make_briefing(units, "BE").alike
    assert [row[0] for row in made.rows] == table["other_name"].head(3).tolist()
    rates = dict(zip(table["other_name"], table["other_crime_rate"], strict=True))
    for name, _, rate, *_ in made.rows:
        assert float(rate) == pytest.approx(rates[name], abs=0.051)
    assert made.caption.endswith(table["compared_by"].iloc[0])


def test_an_area_without_areas_alike_and_older_results_say_so(units):
    table = units.tables["alike"].assign(reason="its crime rate is hidden")
    hidden = replace(units, tables=units.tables | {"alike": table})
    words = make_briefing(hidden, "BE").alike.words
    assert words == ("None can be named: its crime rate is hidden.",)
    older = replace(units, tables=units.tables | {"alike": pd.DataFrame()})
    assert "build them again" in make_briefing(older, "BE").alike.words[0]


# ---- asking for areas ---------------------------------------------------------------


def test_areas_are_found_by_code_or_name_and_an_unknown_one_names_the_nearest(
    demo_results,
):
    found = find_areas(demo_results, ("be", "birmingham west", "BE"), "")
    assert found == [("npu", "BE"), ("npu", "BW")]
    with pytest.raises(InputError, match='Did you mean "Birmingham West"'):
        find_areas(demo_results, ("Birmingam West",), "")


def test_a_name_of_two_areas_is_asked_back(demo_results):
    with pytest.raises(InputError, match="is 2 areas: local_authority E08000026, npu"):
        find_areas(demo_results, ("Coventry",), "")
    assert find_areas(demo_results, ("Coventry",), "npu") == [("npu", "CV")]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ([], "Name the areas"),
        (["--all"], "Name the areas"),
        (["BE", "--all", "--geography", "npu"], "Name the areas"),
        (["BE", "--format", "docx"], "'docx' is not html or pdf"),
    ],
)
def test_a_wish_that_cannot_be_met_says_what_to_do(command, said):
    done = CliRunner().invoke(main, ["profile", *command])
    assert done.exit_code == 2
    assert said in done.output


def test_the_code_of_an_area_cannot_lead_out_of_the_folder(
    demo_results, tmp_path, monkeypatch
):
    ground = read_ground(demo_results, "npu")
    made = make_briefing(ground, "BE")
    profile = "geosafety.pipeline.profile.writing"
    monkeypatch.setattr(f"{profile}.find_areas", lambda *_: [("npu", "../../up")])
    monkeypatch.setattr(f"{profile}.make_briefings", lambda *_: iter([made]))
    paths = write_briefings(demo_results, ("x",), tmp_path / "out", forms=("html",))
    assert [p.parent for p in paths] == [tmp_path / "out"]
    assert [p.name for p in paths] == ["npu-______up.html"]


# ---- the real files -----------------------------------------------------------------


@pytest.fixture(scope="module")
def boroughs(real_results):
    return read_ground(real_results, "local_authority")


def test_a_real_borough_has_its_crimes_over_its_published_residents(
    boroughs, real_folder
):
    """Counted from the raw files; 1,140,525 is the ONS mid-2020 estimate."""
    files = sorted((real_folder / "crime").glob("wm_lsoa21_counts_*.parquet"))
    raw = pd.concat([pd.read_parquet(file) for file in files])
    lookup = pd.read_csv(real_folder / "lookups" / "lsoa11_lsoa21_lad22_wm.csv")
    own = set(lookup.loc[lookup["ltla22_code"] == "E08000025", "lsoa21_code"])
    raw = raw[raw["lsoa_code"].isin(own)]
    made = make_briefing(boroughs, "E08000025")
    found = figure(made, "Recorded crimes")
    period = next(f.period for f in boroughs.sheet.parts if f.part.name == "crime")
    first, last = period.split("/")
    when = raw["year"].astype(str) + "-" + raw["month"].astype(str).str.zfill(2)
    count = raw.loc[(when >= first) & (when <= last), "crime_count"].sum()
    assert found.note.endswith(f"; {count:,} crimes, 1,140,525 residents")
    assert float(found.value) == pytest.approx(1000 * count / 1_140_525, abs=0.051)


def test_months_that_the_real_source_does_not_cover_are_marked_and_left_out(boroughs):
    made = make_briefing(boroughs, "E08000025")
    missing = int(boroughs.months.loc["E08000025"].isna().sum())
    assert missing > 0
    assert f"{missing} of {boroughs.months.shape[1]} months" in made.trend.alt
    pairs = re.search(r"the (\d+) covered months", figure(made, "Change").note)
    assert int(pairs[1]) < 12


def test_a_real_borough_without_a_survey_says_so_and_is_not_called_synthetic(boroughs):
    made = make_briefing(boroughs, "E08000029")
    assert made.banners == ()
    assert made.sentences[1].startswith("How safe people feel is not known here")
    assert made.alike.heads[3] == "Deprivation"
    html = briefing_html(made)
    assert "ynthetic" not in html
    assert "nan" not in re.findall(r"\w+", html.lower())


def test_a_real_briefing_is_one_page_of_pdf(real_results, tmp_path):
    paths = write_briefings(real_results, ("E08000025",), tmp_path, forms=("pdf",))
    assert len(pypdf.PdfReader(io.BytesIO(paths[0].read_bytes())).pages) == 1
