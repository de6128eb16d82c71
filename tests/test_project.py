"""Project files: every key optional, every mistake named with the nearest spelling."""

import pytest

from geosafety.errors import CatalogError, GeosafetyError, InputError
from geosafety.project import find_files, read_project
from geosafety.settings import datasets

MARGINS = (
    '[[margins]]\ndimension = "age"\nreference = "r"\nfiles = "a.csv"\n'
    'columns = { ward = "code" }\n'
)


@pytest.fixture
def write(tmp_path):
    def by(text, name="geosafety.toml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return by


def test_an_empty_file_is_a_whole_project(write):
    project = read_project(write(""))
    assert project.title == "geosafety"
    assert (project.synthetic, project.seed, project.inputs) == (False, None, ())
    assert project.boundaries == {}
    assert project.crosswalk is None
    assert project.policy == datasets()


def test_one_block_or_several_and_one_file_or_several(write):
    text = (
        '[population]\nfiles = "a.csv"\ncolumns = { lsoa = "x" }\n'
        '[[crime]]\nfiles = ["b.csv", "c.csv"]\n[[crime]]\nfiles = ["d.csv"]\n'
    )
    inputs = read_project(write(text)).inputs
    assert [(i.dataset, i.files) for i in inputs] == [
        ("population", ("a.csv",)),
        ("crime", ("b.csv", "c.csv")),
        ("crime", ("d.csv",)),
    ]


def test_margins_may_name_one_label_or_several(write):
    text = f'{MARGINS}categories = {{ a = "x", b = ["y", "z"], "" = "*" }}\n'
    (margins,) = read_project(write(text)).margins
    assert margins.categories == {"a": ("x",), "b": ("y", "z"), "": ("*",)}
    assert margins.files == ("a.csv",)
    assert read_project(write("")).margins == ()


def test_policy_changes_what_it_names_and_nothing_else(write):
    project = read_project(write("[policy.crime]\nlow_base_below = 5\n"))
    assert project.policy["crime"].low_base_below == 5
    assert project.policy["crime"].label == datasets()["crime"].label
    assert datasets()["crime"].low_base_below != 5


def test_a_mark_at_the_start_of_the_file_does_not_matter(write):
    assert read_project(write(b'\xef\xbb\xbftitle = "Ours"\n')).title == "Ours"


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("[[crimes]]\n", "unknown key 'crimes'", '"crime"'),
        ('titel = "x"\n', "unknown key 'titel'", '"title"'),
        ("title = 5\n", "title is 5", "a text"),
        ('synthetic = "no"\n', "synthetic is 'no'", "true or false"),
        ('seed = "x"\n', "seed is 'x'", "a whole number"),
        ("seed = true\n", "seed is True", "a whole number"),
        ('policy = "x"\n', "policy is 'x', which is not a table", "[policy]"),
        ("[policy]\ncrime = 3\n", "crime is 3, which is not a table", "[crime]"),
        ("[policy.crim]\n", r"\[policy.crim\] is not a dataset", '"crime"'),
        ("[policy.crime]\nlow_base = 3\n", "'low_base'", '"low_base_below"'),
        ('[policy.crime]\nname = "x"\n', "unknown key 'name'", ""),
        ("[policy.crime]\nsuppress_below = 2.5\n", "is 2.5", ""),
        ('crime = "a.csv"\n', "number 1 is 'a.csv', which is not a table", "files"),
        ("[[crime]]\n", "lacks the key 'files'", "Add it"),
        ("[[crime]]\nfiles = []\n", "names no files", "files ="),
        ("[[crime]]\nfiles = [1]\n", r"files is \[1\]", "texts"),
        ('[[crime]]\nfiles = [""]\n', "files is", "texts"),
        ('[[crime]]\nfile = "a.csv"\n', "unknown key 'file'", '"files"'),
        (
            '[[crime]]\nfiles = "a.csv"\ndataset = "wmnow"\n',
            "unknown key 'dataset'",
            "",
        ),
        ('[[crime]]\nfiles = "a.csv"\ncolumns = { n = 3 }\n', "columns is", "texts"),
        ('[[crime]]\nfiles = "a.csv"\nkind = "observd"\n', "'observd'", '"observed"'),
        (
            '[[crime]]\nfiles = "a.csv"\n[[crime]]\nfiles = "b.csv"\nvintag = "x"\n',
            r"\[\[crime\]\] number 2 has an unknown key 'vintag'",
            '"vintage"',
        ),
        ("boundaries = 1\n", "boundaries is 1", "[boundaries]"),
        ("[boundaries.wards]\n", "is not a geography", '"ward"'),
        ("[boundaries.ward]\n", "needs either `file` or `dissolve`", ""),
        ("[boundaries.ward]\nparts = []\n", "has no parts", "bundled"),
        ('[boundaries.ward]\nfile = "x"\n', "which field holds the area code", "FIELD"),
        ('[boundaries.ward]\nfiel = "x"\n', "unknown key 'fiel'", '"file"'),
        ('[boundaries.ward]\ndissolve = "lsoas"\n', "no geography", '"lsoa"'),
        ('[boundaries.ward]\ndissolve = "lsoa"\n', "by what to dissolve lsoa", "`by`"),
        (
            '[boundaries.ward]\ndissolve = "lsoa"\nlookup = "x.csv"\n',
            "which columns of its lookup",
            "lookup_code",
        ),
        ('margins = "x"\n', "number 1 is 'x', which is not a table", "files ="),
        ("[[margins]]\nfiles = 3\n", "files is 3", "texts"),
        (
            '[[margins]]\nages = { a = "1" }\nfile = "x"\n',
            r"\[\[margins\]\] number 1 has an unknown key 'file'",
            '"files"',
        ),
        ("[[margins]]\ncategories = { a = 1 }\n", "categories 'a' is 1", "texts"),
        ("[[margins]]\ncategories = { a = [] }\n", r"categories 'a' is \[\]", "texts"),
        ("[[margins]]\nages = { a = 1 }\n", "ages 'a' is 1", "texts"),
        ("[[margins]]\ncolumns = { ward = 1 }\n", "columns 'ward' is 1", "texts"),
        (MARGINS, "needs either `categories` or `ages`", "ages ="),
        (f'{MARGINS}ages = {{ a = "1+" }}\nkind = "x"\n', "has kind 'x'", "observed"),
        ('[crosswalk]\nfile = "x"\n', "lacks the key 'from_code'", ""),
        ("crosswalk = true\n", "crosswalk is True", "[crosswalk]"),
    ],
)
def test_a_mistake_is_named_with_file_key_and_nearest_spelling(write, text, said, hint):
    with pytest.raises(CatalogError, match=said) as told:
        read_project(write(text))
    assert "geosafety.toml" in told.value.problem
    assert hint in told.value.hint


