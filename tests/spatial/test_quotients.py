import numpy as np
import pandas as pd
import pytest

from geosafety.spatial.quotients import location_quotients

MIXED = pd.DataFrame(
    {"burglary": [0, 0, 9, 1], "shoplifting": [80, 10, 0, 10]}, index=list("ABCD")
)


def test_quotients_by_hand():
    table = location_quotients(MIXED).set_index(["area_code", "category"])
    # C: 9 of 9 are burglaries; all together 10 of 110.
    assert table["quotient"]["C", "burglary"] == pytest.approx(11)
    assert table["verdict"]["C", "burglary"] == "higher"
    assert table["quotient"]["A", "burglary"] == 0
    assert table["verdict"]["A", "burglary"] == "lower"
    assert table["lower"]["A", "burglary"] == 0
    assert 0 < table["upper"]["A", "burglary"] < 1
    # D: 1 of 11 is what all have.
    assert table["quotient"]["D", "burglary"] == pytest.approx(1)
    assert table["verdict"]["D", "burglary"] == "cannot tell"
    assert "cannot tell from chance" in table["words"]["D", "burglary"]


def test_every_interval_holds_its_quotient():
    rng = np.random.default_rng(2)
    counts = pd.DataFrame(rng.poisson(3, (200, 5)), columns=list("abcde"))
    table = location_quotients(counts).dropna()
    assert (table["lower"] <= table["quotient"] + 1e-12).all()
    assert (table["quotient"] <= table["upper"] + 1e-12).all()


def test_quotients_without_anything_to_compare_are_not_available():
    empty = MIXED.assign(arson=0)
    empty.loc["D"] = 0
    table = location_quotients(empty).set_index(["area_code", "category"])
    assert (table["verdict"]["D"] == "not available").all()
    assert (table.xs("arson", level=1)["verdict"] == "not available").all()
    none = table["verdict"] == "not available"
    assert table.loc[none, ["quotient", "lower", "upper"]].isna().all(axis=None)
    assert table.loc[~none, "quotient"].notna().all()


@pytest.mark.parametrize("base", [12, 60, 400])
def test_the_intervals_hold_the_truth_as_often_as_they_say(base):
    rng = np.random.default_rng(base)
    shares = np.array([0.05, 0.35, 0.6])
    held, told = [], []
    for _ in range(300):
        counts = np.vstack(
            [rng.multinomial(n, shares) for n in (base, base * 4, base * 10)]
        )
        table = location_quotients(pd.DataFrame(counts)).dropna()
        held.append(((table["lower"] <= 1) & (table["upper"] >= 1)).mean())
        told.append((table["verdict"] == "cannot tell").mean())
    assert 0.93 < np.mean(held) < 0.98
    assert held == told


def test_weights_of_one_change_nothing_and_scale_does_not_matter():
    rng = np.random.default_rng(5)
    counts = pd.DataFrame(rng.poisson(6, (40, 3)), columns=list("abc"))
    plain = location_quotients(counts)
    for k in (1.0, 250.0):
        alike = location_quotients(counts, weights=pd.Series(k, index=list("abc")))
        for column in ("quotient", "lower", "upper"):
            assert alike[column].to_numpy() == pytest.approx(
                plain[column].to_numpy(), nan_ok=True
            )


def test_the_intervals_of_harm_are_as_wide_as_its_crimes_are_few():
    rng = np.random.default_rng(6)
    weights = pd.Series({"grave": 500.0, "slight": 2.0, "middling": 30.0})
    rates = np.array([0.5, 40.0, 8.0])
    harm = rates * weights.to_numpy()
    held = []
    for _ in range(400):
        counts = pd.DataFrame(
            rng.poisson(np.outer([10, 30, 200], rates)), columns=weights.index
        )
        table = location_quotients(counts, weights=weights).dropna()
        held.append(((table["lower"] <= 1) & (table["upper"] >= 1)).to_numpy())
    assert harm[0] > harm[1]
    assert 0.91 < np.mean(np.concatenate(held)) < 0.99
    naive = location_quotients((counts * weights).round())
    assert (naive["upper"] < table["upper"].to_numpy() + 1e-9).all()
