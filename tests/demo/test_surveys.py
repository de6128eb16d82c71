"""The synthetic respondents give every printed figure, by plain pandas."""

import tomllib
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pandas as pd
import pytest

from geosafety.demo.consultation import consultation
from geosafety.demo.impact_survey import impact_survey
from geosafety.demo.places import read_margins
from tests.demo.stub import stub_places

CATALOG = Path(__file__).parents[2] / "geosafety" / "catalog"
YES = {
    "feels_safe_home": ("safe_home", ["Very safe", "Safe"]),
    "feels_unsafe_home": ("safe_home", ["Unsafe", "Very unsafe"]),
    "police_experience_positive": (
        "police_experience",
        ["Very positive", "Somewhat positive"],
    ),
    "police_experience_negative": (
        "police_experience",
        ["Very negative", "Somewhat negative"],
    ),
    "police_view_positive": ("police_view", ["Very positive", "Somewhat positive"]),
    "police_view_negative": ("police_view", ["Very negative", "Somewhat negative"]),
    "police_rating_good": ("police_rating", ["Very good", "Good"]),
    "police_rating_poor": ("police_rating", ["Poor", "Very poor"]),
}
SURVEYS = ("consultation_2024", "impact_areas_2022")
KNIFE = "Preventing knife crime"
INVESTIGATING = "Investigating crimes and bringing offenders to justice"
VAWG = "Preventing violence against women, girls, and vulnerable people"


def toml(path):
    return tomllib.loads((CATALOG / path).read_text("utf-8"))


def figures(name):
    return [
        pytest.param(figure, id=f"{figure['indicator']} {figure['group']}")
        for figure in toml(f"published/{name}.toml")["figures"]
        if figure["period"] in SURVEYS and figure["geography"] == "force"
    ]


