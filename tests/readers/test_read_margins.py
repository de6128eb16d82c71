"""Margins: both shapes of file, every label accounted for, totals respected."""

import pandas as pd
import pytest

from geosafety.errors import CatalogError, InputError
from geosafety.project import read_project
from geosafety.readers.margins import MARGIN_COLUMNS, read_margins

LONG = """code,group,value
A,White: British (number),60
A,White: Irish (number),10
A,Asian: Indian (number),30
A,White: British (percent),60.0
B,White: British (number),5
B,White: Irish (number),0
B,Asian: Indian (number),"1,005"
B,White: British (percent),0.5
"""
LONG_BLOCK = """
[[margins]]
dimension = "ethnicity"
reference = "residents, made up"
files = "long.csv"
columns = { ward = "code", category = "group", population = "value" }
[margins.categories]
White = "White: * (number)"
Asian = ["Asian: Indian (number)"]
"" = "*(percent)"
"""
WIDE = "code,name,all,0,1,2,3+\nA,Town,100,10,20,30,40\nB,Vale,10,1,2,3,4\n"
WIDE_BLOCK = """
[[margins]]
dimension = "age"
reference = "residents, made up"
files = "wide.csv"
columns = { ward = "code", total = "all" }
ages = { young = "0-1", old = "2+" }
"""


@pytest.fixture
def read(tmp_path):
    def by(block, **files):
        for name, text in files.items():
            (tmp_path / f"{name}.csv").write_text(text)
        path = tmp_path / "geosafety.toml"
        path.write_text(block)
        return read_margins(read_project(path), lambda _: None)

    return by


def people(found):
    return found.table.set_index(["area_code", "category"])["population"].to_dict()


def test_a_long_file_is_added_up_to_groups(read):
    found = read(LONG_BLOCK, long=LONG)
    assert people(found) == {
        ("A", "White"): 70,
        ("B", "White"): 5,
        ("A", "Asian"): 30,
        ("B", "Asian"): 1005,
    }
    assert tuple(found.table.columns) == MARGIN_COLUMNS
    assert set(found.table["geography"]) == {"ward"}
    assert set(found.table["reference"]) == {"residents, made up"}


def test_what_is_left_out_is_counted_and_every_row_is_somewhere(read):
    found = read(LONG_BLOCK, long=LONG)
    assert found.left_out == {"margins of ethnicity": 2}
    assert found.files[0].rows == 8
    assert len(found.rejects) == 0


def test_single_years_of_age_are_banded(read):
    found = read(WIDE_BLOCK, wide=WIDE)
    assert people(found) == {
        ("A", "young"): 30,
        ("B", "young"): 3,
        ("A", "old"): 70,
        ("B", "old"): 7,
    }


def test_ages_that_are_left_out_belong_to_no_group_and_the_total_is_not_theirs(read):
    block = WIDE_BLOCK.replace('young = "0-1"', '"" = "0-1"').replace(
        ', total = "all"', ""
    )
    found = read(block, wide=WIDE)
    assert people(found) == {("A", "old"): 70, ("B", "old"): 7}
    assert found.left_out == {"margins of age": 4}


def test_headings_of_a_wide_file_can_be_groups(read):
    block = WIDE_BLOCK.replace(
        'ages = { young = "0-1", old = "2+" }',
        'categories = { f = "women", m = "men" }',
    )
    block = block.replace('total = "all"', 'total = "all", name = "name"')
    found = read(block, wide="code,name,all,women,men\nA,Town,7,3,4\n")
    assert people(found) == {("A", "f"): 3, ("A", "m"): 4}


def test_parts_that_do_not_sum_to_the_total_are_refused_with_both_figures(read):
    with pytest.raises(InputError, match="of B sum to 10, and its total is 14") as told:
        read(WIDE_BLOCK, wide=WIDE.replace("Vale,10", "Vale,14"))
    assert "lacking" in told.value.hint


def test_rounding_in_a_published_table_is_no_missing_part(read):
    text = "code,name,all,0,1,2,3+\nA,Town,{},1000,2000,3000,4000\n"
    found = read(WIDE_BLOCK, wide=text.format(10_009))
    assert people(found)[("A", "old")] == 7000
    with pytest.raises(InputError, match="sum to 10,000, and its total is 10,011"):
        read(WIDE_BLOCK, wide=text.format(10_011))


def test_a_total_stands_in_every_row_of_a_long_file(read):
    block = LONG_BLOCK.replace('"code", ', '"code", total = "all", ')
    rows = LONG.strip().split("\n")
    totals = ["all", *["100"] * 4, *["1010"] * 4]
    text = "\n".join(f"{row},{t}" for row, t in zip(rows, totals, strict=True))
    assert people(read(block, long=text))[("A", "White")] == 70
    with pytest.raises(InputError, match="of A sum to 100, and its total is 150"):
        read(block, long=text.replace(",100", ",150"))
    with pytest.raises(InputError, match="of A sum to 100, and its total is 50"):
        read(block, long=text.replace(",100", ",50", 1))


def test_a_cell_that_is_no_number_makes_its_group_missing_and_never_smaller(read):
    found = read(
        LONG_BLOCK,
        long=LONG.replace("B,White: Irish (number),0", "B,White: Irish (number),c"),
    )
    assert pd.isna(people(found)[("B", "White")])
    assert people(found)[("B", "Asian")] == 1005
    reject = found.rejects.iloc[0]
    assert (reject["row"], reject["value"], reject["column"]) == (7, "c", "value")
    wide = read(WIDE_BLOCK, wide=WIDE.replace("B,Vale,10,1", "B,Vale,10,-1"))
    assert pd.isna(people(wide)[("B", "young")])
    assert wide.rejects["column"].tolist() == ["0"]


