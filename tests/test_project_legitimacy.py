"""The `[legitimacy]` block: every mistake named with the nearest spelling."""

import pytest

from geosafety.errors import CatalogError
from geosafety.project import read_project
from geosafety.settings import indicators, legitimacy_parts


@pytest.fixture
def read(tmp_path):
    def by(text):
        (tmp_path / "p.toml").write_text(text)
        return read_project(tmp_path / "p.toml").legitimacy

    return by


def test_parts_and_weights_may_be_left_out(read):
    assert read("") is None
    found = read('[legitimacy]\nreference = "2021-03"\n')
    assert (found.reference, found.parts, found.weights) == ("2021-03", {}, {})
    found = read(
        '[legitimacy]\nreference = "2021-03"\nparts = { compliance = "x" }\n'
        "weights = { empowerment = 2, cooperation = 0.5 }\n"
    )
    assert found.parts == {"compliance": "x"}
    assert found.weights == {"empowerment": 2, "cooperation": 0.5}


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("", "lacks the key 'reference'", ""),
        ('reference = "2021"', "reference is '2021'", "2021-03"),
        ("reference = 2021", "is 2021, which is not a str", ""),
        ('reference = "2021-03"\nweight = { a = 1 }', "key 'weight'", '"weights"'),
        ('reference = "2021-03"\nparts = { complience = "x" }', "'complience'", "comp"),
        ('reference = "2021-03"\nparts = { compliance = 3 }', "'compliance' is 3", ""),
        ('reference = "2021-03"\nparts = "x"', "parts is 'x', which is not a", ""),
        ('reference = "2021-03"\nweights = { compliance = 0 }', "is 0", "above 0"),
        ('reference = "2021-03"\nweights = { compliance = nan }', "is nan", ""),
        ('reference = "2021-03"\nweights = { compliance = "x" }', "is 'x'", ""),
    ],
)
def test_a_mistake_is_named(read, text, said, hint):
    with pytest.raises(CatalogError, match=said) as refused:
        read(f"[legitimacy]\n{text}\n")
    assert hint in refused.value.hint


def test_the_catalogue_names_the_papers_parts_and_measures_only_what_there_is():
    parts = legitimacy_parts()
    assert list(parts) == ["empowerment", "cooperation", "compliance"]
    assert [p.indicator for p in parts.values()] == ["wmnow_rate", "", ""]
    assert "wmnow_rate" in indicators()