def printed(count, base, decimals):
    """Round half up, as a paper does."""
    exact = Decimal(100) * int(count) / int(base)
    return float(exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Both files, written and read back: what the product will be given."""
    margins, places = read_margins(), stub_places()
    folder = tmp_path_factory.mktemp("surveys")
    consultation(places, margins["consultation"], seed=0).to_csv(
        folder / SURVEYS[0], index=False
    )
    impact_survey(places, margins["impact"], seed=0).to_csv(
        folder / SURVEYS[1], index=False
    )
    return {
        name: pd.read_csv(folder / name, dtype=str, keep_default_na=False)
        for name in SURVEYS
    }


@pytest.fixture(scope="module")
def questions():
    return {
        name: {q["measure"]: q for q in toml(f"surveys/{name}.toml")["questions"]}
        for name in SURVEYS
    }


@pytest.fixture(scope="module")
def tallies(answers, questions):
    """How many chose each option, and the base, by survey and measure."""
    found = {}
    for name, asked in questions.items():
        for measure, question in asked.items():
            column = answers[name][question["column"]]
            everyone = question["base"] == "all"
            base = len(column) if everyone else int((column != "").sum())
            picked = column.str.split(question.get("separator", "\0")).explode()
            found[name, measure] = picked.value_counts(), base
    return found


def recompute(figure, answers, tallies):
    period = figure["period"]
    if figure["indicator"] == "survey_responses":
        return float(len(answers[period]))
    if figure["indicator"] in YES:
        measure, wanted = YES[figure["indicator"]]
    else:
        measure, option = figure["group"].split("=", 1)
        wanted = [option]
    counts, base = tallies[period, measure]
    count = int(counts.reindex(wanted, fill_value=0).sum())
    if figure["indicator"] == "survey_answer_count":
        return float(count)
    return printed(count, base, figure["decimals"])


@pytest.mark.parametrize(
    "figure",
    [*figures(SURVEYS[0]), *figures(SURVEYS[1]), *figures("filled")],
)
def test_figure_comes_out_as_printed(figure, answers, tallies):
    assert recompute(figure, answers, tallies) == figure["value"]


@pytest.mark.parametrize("name", SURVEYS)
def test_every_answer_is_published_or_filled(name, questions):
    told = {
        figure["group"]
        for file in (name, "filled")
        for figure in toml(f"published/{file}.toml")["figures"]
        if figure["period"] == name
    }
    for measure, question in questions[name].items():
        for option in question["options"]:
            assert f"{measure}={option}" in told


@pytest.mark.parametrize("name", SURVEYS)
def test_questionnaire_and_file_agree(name, answers, questions):
    frame = answers[name]
    for question in questions[name].values():
        seen = set(
            frame[question["column"]]
            .str.split(question.get("separator", "\0"))
            .explode()
        )
        assert seen - {""} == set(question["options"]), question["id"]
    for place in toml(f"surveys/{name}.toml")["places"]:
        assert place["column"] in frame
    assert frame["Made up"].str.startswith("yes").all()
    assert frame["Response"].is_unique


def test_routing(answers):
    frame = answers["consultation_2024"]
    visits = frame["Do you regularly visit, work, or volunteer in another area?"]
    for column in (
        "Which area(s) do you regularly visit, work, or volunteer?",
        "How safe do you feel where you regularly visit, work, or volunteer?",
    ):
        assert ((frame[column] != "") == (visits == "Yes")).all()
    contact = frame["Have you had contact with WMP in the last 3 years?"]
    experience = frame["How would you rate your experience with WMP?"]
    assert ((experience != "") == (contact == "Yes")).all()
    assert (contact == "Yes").sum() == 2902
    assert (visits == "Yes").sum() == 2728


def priorities(answers):
    frame = answers["consultation_2024"]
    picks = frame["Police responsibilities (up to ten)"].str.split(";")
    return frame, picks


def test_one_to_ten_different_priorities_each(answers):
    _, picks = priorities(answers)
    assert picks.str.len().between(1, 10).all()
    assert (picks.map(set).str.len() == picks.str.len()).all()


def test_priorities_by_local_area_are_as_the_paper_says(answers):
    frame, picks = priorities(answers)
    long = frame.assign(option=picks).explode("option")
    for area, part in long.groupby("Where do you live?"):
        ranked = part["option"].value_counts()
        assert ranked.iloc[0] > ranked.iloc[1]
        assert ranked.index[0] == KNIFE
        assert ranked.iloc[4] > ranked.iloc[5]
        assert (VAWG in ranked.index[:5]) == (area not in {"Dudley", "Walsall"})
    overall = long["option"].value_counts()
    options = list(read_margins()["consultation"]["counts"]["priorities"])
    assert overall.index.tolist() == options


def test_priorities_by_local_area_follow_the_lifts(answers):
    """Within one person of each area's part of an option's total."""
    frame, picks = priorities(answers)
    long = frame.assign(option=picks).explode("option")
    found = long.groupby(["option", "Where do you live?"]).size()
    margins = read_margins()["consultation"]
    areas = margins["counts"]["local_area"]
    for option, total in margins["counts"]["priorities"].items():
        weight = pd.Series(
            {
                a: n * margins["lifts"].get(a, {}).get(option, 1)
                for a, n in areas.items()
            }
        )
        wanted = total * weight / weight.sum()
        assert (found[option] - wanted).abs().max() < 1


def test_knife_crime_leads_in_all_but_two_weeks(answers):
    frame, picks = priorities(answers)
    day = pd.to_datetime(frame["Submitted"])
    week = day - pd.to_timedelta(day.dt.day_of_week, unit="D")
    knife = picks.map(lambda chosen: KNIFE in chosen)
    other = picks.map(lambda chosen: INVESTIGATING in chosen)
    by_week = pd.DataFrame({"knife": knife, "other": other}).groupby(week)
    lead = by_week.sum().assign(n=by_week.size())
    assert len(lead) == 14
    behind = lead[lead["knife"] <= lead["other"]]
    points = {
        f"{start:%Y-%m-%d}": printed(row.other - row.knife, row.n, 1)
        for start, row in behind.iterrows()
    }
    assert points == {"2024-07-22": 1.9, "2024-09-09": 4.2}


def test_homes_agree_with_the_local_area(answers):
    frame = answers["consultation_2024"]
    home = frame["Home postcode"].str.upper().str.replace(" ", "")
    known = stub_places()
    authority = known.lsoas.set_index("area_code")["local_authority"]
    lookup = pd.Series(
        known.postcodes["lsoa"].map(authority).to_numpy(),
        index=known.postcodes["postcode"].str.replace(" ", ""),
    )
    given = home != ""
    assert 0.80 < given.mean() < 0.88
    found = home[given].map(lookup)
    assert (
        found.dropna() == frame.loc[found.dropna().index, "Where do you live?"]
    ).all()
    assert set(home[given][found.isna()]) == {"B999ZZ"}
    assert (home[frame["Where do you live?"].str.startswith("Outside")] == "").all()


def test_answers_hang_together(answers):
    """Joint structure, not only margins: it would show up as zero if lost."""
    frame = answers["consultation_2024"]
    white = (frame["Ethnicity"] == "White").groupby(frame["Age"]).mean()
    assert white["65-74"] > white["18-24"] + 0.2
    view = frame["What is your overall view of WMP?"].str.endswith("positive")
    experience = frame["How would you rate your experience with WMP?"]
    by_experience = view.groupby(experience).mean()
    assert by_experience["Very positive"] > by_experience["Very negative"] + 0.3


def test_impact_area_constraints(answers):
    frame = answers["impact_areas_2022"]
    sizes = frame["Impact area"].value_counts()
    assert len(frame) == 4551
    assert len(sizes) == 19
    assert (sizes < 200).sum() == 11
    assert frame["Language"].nunique() == 5
    assert printed((frame["Age"] == "Under 25").sum(), 4551, 1) == 6.1
    assert (
        printed((frame["How do you rate your local police?"] == "").sum(), 4551, 1)
        == 4.9
    )
    stated = frame["Ethnicity"][frame["Ethnicity"] != ""]
    assert (stated == "White British").mean() > 0.5
    assert frame["Age"].isin(["35-49", "50-64", "65+"]).mean() > 0.5
    assert frame["Submitted"].between("2022-02-01", "2022-03-31").all()


def test_comments_on_visibility_split_in_half_and_follow_the_rating(answers):
    frame = answers["impact_areas_2022"]
    table = pd.crosstab(
        frame["Comment on visible policing (coded)"],
        frame["How do you rate your local police?"],
    )
    seen, unseen = table.loc["Police are visible"], table.loc["Police are not visible"]
    assert seen.sum() == unseen.sum() > 0
    assert seen[["Very good", "Good"]].sum() == seen.sum()
    assert unseen[["Poor", "Very poor", "Don't know"]].sum() == unseen.sum()


def test_same_seed_same_answers_and_another_seed_other_people():
    margins, places = read_margins()["consultation"], stub_places()
    first = consultation(places, margins, seed=3)
    pd.testing.assert_frame_equal(first, consultation(places, margins, seed=3))
    other = consultation(places, margins, seed=4)
    assert not first.equals(other)
    column = "How safe do you feel where you live?"
    assert first[column].value_counts().equals(other[column].value_counts())
