"""Ranks of deprivation: what is read, what is rejected."""

import pytest

from geosafety.errors import CatalogError, InputError
from geosafety.project import InputSource, Project
from geosafety.readers.deprivation import read_deprivation

COLUMNS = {"lsoa": "code", "rank": "rank", "decile": "tenth"}


def read(tmp_path, text, columns=COLUMNS):
    (tmp_path / "d.csv").write_text(text)
    source = InputSource(dataset="deprivation", files=("d.csv",), columns=columns)
    project = Project(title="t", path=tmp_path / "geosafety.toml")
    return read_deprivation(source, project, lambda _: None)


def test_a_rank_that_is_no_whole_number_is_rejected_with_its_row(tmp_path):
    text = "code,rank,tenth\nA,5,1\nB,0,1\nC,7,11\nD,2.5,1\nE,,3\n"
    data = read(tmp_path, text)
    assert data.rows[["rank", "decile"]].to_numpy().tolist() == [[5, 1]]
    assert data.rejects["row"].tolist() == [3, 5, 6, 4]
    assert set(data.rejects["column"]) == {"rank", "tenth"}
    assert data.rows_in == 5


def test_a_small_area_that_stands_twice_is_refused(tmp_path):
    with pytest.raises(InputError, match="'A' twice"):
        read(tmp_path, "code,rank,tenth\nA,5,1\nA,6,1\n")


def test_columns_must_be_known_and_whole(tmp_path):
    with pytest.raises(CatalogError, match="unknown name 'score'"):
        read(tmp_path, "code,rank,tenth\nA,5,1\n", {**COLUMNS, "score": "rank"})
    with pytest.raises(CatalogError, match="'decile'"):
        read(tmp_path, "code,rank,tenth\nA,5,1\n", {"lsoa": "code", "rank": "rank"})
