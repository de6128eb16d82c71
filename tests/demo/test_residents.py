"""The demonstration's invented residents, outcomes and crime survey."""

import pandas as pd
import pytest

from geosafety.demo.people import POPULATION
from geosafety.demo.places import LOCAL_AUTHORITIES, read_margins
from geosafety.demo.residents import SHARES, crime_survey, outcomes, residents
from geosafety.project import read_project
from geosafety.questionnaires import survey
from geosafety.readers.margins import read_margins as read_reference
from geosafety.results import read_manifest, read_table, read_values


@pytest.mark.parametrize("dimension", SHARES)
def test_groups_sum_to_the_residents_of_each_borough(dimension):
    table = residents(dimension)
    totals = table.groupby("local_authority")["population"].sum()
    names = {code: POPULATION[name] for code, name in LOCAL_AUTHORITIES.items()}
    assert totals.to_dict() == names
    shares = pd.DataFrame(SHARES[dimension])
    assert (shares.sum(axis=1) == 100).all()


@pytest.mark.parametrize("dimension", SHARES)
def test_groups_are_called_what_the_consultation_calls_them(dimension):
    (question,) = [
        q for q in survey("consultation_2024").questions if q.measure == dimension
    ]
    assert set(SHARES[dimension]) == set(question.substantive)
    answered = read_margins()["consultation"]["counts"][dimension]
    assert set(SHARES[dimension]) == set(answered) - {"Prefer not to say"}


def test_the_reader_takes_every_margin_of_the_demonstration(demo):
    margins = read_reference(read_project(demo / "geosafety.toml"), lambda _: None)
    assert margins.rejects.empty
    assert set(margins.table["kind"]) == {"synthetic"}
    assert set(margins.table["vintage"]) == {"mid-2020"}
    whole = margins.table.groupby("dimension")["population"].sum()
    assert whole.to_dict() == dict.fromkeys(SHARES, sum(POPULATION.values()))


def test_what_is_invented_follows_the_seed_and_stays_possible():
    npus = ["BE", "BW", "CV"]
    assert outcomes(npus, seed=1).equals(outcomes(npus, seed=1))
    assert not outcomes(npus, seed=1).equals(outcomes(npus, seed=2))
    for seed in range(50):
        table, crime = outcomes(npus, seed=seed), crime_survey(seed=seed)
        assert table["attendance"].between(50, 100).all()
        assert (table["bilkings"] > 0).all()
        assert crime[["lower", "value", "upper"]].stack().between(0, 100).all()
        assert (crime["lower"] < crime["value"]).all()
        assert (crime["value"] < crime["upper"]).all()


def test_the_built_demonstration_says_that_the_consultation_was_weighted(demo_results):
    notes = read_manifest(demo_results)["notes"]
    (said,) = [n for n in notes if n.startswith("consultation_2024: ")]
    assert said.startswith(
        "consultation_2024: Weighted by age, sex, ethnicity, local_authority"
    )


def test_the_built_demonstration_has_a_synthetic_score_and_series(demo_results):
    scores = read_table(demo_results, "legitimacy")
    npus = scores[scores["geography"] == "npu"]
    assert len(npus) == 16
    assert npus["score"].notna().all()
    assert set(npus["kind"]) == {"synthetic"}
    # The fixed year scores 100 on average, by what standardised means.
    first = npus[npus["period"] == "2021-03"]
    assert first["score"].mean() == pytest.approx(100)
    rows = read_values(demo_results, indicator=["csew_confidence"])
    assert set(rows["kind"]) == {"synthetic"}
    assert rows["status"].tolist() == ["ok"] * 4
