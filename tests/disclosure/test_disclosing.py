"""Finished rows: what is hidden with what, and a check of tables from outside."""

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from geosafety.cli import main
from geosafety.disclosure.primary import Policy
from geosafety.errors import InputError
from geosafety.pipeline.disclosure.check import check_tables
from geosafety.pipeline.disclosure.protect import protect
from geosafety.settings import NUMBERS, VALUE_COLUMNS

PIECES = pd.DataFrame(
    {
        "force": "F",
        "npu": ["BE", "BE", "BE", "BW", "BW"],
        "impact_area": ["I1", None, None, None, None],
    }
)


def finished(indicator, group, numbers, *, base=True, period="consultation_2024"):
    """Make rows of one indicator: by area, a numerator and a base."""
    rows = []
    for (layer, code), (numerator, under) in numbers.items():
        row = dict.fromkeys(VALUE_COLUMNS, "")
        row |= dict.fromkeys(NUMBERS, np.nan)
        row |= {"geography": layer, "area_code": code, "indicator": indicator}
        row |= {"group": group, "period": period, "kind": "synthetic", "status": "ok"}
        row |= {"numerator": numerator, "base": under if base else np.nan}
        row["value"] = 100 * numerator / under if base else numerator
        if np.isnan(numerator):
            row["status"] = "suppressed"
        rows.append(row)
    return pd.DataFrame(rows, columns=list(VALUE_COLUMNS))


AREAS = [("force", "F"), ("npu", "BE"), ("npu", "BW"), ("impact_area", "I1")]


def by_area(numerators, bases):
    return dict(zip(AREAS, zip(numerators, bases, strict=True), strict=True))


def hidden(values):
    out = values[values["status"] == "suppressed"]
    return set(zip(out["indicator"], out["group"], out["area_code"], strict=True))


def test_what_an_npu_less_its_impact_area_tells_is_hidden():
    values = finished(
        "feels_safe_home", "all", by_area([30, 20, 10, 17], [71, 31, 40, 28])
    )
    found = protect(values, PIECES, Policy())
    assert hidden(found.values) == {("feels_safe_home", "all", "I1")}
    assert found.values.loc[3, list(NUMBERS)].isna().all()
    pd.testing.assert_frame_equal(
        found.values.drop(index=3), values.drop(index=3), check_dtype=False
    )
    assert found.report["remainders"].sum() == 1


def test_a_base_is_hidden_wherever_it_is_printed_as_an_answer():
    """Who had contact is the base of one question and an answer to another."""
    nan = np.nan
    experience = by_area([20, 12, 8, nan], [45, 25, 20, nan])
    contact = by_area([45, 25, 20, 6], [110, 60, 50, 40])
    values = pd.concat(
        [
            finished("police_experience_positive", "all", experience),
            finished("survey_answer_share", "contact_police=Yes", contact),
        ],
        ignore_index=True,
    )
    found = protect(values, PIECES, Policy())
    answer = ("survey_answer_share", "contact_police=Yes", "I1")
    assert answer in hidden(found.values)


def test_small_answers_of_a_large_base_stay():
    values = finished(
        "survey_answer_share", "religion=Sikh", by_area([9, 5, 4, 2], [110, 60, 50, 40])
    )
    found = protect(values, PIECES, Policy())
    assert hidden(found.values) == set()


def test_a_change_is_hidden_with_either_wave():
    earlier, later = (
        by_area([60, 33, 27, 4], [1] * 4),
        by_area([90, 48, 42, 20], [1] * 4),
    )
    change = by_area([30, 15, 15, 16], [1] * 4)
    values = pd.concat(
        [
            finished("wmnow_members", "all", earlier, base=False, period="2021-03"),
            finished("wmnow_members", "all", later, base=False, period="2022-03"),
            finished("wmnow_change", "all", change, period="2022-03").assign(
                compared_with="2021-03"
            ),
        ],
        ignore_index=True,
    )
    found = protect(values, PIECES, Policy())
    assert ("wmnow_change", "all", "I1") in hidden(found.values)


def test_published_rows_stay_shown():
    values = finished(
        "feels_safe_home", "all", by_area([30, 20, 10, 17], [71, 31, 40, 28])
    )
    values = values.assign(kind="published")
    found = protect(values, PIECES, Policy())
    assert hidden(found.values) == set()
    assert found.report["short"].sum() == 1


def test_the_demonstration_is_safe_after_control_and_its_papers_stay(
    demo_results, tmp_path
):
    from geosafety import results
    from geosafety.pipeline.disclosure.pieces import read_pieces

    layers = ["force", "local_authority", "npu", "impact_area"]
    values = results.read_values(
        demo_results, geography=layers, period=["impact_areas_2022"]
    )
    found = protect(values, read_pieces(demo_results), Policy())
    before, after = (t["status"].eq("suppressed") for t in (values, found.values))
    assert before.sum() < after.sum() < 0.1 * len(values)
    assert not (after & values["kind"].eq("published")).any()
    for name, table, leaks in (("raw", values, True), ("safe", found.values, False)):
        path = tmp_path / f"{name}.csv"
        table.to_csv(path, index=False)
        _, listed = check_tables([path], Policy(), results=demo_results)
        assert (len(listed) > 0) == leaks


@pytest.fixture
def others(tmp_path):
    """Write somebody else's table, with headings of their own, and the areas."""
    (tmp_path / "theirs.csv").write_text(
        "Unit,Who,People\nBE,All,31\nBE,Women,26\nBE,Men,*\nBW,All,40\n"
    )
    (tmp_path / "theirs.toml").write_text(
        'geography = "npu"\n'
        '[columns]\narea_code = "Unit"\ngroup = "Who"\ncount = "People"\n'
    )
    (tmp_path / "impact.csv").write_text(
        "geography,area_code,count\nimpact_area,I1,28\n"
    )
    PIECES.to_csv(tmp_path / "areas.csv", index=False)
    return tmp_path


def run(folder, *more):
    tables = [str(folder / "theirs.csv"), str(folder / "impact.csv")]
    lookup = ["--lookup", str(folder / "areas.csv")]
    return CliRunner().invoke(main, ["disclosure", "check", *tables, *lookup, *more])


def test_the_check_finds_the_leaks_of_anybody_s_tables(others):
    done = run(others)
    assert done.exit_code == 0
    assert "npu BE (31) - impact_area I1 (28) = 3" in done.output
    assert "npu BE (31) - npu BE group=Women (26) = 5" in done.output
    assert "1 hidden numbers can be worked out, 1 of them exactly." in done.output


def test_a_strict_check_fails_and_a_file_holds_the_findings(others):
    done = run(others, "--strict", "--quiet", "--out", str(others / "found.csv"))
    assert (done.exit_code, done.output) == (1, "")
    found = pd.read_csv(others / "found.csv")
    assert set(found["what"]) == {"hidden cell", "remainder"}


def test_a_heading_that_is_not_there_is_named(others):
    (others / "theirs.toml").write_text(
        'geography = "npu"\n[columns]\ncount = "Peopel"\n'
    )
    with pytest.raises(InputError, match="has no column 'area_code'"):
        check_tables([others / "theirs.csv"], Policy(), results=others)


def test_an_unknown_key_of_a_note_names_the_nearest(others):
    (others / "theirs.toml").write_text('geografy = "npu"\n')
    with pytest.raises(InputError, match='Did you mean "geography"'):
        check_tables([others / "theirs.csv"], Policy(), results=others)
