import struct

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from pyproj import Transformer
from rasterio.io import MemoryFile

from geosafety.errors import InputError, MethodError
from geosafety.publish.classes import SEQUENTIAL
from geosafety.publish.surfaces import overlay_png, read_cog, write_cog
from geosafety.readers.rasters import read_population
from geosafety.spatial.density import kernel_density
from geosafety.spatial.grid import grid_for, on_grid
from geosafety.spatial.risk import dual_density
from geosafety.spatial.zonal import zonal

GRID = grid_for((390_000, 275_000, 430_000, 305_000), 100)
TAGS = {"units": "crimes per square kilometre", "bandwidth": 500.0}


def surface():
    rng = np.random.default_rng(1)
    x, y = 410_000 + rng.normal(0, 3000, 500), 290_000 + rng.normal(0, 2000, 500)
    return kernel_density(x, y, GRID, bandwidth=500)


def written(path, values=None, **change):
    values = surface() if values is None else values
    said = {
        **TAGS,
        "kernel": "gaussian",
        "provenance": {"input": "crime.csv", "period": "2017-01/2017-11"},
        **change,
    }
    write_cog(values, GRID, path, **said)
    return path


# ---- the file ------------------------------------------------------------------------


def test_a_surface_comes_back_as_it_went(tmp_path):
    values = surface()
    values[:5, :5] = np.nan
    back, grid, tags = read_cog(written(tmp_path / "a.tif", values))
    assert grid == GRID
    assert np.isnan(back[:5, :5]).all()
    assert np.isnan(back).sum() == 25
    seen = ~np.isnan(values)
    assert back[seen] == pytest.approx(values[seen], rel=1e-6)
    assert tags["units"] == "crimes per square kilometre"
    assert tags["bandwidth_m"] == "500"
    assert tags["kernel"] == "gaussian"
    assert tags["period"] == "2017-01/2017-11"


def test_the_file_is_laid_out_as_a_cog(tmp_path):
    path = written(tmp_path / "a.tif")
    with rasterio.open(path) as source:
        assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert source.block_shapes == [(256, 256)]
        assert source.overviews(1) == [2]
        assert source.crs.to_epsg() == 27700
        assert source.nodata == -9999.0
        assert source.descriptions == ("crimes per square kilometre",)
    data = path.read_bytes()
    assert b"LAYOUT=IFDS_BEFORE_DATA" in data[:300]
    assert data[:4] == b"II*\x00"
    # Every directory stands before the first tile, so that one read finds all.
    directories, tiles = [], []
    at = struct.unpack_from("<I", data, 4)[0]
    while at:
        directories.append(at)
        n = struct.unpack_from("<H", data, at)[0]
        for k in range(n):
            tag, kind, count, value = struct.unpack_from("<HHII", data, at + 2 + 12 * k)
            if tag == 324:  # tile offsets
                assert kind == 4
                tiles += struct.unpack_from(f"<{count}I", data, value)
        at = struct.unpack_from("<I", data, at + 2 + 12 * n)[0]
    assert len(directories) == 2
    assert max(directories) < min(t for t in tiles if t)


def test_the_same_surface_gives_the_same_bytes(tmp_path):
    one = written(tmp_path / "a.tif").read_bytes()
    assert written(tmp_path / "b.tif").read_bytes() == one
    other = written(tmp_path / "c.tif", provenance={"input": "other.csv"}).read_bytes()
    assert other != one
    assert {p.name for p in tmp_path.iterdir()} == {"a.tif", "b.tif", "c.tif"}


def test_a_read_surface_sums_over_areas_as_the_one_that_was_written(tmp_path):
    areas = gpd.GeoDataFrame(
        geometry=[shapely.box(408_000, 288_000, 412_000, 292_000)],
        index=["A"],
        crs=27700,
    )
    values = surface()
    back, grid, _ = read_cog(written(tmp_path / "a.tif", values))
    ours = zonal(on_grid(back, grid), areas)["sum"]["A"]
    assert ours == pytest.approx(
        zonal(on_grid(values, GRID), areas)["sum"]["A"], rel=1e-6
    )


def test_what_does_not_fit_is_refused(tmp_path):
    with pytest.raises(MethodError, match="does not fit"):
        written(tmp_path / "a.tif", np.zeros((3, 3)))
    with pytest.raises(MethodError, match="'kernel' of provenance is taken"):
        written(tmp_path / "a.tif", provenance={"kernel": "x"})
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_surface_is_refused(tmp_path):
    (tmp_path / "a.tif").write_text("not a raster")
    with pytest.raises(InputError, match="cannot be read"):
        read_cog(tmp_path / "a.tif")
    population(tmp_path / "b.tif")
    with pytest.raises(InputError, match="not a surface of geosafety"):
        read_cog(tmp_path / "b.tif")


