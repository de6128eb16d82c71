"""A check of tables from outside."""

import pandas as pd
import pytest
from click.testing import CliRunner

from geosafety.cli import main
from geosafety.disclosure.primary import Policy
from geosafety.errors import InputError
from geosafety.pipeline.disclosure.check import check_tables

PIECES = pd.DataFrame(
    {
        "force": "F",
        "npu": ["BE", "BE", "BE", "BW", "BW"],
        "impact_area": ["I1", None, None, None, None],
    }
)


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