def test_a_label_that_an_area_lacks_makes_its_group_missing(read):
    found = read(LONG_BLOCK, long=LONG.replace("B,White: Irish (number),0\n", ""))
    assert pd.isna(people(found)[("B", "White")])
    assert people(found)[("A", "White")] == 70


def test_a_row_without_an_area_is_rejected(read):
    found = read(WIDE_BLOCK, wide=f"{WIDE},England,9,9,9,9,9\n")
    assert found.rejects["reason"].tolist() == ["no area, or no label"]
    assert len(people(found)) == 4


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        (
            LONG + "A,Asian: Indiann (number),3\n",
            "label 'Asian: Indiann (number)'",
            '"Asian: Indian (number)"',
        ),
        (LONG + "A,White: Irish (number),3\n", "twice for A", "once"),
    ],
)
def test_a_label_that_no_group_names_is_an_error_with_the_nearest(
    read, text, said, hint
):
    import re

    with pytest.raises(InputError, match=re.escape(said)) as told:
        read(LONG_BLOCK, long=text)
    assert hint in told.value.hint


@pytest.mark.parametrize(
    ("old", "new", "said", "hint"),
    [
        ("Asian: Indian", "Asian: Indan", "no label is 'Asian: Indan", "Indian"),
        (
            '["Asian: Indian (number)"]',
            '"*: Irish (number)"',
            "'White' and 'Asian' both",
            "one",
        ),
        ("ward =", "wrad =", "unknown column name 'wrad'", '"ward"'),
        ("ward =", "name =", "names 0 area columns", "LAD code"),
        (', population = "value"', "", "a column for 'category' alone", "Long"),
    ],
)
def test_a_mistake_in_a_block_is_named(read, old, new, said, hint):
    with pytest.raises(CatalogError, match=said) as told:
        read(LONG_BLOCK.replace(old, new), long=LONG)
    assert hint in told.value.hint


@pytest.mark.parametrize(
    ("ages", "said"),
    [
        ('young = "0-2", old = "2+"', "the age 2 is in 'young' and in 'old'"),
        ('young = "0-1", old = "2-3"', "band '2-3' cannot be made of ages 0 to 3"),
        ('young = "0-1", old = "7+"', "band '7\\+' cannot be made"),
        ('young = "under 2", old = "2+"', "'under 2' is no band of ages"),
    ],
)
def test_bands_must_be_made_of_whole_ages_once_each(read, ages, said):
    block = WIDE_BLOCK.replace('young = "0-1", old = "2+"', ages)
    with pytest.raises(CatalogError, match=said):
        read(block, wide=WIDE)


def test_an_age_in_no_band_is_an_error(read):
    block = WIDE_BLOCK.replace('young = "0-1"', 'young = "0"')
    with pytest.raises(InputError, match="label '1'"):
        read(block, wide=WIDE)


def test_two_blocks_may_not_give_the_same_group_of_the_same_area(read):
    with pytest.raises(InputError, match=r"Two \[\[margins\]\] give 'White'"):
        read(LONG_BLOCK + LONG_BLOCK, long=LONG)


def test_a_project_without_margins_has_an_empty_table(read):
    found = read("")
    assert found.table.empty
    assert tuple(found.table.columns) == MARGIN_COLUMNS


REAL = """
[[margins]]
dimension = "{0}"
reference = "residents, Census 2021"
files = "{1}/census/{2}"
{3}
"""
SEX_COLUMNS = (
    'columns = { local_authority = "ltla21_code", total = "total_population" }'
)


def test_the_real_age_by_sex_file_is_refused_with_both_figures(read, real_folder):
    groups = """categories = { young = ["younger_females", "younger_males"], \
working = ["working_age_females", "working_age_males"], \
older = ["older_females", "older_males"], "" = ["total_*"] }"""
    groups = groups.replace("total_*", 'total_females", "total_males')
    file = "census21_age_gender_lad_wm.csv"
    block = REAL.format("age", real_folder, file, f"{SEX_COLUMNS}\n{groups}")
    said = "the groups of E08000025 sum to 1,088,638, and its total is 1,144,923"
    with pytest.raises(InputError, match=said):
        read(block)


def test_the_sexes_of_the_same_real_file_do_sum_and_are_read(read, real_folder):
    groups = """categories = { Female = "total_females", Male = "total_males", \
"" = ["younger_*", "working_age_*", "older_*"] }"""
    file = "census21_age_gender_lad_wm.csv"
    block = REAL.format("sex", real_folder, file, f"{SEX_COLUMNS}\n{groups}")
    found = people(read(block))
    assert found[("E08000026", "Female")] + found[("E08000026", "Male")] == 345_315


def test_the_real_small_areas_have_their_own_total_in_every_row(read, real_folder):
    rest = """columns = { lsoa = "lsoa21_code", category = "ethnic_group", \
population = "n", total = "total_residents" }
categories = { White = "White", Asian = "Asian,*", Black = "Black,*", \
Mixed = "Mixed *", Other = "Other *" }"""
    file = "census21_ethnicity_lsoa21_wm.csv"
    found = read(REAL.format("ethnicity", real_folder, file, rest))
    assert found.table["area_code"].nunique() == 1719
    assert found.files[0].rows == 8595
    # Residents of the first row of the file, E01008881: 800 Asian of 1,742.
    assert people(found)[("E01008881", "Asian")] == 800