@pytest.mark.parametrize("text", ["title = ", b"title = '\xff'"])
def test_what_is_no_toml_says_so(write, text):
    with pytest.raises(InputError, match="geosafety.toml is not valid TOML"):
        read_project(write(text))


def test_a_project_file_that_is_not_there_says_so(tmp_path):
    with pytest.raises(InputError, match="no project file"):
        read_project(tmp_path / "nowhere.toml")


def test_variables_expand_wherever_they_stand(write, monkeypatch):
    monkeypatch.setenv("PLACE", "here")
    text = (
        'title = "${PLACE}"\n[[crime]]\nfiles = ["${PLACE}/a.csv"]\n'
        'columns = { month = "${PLACE} month" }\n'
    )
    project = read_project(write(text))
    assert project.title == "here"
    assert project.inputs[0].files == ("here/a.csv",)
    assert project.inputs[0].columns == {"month": "here month"}


def test_a_variable_that_is_not_set_is_an_error_that_names_it(write, monkeypatch):
    monkeypatch.delenv("PLACE", raising=False)
    with pytest.raises(InputError) as told:
        read_project(write('[[crime]]\nfiles = ["${PLACE}/a.csv"]\n'))
    said = "geosafety.toml: crime: files uses ${PLACE}, which is not set."
    assert told.value.problem == said
    assert "PLACE" in told.value.hint


@pytest.fixture
def folder(tmp_path):
    for name in ("b.csv", "a.csv", "one [2024].csv"):
        (tmp_path / "crime").mkdir(exist_ok=True)
        (tmp_path / "crime" / name).touch()
    (tmp_path / "empty").mkdir()
    return tmp_path


def test_files_are_found_in_order_and_each_once(write, folder):
    project = read_project(write(""))
    found = find_files(project, ("crime/b.csv", "crime/*.csv", str(folder / "*/a.csv")))
    assert [p.name for p in found] == ["b.csv", "a.csv", "one [2024].csv"]


def test_brackets_in_the_name_of_a_file_are_no_pattern(write, folder):
    project = read_project(write(""))
    found = find_files(project, ("crime/one [2024].csv",))
    assert found == [folder / "crime" / "one [2024].csv"]


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("crime/a.cvs", 'Did you mean "a.csv"?'),
        ("crimes/a.csv", "There is no folder"),
        ("empty/*.csv", "is empty"),
        ("*/x.csv", "folders"),
        ("empty", 'That is a folder; its files are "empty/*".'),
    ],
)
@pytest.mark.usefixtures("folder")
def test_a_pattern_without_a_file_names_what_is_there(write, pattern, hint):
    project = read_project(write(""))
    with pytest.raises(
        GeosafetyError, match=r"geosafety.toml: no file matches"
    ) as told:
        find_files(project, (pattern,))
    assert hint in told.value.hint
