import numpy as np
import pandas as pd
import pyarrow.parquet as pq
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


def many_rows(rows, seed=5):
    """Make rows of three indicators, with some 40 views of each, in no order."""
    dice = np.random.default_rng(seed)
    picked = {
        "area_code": [f"E{n:04}" for n in dice.integers(0, 400, rows)],
        "period": dice.choice([f"2024-{m:02}" for m in range(1, 11)], rows),
        "group": dice.choice(["all", "category=Drugs", "category=Theft", "x"], rows),
        "status": dice.choice(["ok", "suppressed"], rows),
        "value": dice.normal(size=rows),
    }
    text = {c: "" for c in VALUE_COLUMNS if c not in NUMBERS}
    blank = text | dict.fromkeys(NUMBERS, 1.0) | {"geography": "lsoa"}
    return [
        pd.DataFrame(blank | picked | {"indicator": name})[list(VALUE_COLUMNS)]
        for name in ("a", "b", "c")
    ]


ASKED = [
    {},
    {"indicator": ["b"], "group": ["all"], "period": ["2024-05"]},
    {"indicator": ["a", "c"], "group": ["x", "category=Theft"]},
    {"area_code": ["E0001", "E0399", "nobody"], "status": ["suppressed"]},
    {"period": ["2024-01", "2024-10"], "geography": ["lsoa", "force"]},
    {"indicator": ["d"]},
    {"geography": ["npu"], "indicator": ["a"]},
]


@pytest.mark.parametrize("asked", ASKED)
def test_a_filter_leaves_the_rows_that_a_search_through_all_of_them_finds(
    asked, tmp_path, monkeypatch
):
    monkeypatch.setattr(results, "ROW_GROUP", 300)
    tables = many_rows(4000)
    write(tmp_path / "results", *tables)
    every = pd.concat(tables)
    for column, names in asked.items():
        every = every[every[column].isin(names)]
    found = results.read_values(tmp_path / "results", **asked)
    order = ["indicator", "value"]
    found = results.as_text(found, VALUE_COLUMNS[:6]).sort_values(order)
    expected = every.sort_values(order)
    columns = [*order, "area_code", "period", "group", "status"]
    assert found[columns].astype(str).to_numpy().tolist() == (
        expected[columns].astype(str).to_numpy().tolist()
    )
    lists = results.as_lists(
        results.read_arrow(tmp_path / "results", ("area_code", "value"), **asked)
    )
    assert sorted(lists["value"]) == sorted(expected["value"])
    assert sorted(lists["area_code"]) == sorted(expected["area_code"])


def test_every_view_of_a_layer_lies_in_one_row_group(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "ROW_GROUP", 300)
    (table, *_) = many_rows(4000)
    # As a build has it: categories in the order in which they were met.
    met = {c: pd.Categorical(table[c], table[c].unique()) for c in ("period", "group")}
    write(tmp_path / "results", table.assign(**met))
    file = pq.ParquetFile(tmp_path / "results" / "values.parquet")
    held = [
        file.read_row_group(i, ["group", "period"]).to_pandas()
        for i in range(file.num_row_groups)
    ]
    assert max(map(len, held)) <= 300
    assert len(held) > 10
    views = pd.concat([g.astype(str).drop_duplicates() for g in held])
    assert not views.duplicated().any()
    with (tmp_path / "results" / "values.parquet").open("rb") as source:
        known = results._row_groups(source)
    looked_into = [
        len(known.that_may_hold({"group": {g}, "period": {p}, "indicator": {"a"}}))
        for g, p in views.itertuples(index=False)
    ]
    # One that ends a group and begins another may hold what it does not.
    assert sum(looked_into) < 1.5 * len(looked_into)


def test_values_put_in_the_place_of_others_are_read_anew(tmp_path):
    out = tmp_path / "results"
    for name in ("old", "new", "third"):
        write(out, row(indicator=name))
        assert results.read_values(out)["indicator"].tolist() == [name]
        assert results.read_values(out, indicator=["old"]).empty == (name != "old")


def test_a_table_is_read_by_what_its_columns_hold(tmp_path):
    write(tmp_path, row())
    table = pd.DataFrame({"kind": ["a", "b", "a"], "n": [1, 2, 3]})
    results.write_table(tmp_path, "clusters", [table])
    assert results.read_table(tmp_path, "clusters", kind="a")["n"].tolist() == [1, 3]
    assert results.read_table(tmp_path, "clusters", kind="c").empty
    results.write_table(tmp_path, "trends", [])
    assert results.read_table(tmp_path, "trends", kind="a").empty
