"""Exports whose numbers of people are rounded at random."""

import pandas as pd
from click.testing import CliRunner

from geosafety.cli import main
from geosafety.pipeline.rounding import rounded
from geosafety.results import read_values
from geosafety.settings import datasets, indicators


def exported(folder, out, *more):
    wanted = ["--geography", "ward", "--indicator", "feels_safe_home"]
    ask = ["export", "--results", str(folder), *wanted, "--out", str(out), *more]
    done = CliRunner().invoke(main, ask)
    assert done.exit_code == 0, done.output
    return pd.read_csv(out)


def test_numbers_of_people_are_rounded_and_values_follow(demo_results, tmp_path):
    exact = exported(demo_results, tmp_path / "exact.csv")
    loose = exported(demo_results, tmp_path / "loose.csv", "--round-people", "5")
    again = exported(demo_results, tmp_path / "again.csv", "--round-people", "5")
    pd.testing.assert_frame_equal(loose, again)
    assert len(loose) == len(exact)
    shown = loose[loose["value"].notna()]
    assert len(shown) > 50
    assert (shown[["numerator", "base"]] % 5 == 0).all(axis=None)
    value = 100 * shown["numerator"] / shown["base"]
    assert ((value - shown["value"]).abs() < 1e-9).all()
    assert shown[["lower", "upper"]].isna().all(axis=None)
    assert (loose["rounded_to"] == 5).all()
    for column in ("numerator", "base"):
        assert ((loose[column] - exact[column]).abs().fillna(0) < 5).all()
        assert loose[column].isna().equals(exact[column].isna())
    assert (loose["status"] == exact["status"]).all()


def test_crime_and_what_papers_print_stay_as_they_are(demo_results):
    values = read_values(demo_results, geography=["npu", "force"])
    made = rounded(values, to=5)
    whose = values["indicator"].map({n: i.dataset for n, i in indicators().items()})
    open_data = [n for n, d in datasets().items() if not d.suppress_below]
    kept = values[whose.isin(open_data) | (values["kind"] == "published")]
    assert 0 < len(kept) < len(values)
    same = made.loc[kept.index]
    assert same["rounded_to"].isna().all()
    pd.testing.assert_series_equal(same["value"], kept["value"])
    # What would be worked out of two rounded numbers is left out.
    left = whose[~values.index.isin(made.index)].unique()
    assert len(left)
    assert not set(left) & set(open_data)
