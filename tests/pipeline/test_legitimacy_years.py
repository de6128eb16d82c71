"""Which values of an indicator a legitimacy score takes for a year."""

import numpy as np
import pandas as pd
import pytest

from geosafety import results
from geosafety.pipeline.legitimacy.score import Parts, legitimacy_tables
from geosafety.project import LegitimacySource
from geosafety.settings import VALUE_COLUMNS

AREAS = [f"N{n}" for n in range(6)]


def rows(indicator, period, values, status="ok"):
    blank = dict.fromkeys(VALUE_COLUMNS, "")
    blank |= dict.fromkeys(("lower", "upper", "numerator", "base"), np.nan)
    blank |= {"geography": "npu", "area_code": AREAS, "area_name": AREAS}
    blank |= {"indicator": indicator, "period": period, "group": "all"}
    return pd.DataFrame(
        blank | {"value": values, "status": status, "kind": "observed"}
    )[list(VALUE_COLUMNS)]


@pytest.fixture
def scored(tmp_path):
    def by(*tables, **given):
        with results.ValueWriter(tmp_path / "values.parquet") as writer:
            for table in tables:
                writer.append(table)
        names = ["empowerment", "cooperation", "compliance"]
        chosen = {"empowerment": "wmnow_rate", "cooperation": "courts"}
        chosen |= {"compliance": "crime_rate"} | given
        source = LegitimacySource(reference="2021-03")
        parts = Parts(
            source=source,
            indicator=chosen,
            higher_is=dict.fromkeys(names, "better"),
        )
        made = list(legitimacy_tables(tmp_path, parts))
        return made[0].set_index(["period", "area_code"]) if made else None

    return by


UP = [1.0, 2, 3, 4, 5, 6]
WHOLE = [rows("wmnow_rate", "2021-03", UP), rows("courts", "2021-03-31"[:7], UP)]


def test_a_month_is_never_taken_for_a_year(scored):
    year = rows("crime_rate", "2020-04/2021-03", [12.0 * v for v in UP])
    month = rows("crime_rate", "2021-03", UP)
    found = scored(*WHOLE, year, month)
    assert found["compliance"].tolist() == [12, 24, 36, 48, 60, 72]
    gap = rows("crime_rate", "2020-04/2021-03", np.nan, status="incomplete")
    assert scored(*WHOLE, gap, month)["compliance"].isna().all()


def test_only_years_that_end_in_the_same_month_are_set_side_by_side(scored):
    more = [rows("wmnow_rate", p, UP) for p in ("2021-09", "2022-03", "wave_2022")]
    found = scored(*WHOLE, rows("crime_rate", "2020-04/2021-03", UP), *more)
    periods = found.index.get_level_values("period")
    assert sorted(set(periods)) == ["2021-03", "2022-03"]


@pytest.mark.parametrize("status", ["low base", "suppressed", "incomplete"])
def test_what_is_not_a_sound_value_gives_no_score(scored, status):
    courts = rows("courts", "2021-03", UP)
    courts.loc[0, "status"] = status
    found = scored(WHOLE[0], courts, rows("crime_rate", "2021-03", UP))
    assert pd.isna(found.loc[("2021-03", "N0"), "score"])
    assert found.loc[("2021-03", "N0"), "words"] == "not available: no cooperation"
    assert found["of"].max() == 5


def test_few_or_equal_areas_in_the_fixed_year_are_no_reference(scored):
    few = rows("crime_rate", "2021-03", [1.0, 2, 3, 4, np.nan, np.nan])
    few.loc[4:, "status"] = "not available"
    found = scored(*WHOLE, few)
    assert found["score"].isna().all()
    assert "compliance is known of 4 areas in 2021-03" in found["words"].iloc[0]
    same = scored(*WHOLE, rows("crime_rate", "2021-03", 5.0))
    assert "compliance is the same everywhere" in same["words"].iloc[0]
    assert same["compliance"].tolist() == [5.0] * 6


def test_a_part_that_nothing_measures_is_named(scored):
    found = scored(*WHOLE, compliance="")
    assert found["words"].iloc[0].endswith("(nothing measures compliance)")
    assert found["z empowerment"].notna().all()


def test_without_any_value_there_is_no_table(scored):
    assert scored(rows("population", "2021-03", UP)) is None
