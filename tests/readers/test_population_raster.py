"""A raster of residents as the denominator: every resident once, in every layer.

The rasters are made here and are synthetic: real residents by LSOA, laid on cells.
"""

import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.features import rasterize
from rasterio.warp import Resampling, reproject, transform_bounds

from geosafety.errors import InputError
from geosafety.pipeline.inputs import place_inputs, read_inputs
from geosafety.pipeline.stocks import find_denominators, population_tables
from geosafety.project import read_project
from geosafety.readers.boundaries import read_atlas
from geosafety.readers.population_raster import read_population_raster
from geosafety.settings import datasets
from tests.conftest import SOUTH, WEST

CELL = 250
PROJECT = """
[[population]]
name = "a raster"
format = "raster"
files = ["pop.tif"]
kind = "estimated"
vintage = "mid-2020"
"""


def write(path, values, transform, crs="EPSG:27700", nodata=-1.0):
    options = {"driver": "GTiff", "count": 1, "dtype": "float64", "nodata": nodata}
    options |= {"height": values.shape[0], "width": values.shape[1]}
    with rasterio.open(path, "w", crs=crs, transform=transform, **options) as target:
        target.write(values, 1)
    return path


def read(tmp_path, atlas, text=PROJECT):
    (tmp_path / "geosafety.toml").write_text(text)
    project = read_project(tmp_path / "geosafety.toml")
    source = project.inputs[0]
    return read_population_raster(source, project, atlas, lambda _: None)


def places(tmp_path, atlas, text=PROJECT):
    data = read(tmp_path, atlas, text)
    placed, ledger = place_inputs([data], atlas, lambda _: None)
    return data, find_denominators(placed, atlas), ledger


# ---- a small grid whose answers are known by hand ------------------------------------


def small(path, **change):
    """Lay 10 residents on each cell of 500 m: 6 x 6 km, and 1 km about it."""
    values = change.pop("values", np.full((16, 16), 10.0))
    transform = Affine(500, 0, WEST - 1000, 0, -500, SOUTH + 7000)
    return write(path, values, transform, **change)


def test_every_layer_is_summed_and_the_rest_stands_outside(tmp_path, atlas):
    small(tmp_path / "pop.tif")
    data, people, ledger = places(tmp_path, atlas)
    for geography, layer in atlas.layers.items():
        table = people.by_layer[geography, "population"].table.set_index("area_code")
        # 40 residents in each square kilometre.
        wanted = layer.areas.area / 1e6 * 40
        assert table["population"].to_numpy() == pytest.approx(wanted.to_numpy())
        assert table["complete"].all()
    lines = ledger[ledger["geography"] == "lsoa"].set_index("outcome")["counted"]
    # The cells that are read: 12 x 12 in the force area, and two about it.
    assert lines["placed"] == pytest.approx(1440)
    assert lines.sum() == pytest.approx(2560)
    impact = next(n for n in data.notes if "impact areas" in n)
    assert impact.startswith("pop.tif: of 2,560 residents in the cells about")
    assert "240 are in impact areas and 2,320 are not" in impact


def test_a_border_through_cells_shares_them_out(tmp_path, atlas):
    """A ward's border runs 400 m into a kilometre: 0.4 of every cell there."""
    small(tmp_path / "pop.tif")
    _, people, _ = places(tmp_path, atlas)
    table = people.by_layer["ward", "population"].table.set_index("area_code")
    assert table["population"].to_dict() == pytest.approx(
        {"W0": 2.4 * 6 * 40, "W1": 3.6 * 6 * 40}
    )


def test_no_data_is_unknown_and_never_0(tmp_path, atlas):
    values = np.full((16, 16), 10.0)
    values[2:4, 2:4] = -1  # A50, the north-western square
    values[2:4, 4:5] = -1  # half of A51
    values[2:4, 6:8] = 0  # A52: nobody, which is known
    small(tmp_path / "pop.tif", values=values)
    data, people, _ = places(tmp_path, atlas)
    table = people.by_layer["lsoa", "population"].table.set_index("area_code")
    assert np.isnan(table.loc["A50", "population"])
    assert table.loc[["A50", "A51", "A52"], "complete"].tolist() == [False, False, True]
    assert table.loc["A52", "population"] == 0
    assert any("2 areas lie on cells without a value" in note for note in data.notes)
    tables = pd.concat(population_tables(datasets()["population"], people, atlas))
    lsoas = tables[tables["geography"] == "lsoa"].set_index("area_code")
    assert np.isnan(lsoas.loc["A50", "value"])
    assert lsoas.loc[["A50", "A51"], "status"].tolist() == ["incomplete"] * 2
    assert lsoas.loc["A33", "status"] == "ok"


def test_kind_and_vintage_are_those_of_the_project(tmp_path, atlas):
    small(tmp_path / "pop.tif")
    data, people, _ = places(tmp_path, atlas)
    stock = people.by_layer["ward", "population"]
    assert (stock.kind, stock.vintage) == ("estimated", "mid-2020")
    assert len(data.files[0].sha256) == 64
    other = PROJECT + 'denominator_vintage = "2015 model"\n'
    _, people, _ = places(tmp_path, atlas, other)
    assert people.by_layer["ward", "population"].vintage == "2015 model"