# ---- the picture ---------------------------------------------------------------------


def pixels(overlay):
    """Read a picture by GDAL: red, green, blue, opacity."""
    with MemoryFile(overlay.png) as memory, memory.open() as source:
        colours = source.colormap(1)
        table = np.array([colours[i] for i in range(len(colours))], dtype=int)
        return table[source.read(1)].transpose(2, 0, 1)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("corner", [(391_000, 276_000), (429_000, 304_000)])
def test_a_peak_is_drawn_where_it_is_on_a_web_map(corner):
    peak = kernel_density(*np.array(corner, float)[:, None], GRID, bandwidth=300)
    overlay = overlay_png(peak, GRID)
    (south, west), (north, east) = overlay.bounds
    picture = pixels(overlay)
    rows, columns = picture.shape[1:]
    dark = np.argwhere(picture[0] == int(SEQUENTIAL[-1][1:3], 16))
    row, column = dark.mean(axis=0) + 0.5
    # As Leaflet does it: evenly between the corners in Web Mercator.
    mercator = Transformer.from_crs(4326, 3857, always_xy=True)
    (left, bottom), (right, top) = (
        mercator.transform(west, south),
        mercator.transform(east, north),
    )
    x = left + column / columns * (right - left)
    y = top - row / rows * (top - bottom)
    back = Transformer.from_crs(3857, 27700, always_xy=True).transform(x, y)
    assert np.hypot(back[0] - corner[0], back[1] - corner[1]) < 60


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_little_is_white_and_missing_is_clear():
    values = surface()
    values[150:, :] = np.nan
    overlay = overlay_png(values, GRID, unit="per sq km")
    picture = pixels(overlay)
    assert picture.shape[0] == 4
    assert (picture[3][-50:] == 0).all()
    # The north is known to have little; the south is not known.
    assert (picture[3][20:25, 200:-200] == 150).all()
    assert (picture[:3, 20:25, 200:-200] == 255).all()
    assert set(np.unique(picture[3])) == {0, 150, 190}
    shown = {f"#{r:02x}{g:02x}{b:02x}" for r, g, b, a in picture.reshape(4, -1).T if a}
    colours = {colour for _, colour in overlay.legend}
    assert shown == colours == {"#ffffff", *SEQUENTIAL}
    assert overlay.legend[0][0].startswith("under ")
    assert overlay.legend[-1][0].endswith("and over per sq km")


def test_the_colours_run_from_light_to_dark():
    light = [
        sum(k * int(c[i : i + 2], 16) for k, i in ((0.21, 1), (0.72, 3), (0.07, 5)))
        for _, c in overlay_png(surface(), GRID).legend
    ]
    assert light == sorted(light, reverse=True)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("values", [np.zeros(GRID.shape), np.full(GRID.shape, np.nan)])
def test_nothing_makes_an_empty_picture(values):
    overlay = overlay_png(values, GRID)
    assert overlay.legend == ()
    assert pixels(overlay).max() == 0


def test_the_same_surface_gives_the_same_picture():
    assert overlay_png(surface(), GRID).png == overlay_png(surface(), GRID).png
    with pytest.raises(MethodError, match="9 classes"):
        overlay_png(surface(), GRID, classes=9)


# ---- an outside raster of residents --------------------------------------------------


def population(path, values=None, **change):
    values = np.full((40, 60), 4.0) if values is None else values
    options = {
        "driver": "GTiff",
        "height": values.shape[-2],
        "width": values.shape[-1],
        "count": 1 if values.ndim == 2 else len(values),
        "dtype": "float32",
        "crs": "EPSG:27700",
        "transform": Affine(500, 0, 395_000, 0, -500, 300_000),
        **change,
    }
    with rasterio.open(path, "w", **options) as target:
        target.write(values.astype("float32"), 1 if values.ndim == 2 else None)
    return path


BOX = gpd.GeoDataFrame(
    geometry=[shapely.box(401_000, 285_000, 406_000, 290_000)], index=["A"], crs=27700
)


def test_residents_in_cells_become_residents_of_areas(tmp_path):
    raster = read_population(population(tmp_path / "p.tif"))
    assert raster.notes == ()
    assert zonal(raster, BOX)["sum"]["A"] == pytest.approx(400)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "ESRI:54009"])
