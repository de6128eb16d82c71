"""The user's harm weights: read, or refused with file, row and nearest spelling."""

from pathlib import Path

import pytest

from geosafety.errors import CatalogError, InputError
from geosafety.project import read_project
from geosafety.readers.harm import read_harm

BLOCK = '[harm]\nfile = "w.csv"\ncategory = "kind"\nweight = "points"\n'
SAID = 'name = "Ours"\nsource = "made up"\n'


@pytest.fixture
def read(tmp_path):
    def by(rows, categories=(), block=BLOCK + SAID):
        (tmp_path / "w.csv").write_text(f"kind,points\n{rows}", "utf-8")
        (tmp_path / "p.toml").write_text(block, "utf-8")
        return read_harm(read_project(tmp_path / "p.toml"), categories)

    return by


def test_weights_are_read_by_label_slug_or_other_capitals(read):
    weights = read('BURGLARY,"1,000"\nvehicle-crime,2.5\nDrugs,\n')
    assert weights.by_category.to_dict() == {"Burglary": 1000, "Vehicle crime": 2.5}
    assert (weights.name, weights.source, weights.file) == ("Ours", "made up", "w.csv")
    assert len(weights.sha256) == 64


def test_a_category_that_only_the_projects_crimes_have_is_known(read):
    assert read("Fly-tipping,3\n", ["Fly-tipping"]).by_category["Fly-tipping"] == 3


def test_without_the_block_there_are_no_weights(read):
    assert read("Burglary,1\n", block="") is None


@pytest.mark.parametrize(
    ("rows", "said", "hint"),
    [
        (
            "Robbery,1\nBurglry,2\n",
            "w.csv, row 3: there is no category 'Burglry'",
            "Burg",
        ),
        ("Burglary,1\nburglary,2\n", "row 3: category 'burglary' stands more than", ""),
        ("Burglary,much\n", "row 2: weight 'much' is no number of 0 or more", "blank"),
        ("Burglary,-1\n", "row 2: weight '-1' is no number", ""),
        ("Burglary,inf\n", "row 2: weight 'inf' is no number", ""),
        (",4\n", "row 2: weight '4' has no category", ""),
        ("Burglary,1,,7\n", "row 2: more fields", ""),
        ("Burglary,\n", "holds no weights", ""),
        ("", "holds no weights", ""),
    ],
)
def test_a_mistake_is_named_with_its_row(read, rows, said, hint):
    with pytest.raises(InputError, match=said) as told:
        read(rows)
    assert hint in told.value.hint


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (BLOCK, r"\[harm\] lacks the key 'name'"),
        (BLOCK + SAID.replace("made up", " "), r"\[harm\] source is empty"),
        (BLOCK + SAID + 'weigth = "x"\n', "unknown key 'weigth'"),
        ("[harm]\n", "lacks the key 'file'"),
    ],
)
def test_weights_that_nobody_stands_for_are_refused(read, block, said):
    with pytest.raises(CatalogError, match=said):
        read("Burglary,1\n", block=block)


def test_the_example_file_has_every_category_and_says_that_it_is_made_up(tmp_path):
    file = Path(__file__).parents[2] / "examples" / "harm_weights_made_up.csv"
    block = f'[harm]\nfile = "{file.as_posix()}"\ncategory = "category"\n'
    (tmp_path / "p.toml").write_text(block + 'weight = "weight"\n' + SAID, "utf-8")
    weights = read_harm(read_project(tmp_path / "p.toml"), [])
    assert len(weights.by_category) == 14
    lines = file.read_text("utf-8").splitlines()[1:]
    assert all("made up to show the form" in line for line in lines)
