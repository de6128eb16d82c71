import pandas as pd
import pytest

from geosafety import results
from geosafety.errors import InputError
from geosafety.settings import NUMBERS, VALUE_COLUMNS


def row(**given):
    text = {c: "" for c in VALUE_COLUMNS if c not in NUMBERS}
    return pd.DataFrame([text | dict.fromkeys(NUMBERS, 1.0) | given])


def write(folder, *tables, manifest=None):
    with results.write_results(folder) as fresh:
        with results.ValueWriter(fresh / "values.parquet") as writer:
            for table in tables:
                writer.append(table)
        results.write_manifest(fresh, manifest or {"title": "t"})


def test_what_is_written_can_be_read_filtered(tmp_path):
    out = tmp_path / "results"
    write(
        out, row(geography="npu", indicator="a"), row(geography="ward", indicator="b")
    )
    assert len(results.read_values(out)) == 2
    found = results.read_values(out, geography=["ward"])
    assert found["indicator"].tolist() == ["b"]
    assert len(results.read_choices(out)) == 2


def test_a_failed_build_leaves_the_old_results_alone(tmp_path):
    out = tmp_path / "results"
    write(out, row(indicator="old"))
    with pytest.raises(RuntimeError), results.write_results(out) as fresh:
        (fresh / "values.parquet").write_text("half")
        raise RuntimeError
    assert results.read_values(out)["indicator"].tolist() == ["old"]
    assert [p.name for p in tmp_path.iterdir()] == ["results"]


def test_a_folder_with_other_things_is_not_overwritten(tmp_path):
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(InputError, match="holds other files"):
        write(tmp_path, row())
    assert (tmp_path / "thesis.txt").read_text() == "precious"


def test_no_results_says_what_to_run(tmp_path):
    with pytest.raises(InputError, match="There are no results.*\n.*geosafety demo"):
        results.read_values(tmp_path)


def test_a_missing_number_stays_missing(tmp_path):
    out = tmp_path / "results"
    write(out, row(value=float("nan"), numerator=0.0))
    read = results.read_values(out).iloc[0]
    assert pd.isna(read["value"])
    assert read["numerator"] == 0