def test_any_reference_system_gives_the_same_residents(tmp_path, crs):
    # 2,000 residents per square km everywhere, in cells of the other system.
    west, south, east, north = BOX.buffer(3000).to_crs(crs).total_bounds
    cells = 80
    width, height = (east - west) / cells, (north - south) / cells
    one = gpd.GeoSeries([shapely.box(west, south, east, north)], crs=crs)
    km2 = one.segmentize((east - west) / 50).to_crs(27700).area.iloc[0] / 1e6
    path = population(
        tmp_path / "p.tif",
        np.full((cells, cells), 2000 * km2 / cells**2),
        crs=crs,
        transform=Affine(width, 0, west, 0, -height, north),
    )
    raster = read_population(path, within=tuple(BOX.total_bounds))
    assert raster.values.size < cells**2
    assert zonal(raster, BOX)["sum"]["A"] == pytest.approx(2000 * 25, rel=0.003)
    x, y, n = read_population(path).points()
    assert n.sum() == pytest.approx(2000 * km2, rel=1e-5)
    assert abs(x.mean() - 403_500) < 50
    assert abs(y.mean() - 287_500) < 50


def test_a_part_of_a_raster_is_the_same_part(tmp_path):
    values = np.arange(2400.0).reshape(40, 60)
    path = population(tmp_path / "p.tif", values)
    whole, part = read_population(path), read_population(path, tuple(BOX.total_bounds))
    assert part.values.size < whole.values.size
    assert zonal(part, BOX)["sum"]["A"] == pytest.approx(zonal(whole, BOX)["sum"]["A"])


def test_what_is_missing_is_noted_and_not_0(tmp_path):
    values = np.full((40, 60), 4.0)
    values[:20] = -200
    path = population(tmp_path / "p.tif", values, nodata=-200)
    raster = read_population(path)
    assert raster.notes == ("p.tif: 50.0% of the cells have no value.",)
    table = zonal(raster, BOX)
    assert table["sum"]["A"] == pytest.approx(400)
    beyond = BOX.translate(0, 7500).to_frame("geometry").set_crs(27700)
    assert zonal(raster, beyond)["covered"]["A"] == 0
    wide = read_population(path, within=(390_000, 270_000, 410_000, 295_000))
    assert "p.tif does not cover the whole area." in wide.notes


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize(
    ("values", "change", "said"),
    [
        (None, {"crs": None}, "coordinate reference system"),
        (np.ones((2, 40, 60)), {}, "2 bands"),
        (None, {"transform": Affine(500, 9, 4e5, 9, -500, 3e5)}, "rotated"),
        (None, {"transform": Affine(500, 0, 4e5, 0, 500, 3e5)}, "upside down"),
        (np.full((40, 60), -200.0), {}, "negative residents .first: -200"),
        (np.full((40, 60), 3.4e38), {}, "residents in one cell"),
        (np.full((40, 60), 65535.0), {"nodata": 65535}, "holds no residents"),
        (np.zeros((40, 60)), {}, "holds no residents"),
        (None, {"transform": Affine(500, 0, 1e5, 0, -500, 9e5)}, "does not reach"),
    ],
)
def test_a_raster_that_cannot_be_residents_is_refused(tmp_path, values, change, said):
    path = population(tmp_path / "p.tif", values, **change)
    with pytest.raises(InputError, match=said):
        read_population(path, within=tuple(BOX.total_bounds))


def test_a_missing_file_and_a_file_that_is_no_raster_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"no file p\.tif"):
        read_population(tmp_path / "p.tif")
    (tmp_path / "p.tif").write_text("no raster")
    with pytest.raises(InputError, match=r"p\.tif cannot be read as a raster"):
        read_population(tmp_path / "p.tif")


def test_a_raster_of_residents_is_the_denominator_of_a_risk_surface(tmp_path):
    raster = read_population(population(tmp_path / "p.tif"))
    x, y, residents = raster.points()
    people = kernel_density(x, y, GRID, bandwidth=600, weights=residents)
    middle = GRID.rows // 2, GRID.columns // 2
    assert people[middle] == pytest.approx(16, rel=0.02)  # 4 in each quarter of a km2
    risk = dual_density(np.full(GRID.shape, 8.0), people, floor=10)
    assert risk[middle] == pytest.approx(500, rel=0.02)
    assert np.isnan(risk[-1, 0])