def test_the_project_reads_it_like_any_other_input(tmp_path, atlas):
    small(tmp_path / "pop.tif")
    (tmp_path / "geosafety.toml").write_text(PROJECT)
    project = read_project(tmp_path / "geosafety.toml")
    found = read_inputs(project, atlas, lambda _: None)
    population = [d for d in found if d.dataset == "population"]
    assert [d.name for d in population] == ["a raster"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PROJECT.replace('"pop.tif"', '"pop.tif", "b.tif"'), "names 2 files"),
        (PROJECT + 'columns = { lsoa = "x" }\n', "1 files and columns"),
    ],
)
def test_what_is_no_one_raster_is_refused(tmp_path, atlas, text, said):
    for name in ("pop.tif", "b.tif"):
        small(tmp_path / name)
    with pytest.raises(InputError, match=said):
        read(tmp_path, atlas, text)


# ---- real residents on synthetic cells -----------------------------------------------


@pytest.fixture(scope="module")
def real(real_folder, tmp_path_factory):
    """Lay the residents of mid-2020 on cells, evenly within each LSOA."""
    folder = tmp_path_factory.mktemp("raster")
    (folder / "geosafety.toml").write_text(PROJECT)
    project = read_project(folder / "geosafety.toml")
    atlas, _ = read_atlas(project)
    file = real_folder / "census" / "mye2020_lsoa11_single_year_age_wm.csv"
    table = pd.read_csv(file, index_col="lsoa11_code")
    ages = [c for c in table.columns if str(c).split("+")[0].isdigit()]
    areas = atlas.layers["lsoa"].areas
    residents = table[ages].sum(axis=1).reindex(areas.index).to_numpy(float)
    west, south, east, north = areas.total_bounds
    shape = int((north - south) / CELL) + 1, int((east - west) / CELL) + 1
    transform = Affine(CELL, 0, west, 0, -CELL, north)
    number = rasterize(
        zip(areas.geometry, range(1, len(areas) + 1), strict=True),
        out_shape=shape,
        transform=transform,
        dtype="int32",
    )
    cells = np.bincount(number.ravel(), minlength=len(areas) + 1)[1:]
    each = np.divide(residents, cells, out=np.zeros(len(areas)), where=cells > 0)
    values = np.append(0.0, each)[number]
    write(folder / "pop.tif", values, transform)
    data, people, ledger = places(folder, atlas)
    return {
        "atlas": atlas,
        "areas": areas,
        "residents": pd.Series(residents, index=areas.index),
        "values": values,
        "transform": transform,
        "folder": folder,
        "data": data,
        "people": people,
        "ledger": ledger,
    }


def test_real_residents_come_back_by_borough_from_cells(real):
    table = real["people"].by_layer["local_authority", "population"].table
    found = table.set_index("area_code")["population"]
    up = real["atlas"].lookup("lsoa", "local_authority")["parent"]
    wanted = real["residents"].groupby(up.reindex(real["residents"].index)).sum()
    # Cells on the border of the force stick out of it: some residents are outside.
    assert found.sum() == pytest.approx(real["values"].sum(), rel=0.005)
    assert found.to_numpy() == pytest.approx(wanted[found.index].to_numpy(), rel=0.02)


def test_a_ward_agrees_with_cells_cut_by_hand(real):
    """Every cell's part in a ward by polygons, without exactextract."""
    wards = real["atlas"].layers["ward"].areas
    table = real["people"].by_layer["ward", "population"].table.set_index("area_code")
    t, values = real["transform"], real["values"]
    for code in wards.index[[0, 60, 150]]:
        shape = wards.geometry[code]
        west, south, east, north = shape.bounds
        total = 0.0
        for row in range(int((t.f - north) / CELL), int((t.f - south) / CELL) + 1):
            for column in range(int((west - t.c) / CELL), int((east - t.c) / CELL) + 1):
                x, y = t.c + column * CELL, t.f - row * CELL
                part = shapely.box(x, y - CELL, x + CELL, y).intersection(shape).area
                if part:
                    total += values[row, column] * part / CELL**2
        assert table.loc[code, "population"] == pytest.approx(total, rel=1e-5)


def test_every_resident_of_the_raster_counts_once_in_every_layer(real):
    whole = real["values"].sum()
    for name in real["atlas"].layers:
        inside = real["people"].by_layer[name, "population"].table["population"].sum()
        note = next(n for n in real["data"].notes if f"{inside:,.0f} are in" in n)
        assert note.startswith(f"pop.tif: of {whole:,.0f} residents")
        assert f"{whole - inside:,.0f} are not" in note
    lines = real["ledger"][real["ledger"]["geography"] == "lsoa"]
    assert lines["counted"].sum() == pytest.approx(whole, rel=1e-9)


def test_degrees_give_about_the_same_residents(real, tmp_path):
    """Warped by GDAL's sum, which keeps residents, to cells in degrees."""
    rows, columns = real["values"].shape
    t = real["transform"]
    bounds = (t.c, t.f - rows * CELL, t.c + columns * CELL, t.f)
    west, south, east, north = transform_bounds("EPSG:27700", "EPSG:4326", *bounds)
    width, height = 300, 180
    step_x, step_y = (east - west) / width, (north - south) / height
    to = Affine(step_x, 0, west, 0, -step_y, north)
    warped = np.zeros((height, width))
    reproject(
        real["values"],
        warped,
        src_transform=t,
        src_crs="EPSG:27700",
        dst_transform=to,
        dst_crs="EPSG:4326",
        resampling=Resampling.sum,
    )
    write(tmp_path / "pop.tif", warped, to, crs="EPSG:4326")
    data = read(tmp_path, real["atlas"])
    ours = real["people"].by_layer["local_authority", "population"].table
    found = data.totals["local_authority"]["n"]
    assert found.sum() == pytest.approx(ours["population"].sum(), rel=0.003)
    assert found.to_numpy() == pytest.approx(ours["population"].to_numpy(), rel=0.01)
