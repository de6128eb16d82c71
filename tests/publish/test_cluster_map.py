"""The map of clusters and that of a surface, as self-contained pages."""

import re

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from geosafety import results
from geosafety.cli import main
from geosafety.errors import InputError, MethodError
from geosafety.pipeline.map_files import Wanted, read_sheet, write_map
from geosafety.publish.map_page import page_html
from geosafety.publish.map_sheet import CONTEXT
from geosafety.publish.static_map import layout
from geosafety.publish.surfaces import overlay_png
from geosafety.spatial.grid import Grid
from tests.fixtures_results import HOSTILE, SIDE, SOUTH, WEST, write_fixture_results


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = write_fixture_results(tmp_path_factory.mktemp("clusters") / "results")
    add_surface(made)
    manifest = results.read_manifest(made)
    manifest["layers"]["impact_area"]["vintage"] = "illustrative"
    results.write_manifest(made, manifest)
    return made


def add_surface(folder):
    """Give small results a surface that rises from west to east."""
    grid = Grid(WEST, SOUTH + SIDE, 1000.0, SIDE // 1000, SIDE // 1000)
    values = np.tile(np.arange(grid.columns, dtype=float), (grid.rows, 1))
    drawn = overlay_png(values, grid)
    (folder / "surfaces").mkdir()
    (folder / "surfaces" / "street.png").write_bytes(drawn.png)
    (south, west), (north, east) = drawn.bounds
    key = [[label, colour] for label, colour in drawn.legend]
    row = {"name": "street", "label": "street crime: density", "measure": "density"}
    row |= {"units": "crimes per square kilometre", "bandwidth_m": 600.0}
    row |= {"kernel": "gaussian", "cell_m": 1000.0, "period": "2023-04/2024-03"}
    row |= {"months": 12, "dataset": "crime", "kind": "synthetic", "points": 1234.0}
    row |= {"words": "Densest in the east.", "key": str(key).replace("'", '"')}
    row |= {"south": south, "west": west, "north": north, "east": east}
    results.write_table(folder, "surfaces", [pd.DataFrame([row])])
    layer = results.read_geometry(folder, "ward")
    means = pd.DataFrame({"surface": "street", "geography": "ward"}, index=layer.index)
    means = means.assign(area_name=layer["area_name"], mean=2.5, covered=1.0)
    means.iloc[0, means.columns.get_loc("mean")] = np.nan
    results.write_table(folder, "surface_areas", [means.reset_index()])


@pytest.fixture(scope="module")
def clusters(folder):
    return page_html(read_sheet(folder, Wanted(look="clusters", geography="ward")))


@pytest.fixture(scope="module")
def surface(folder):
    return page_html(read_sheet(folder, Wanted(look="surface", geography="ward")))


@pytest.fixture(params=["clusters", "surface"])
def page(request):
    return request.getfixturevalue(request.param)


def test_a_page_has_a_language_a_title_one_heading_and_a_table(page):
    assert '<html lang="en-GB">' in page
    assert page.count("<h1>") == page.count("<title>") == 1
    assert table_of(page).count("<tr>") == 17
    assert 'role="region" aria-label="Map.' in page


def table_of(page):
    return page.split("<table><caption>")[1].split("</table>")[0]


def test_nothing_in_it_is_fetched(page):
    tags = re.findall(r"<(?:script|link|img|iframe)\b[^>]*>", page)
    assert not [tag for tag in tags if "src=" in tag or "href=" in tag]
    assert "cdn.jsdelivr" not in page


def test_a_name_with_markup_stays_text(page):
    assert "<img" not in page
    assert HOSTILE.split(" ")[0] not in page


def key_of(page):
    return page.split('class="key"')[1].split("</section>")[0]


def test_the_key_of_clusters_tells_each_kind_apart_with_its_number(clusters):
    lines = re.findall(r"<li><i (.*?)></i><span>(.*?)</span><span>(.*?)</span>",
                       key_of(clusters))  # fmt: skip
    found = {label: (look, count) for look, label, count in lines}
    assert {label: count for label, (_, count) in found.items()} == {
        "Hot, stable": "1", "Hot, fragile": "2", "Cold, stable": "1",
        "Cold, fragile": "1", "Not significant": "9",
        "Too few permutations to tell": "1", "Not tested": "1",
        "Impact areas (illustrative)": "",
    }  # fmt: skip
    looks = [look for look, _ in found.values()]
    assert len(set(looks)) == len(looks)


def test_the_key_of_clusters_states_what_was_tested_and_how(clusters):
    said = key_of(clusters)
    assert "14 of 16 areas that could be tested" in said
    assert "99,999 random rearrangements" in said
    assert "false discovery rate 5%" in said


def test_the_table_of_clusters_has_what_was_found_first(clusters):
    rows = table_of(clusters).split("<tbody>")[1].split("<tr>")[1:]
    labels = [re.findall(r"<td>(.*?)</td>", row)[1] for row in rows]
    assert labels[:5] == ["Hot"] * 3 + ["Cold"] * 2
    assert "nobody lives there" in clusters


def test_emerging_hot_spots_are_named_by_class(folder):
    sheet = read_sheet(folder, Wanted(look="emerging", geography="ward"))
    labels = [line.label.split(":")[0] for line in sheet.key]
    assert labels[:3] == ["New", "Persistent", "Sporadic"]
    assert "intensifying" not in str(sheet.key).lower()  # that is of cold spots


def test_impact_areas_are_drawn_over_the_boroughs_and_called_illustrative(folder):
    wanted = Wanted(geography="impact_area", indicator="crime_rate")
    sheet = read_sheet(folder, wanted)
    assert sheet.notes[0] == "Illustrative areas: these are not the real ones."
    assert len(sheet.extent) == 4
    boroughs = [part for part in layout(sheet).parts
                if getattr(part, "fill", "") == CONTEXT]  # fmt: skip
    assert len(boroughs) == 4
    assert page_html(sheet).count('"type": "Polygon"') == 6


def test_a_surface_lies_under_the_areas_and_says_its_base(surface):
    assert surface.count("data:image/png;base64,") >= 1
    assert "1,234 crimes at points, smoothed over 600 metres" in key_of(surface)
    assert "Nothing known" in key_of(surface)
    rows = table_of(surface)
    assert rows.count("<td>2.5</td>") == 15
    assert rows.count("<td>not known here</td>") == 1


@pytest.mark.parametrize(
    ("wanted", "error", "said"),
    [
        (Wanted(look="clusters", geography="npu"), MethodError, "too few"),
        (Wanted(look="clusters", indicator="wmnow_rate"), MethodError, "not tested"),
        (Wanted(look="clusters", group="category=X"), InputError, "hold no group"),
        (Wanted(look="surface", surface="stret"), InputError, "no surface 'stret'"),
        (Wanted(look="surface", geography="msoa"), InputError, "no means by msoa"),
    ],
)
def test_what_is_not_there_is_refused_with_the_reason(folder, wanted, error, said):
    with pytest.raises(error, match=said):
        read_sheet(folder, wanted)


def test_the_command_draws_what_is_asked_and_names_it(folder, tmp_path):
    def draw(*options):
        command = ["map", "--results", folder, "--geography", "ward", *options]
        return CliRunner().invoke(main, [str(part) for part in command])

    out = tmp_path / "map.svg"
    assert "Street crime: density" in draw("--surface", "street", "--out", out).output
    assert b"Street crime: density" in out.read_bytes()
    done = draw("--look", "clusters", "--out", tmp_path / "map.pdf")
    assert done.exit_code == 1
    assert ".html, .png, .svg" in done.output


def test_an_ending_that_is_no_map_is_refused(folder, tmp_path):
    with pytest.raises(InputError, match=r"not written as \.pdf"):
        write_map(folder, Wanted(geography="ward"), tmp_path / "map.pdf")
    assert not (tmp_path / "map.pdf").exists()
