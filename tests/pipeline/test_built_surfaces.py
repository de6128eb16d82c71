"""Surfaces as a build leaves them: of the demo, and of the real points of 2017."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from click.testing import CliRunner
from scipy.spatial import Delaunay

from geosafety.cli import main
from geosafety.errors import InputError, MethodError
from geosafety.geography.atlas import Atlas
from geosafety.pipeline.inputs import Placed, place_inputs, read_inputs
from geosafety.pipeline.stocks import Denominators, Stock, find_denominators
from geosafety.pipeline.surfaces.drawing import Request, surface_of
from geosafety.pipeline.surfaces.files import write_surfaces
from geosafety.project import read_project
from geosafety.publish.surfaces import read_cog
from geosafety.readers.boundaries import read_atlas
from geosafety.results import read_manifest, read_table
from geosafety.settings import datasets
from geosafety.spatial.grid import on_grid
from geosafety.spatial.zonal import zonal
from geosafety.tidy import Observations, complete_places, no_rejects
from tests.conftest import SOUTH, WEST

EXAMPLE = Path(__file__).parents[2] / "examples" / "points_2017.toml"
CRIME = "crime-within-a-mile-of-birmingham-centre"


def run(*command):
    return CliRunner().invoke(main, [str(part) for part in command])


# ---- the demo ------------------------------------------------------------------------


def test_a_surface_of_points_is_a_geotiff_that_says_what_it_is(demo_results):
    path = demo_results / "surfaces" / "crime-street.tif"
    with rasterio.open(path) as file:
        assert file.crs.to_epsg() == 27700
        tags = file.tags()
        surface = file.read(1, masked=True)
        cell = abs(file.transform.a * file.transform.e) / 1e6
    assert tags["units"] == "crimes per square kilometre"
    assert tags["kind"] == "synthetic"
    assert tags["measure"] == "density"
    placed = next(
        i["placed"]
        for i in read_manifest(demo_results)["inputs"]
        if i["name"] == "crime, street"
    )
    # Some mass of the points near the edge leaves the grid; nothing is added.
    assert 0.97 * placed < float(surface.sum()) * cell <= placed * 1.0001


def test_every_surface_has_its_row_its_picture_and_its_risk(demo_results):
    table = read_table(demo_results, "surfaces").set_index("name")
    assert {"crime-street", "crime-street-risk"} <= set(table.index)
    files = {p.name for p in (demo_results / "surfaces").iterdir()}
    assert files == {f"{n}.{e}" for n in table.index for e in ("tif", "png")}
    risk = table.loc["crime-street-risk"]
    assert risk["units"] == "crimes per 1,000 residents"
    assert risk["floor"] == 100
    assert np.isnan(table.loc["crime-street", "floor"])
    assert set(table["kind"]) == {"synthetic"}
    assert (table["bandwidth_m"] >= 200).all()
    assert "not the people who are there by day" in risk["words"]
    with rasterio.open(demo_results / "surfaces" / "crime-street-risk.tif") as file:
        assert file.tags()["floor"] == "100.0"
        assert file.tags()["units"] == risk["units"]


def test_the_pictures_keep_their_budget(demo_results):
    sizes = [p.stat().st_size for p in (demo_results / "surfaces").glob("*.png")]
    assert max(sizes) < 60_000


# ---- real points ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(real_folder, tmp_path_factory):
    """Read and place the points of 2017, and draw them."""
    folder = tmp_path_factory.mktemp("surfaces")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GEOSAFETY_REAL_DATA", str(real_folder))
        project = read_project(EXAMPLE)
        atlas, _ = read_atlas(project)
        inputs, _ = place_inputs(
            read_inputs(project, atlas, lambda _: None), atlas, lambda _: None
        )
    population = [p for p in inputs if p.data.dataset == "population"]
    people = find_denominators(population, atlas)
    notes = write_surfaces(
        folder, inputs, atlas, people, policy=project.policy, progress=lambda _: None
    )
    return {
        "folder": folder / "surfaces",
        "tables": folder,
        "atlas": atlas,
        "people": people,
        "notes": notes,
        "crime": inputs[0],
    }


def surface(real, name):
    return read_cog(real["folder"] / f"{name}.tif")


def test_a_density_of_real_points_sums_back_to_their_number(real):
    values, grid, _ = surface(real, CRIME)
    force = real["atlas"].layers["force"].areas
    total = zonal(on_grid(values, grid), force)["sum"].iloc[0] * grid.cell_km2
    assert total == pytest.approx(17_260, rel=1e-5)


def test_ground_without_records_is_missing_and_not_0(real):
    for name in (CRIME, f"{CRIME}-risk"):
        values, grid, _ = surface(real, name)
        boroughs = real["atlas"].layers["local_authority"].areas
        table = zonal(on_grid(values, grid), boroughs)
        coventry = table.loc["E08000026"]
        assert coventry["covered"] == 0
        assert np.isnan(coventry["mean"])
    means = pd.read_parquet(real["tables"] / "surface_areas.parquet")
    lsoas = means[(means["surface"] == CRIME) & (means["geography"] == "lsoa")]
    # As many small areas as lie mostly inside the ground, and no other.
    assert lsoas["mean"].notna().sum() == 24
    assert lsoas["mean"].isna().sum() == len(lsoas) - 24


def test_the_risk_is_given_only_inside_the_hull_of_the_points(real):
    values, grid, _ = surface(real, f"{CRIME}-risk")
    places = real["crime"].places.dropna(subset=["x"])
    columns, rows = grid.centres()
    # scipy's triangles, not our geometry: inside is in one of them.
    hull = Delaunay(places[["x", "y"]].drop_duplicates().to_numpy())
    row, column = np.nonzero(~np.isnan(values))
    inside = hull.find_simplex(np.column_stack([columns[column], rows[row]])) >= 0
    assert len(row) > 500
    assert inside.mean() > 0.99
    km2 = len(row) * grid.cell_km2
    assert km2 == pytest.approx(hull_km2(places), rel=0.05)


def hull_km2(places):
    from scipy.spatial import ConvexHull

    return ConvexHull(places[["x", "y"]].to_numpy()).volume / 1e6


def test_the_risk_agrees_with_kernels_added_up_one_by_one(real):
    values, grid, tags = surface(real, f"{CRIME}-risk")
    sigma = float(tags["bandwidth_m"])
    crime, atlas = real["crime"], real["atlas"]
    n = crime.data.rows.groupby("place")["n"].sum().reindex(crime.places.index)
    xy = crime.places[["x", "y"]].to_numpy(float)
    lsoas = atlas.layers["lsoa"].areas
    hull = shapely.convex_hull(shapely.multipoints(xy))
    near = lsoas[lsoas.intersects(hull)]
    stock = real["people"].by_layer["lsoa", "population"].table
    people = stock.set_index("area_code")["population"].reindex(near.index)
    # Residents as a fine dust: every 50 m on the part of an LSOA that is in the hull.
    west, south, east, north = hull.bounds
    at = np.stack(
        np.meshgrid(np.arange(west, east, 50), np.arange(south, north, 50)), -1
    ).reshape(-1, 2)
    at = at[shapely.contains_xy(hull, *at.T)]
    dust = np.zeros(len(at))
    for shape, number in zip(near.geometry, people, strict=True):
        inside = shapely.contains_xy(shape, *at.T)
        dust[inside] = number * 2500 / shape.area
    columns, rows = grid.centres()
    row, column = np.nonzero(~np.isnan(values))
    some = np.random.default_rng(1).choice(len(row), 60, replace=False)
    for i, j in zip(row[some], column[some], strict=True):
        centre = np.array([columns[j], rows[i]])
        k_events = np.exp(-((xy - centre) ** 2).sum(1) / 2 / sigma**2) @ n
        k_people = np.exp(-((at - centre) ** 2).sum(1) / 2 / sigma**2) @ dust
        assert values[i, j] == pytest.approx(1000 * k_events / k_people, rel=0.03)


def test_stops_are_hidden_where_few_stand_under_the_kernel(real):
    values, _, tags = surface(real, "stop-and-search")
    least = 10 / (4 * np.pi * (float(tags["bandwidth_m"]) / 1000) ** 2)
    assert np.nanmin(values) >= least * (1 - 1e-6)
    assert np.isnan(values).any()
    assert "Hidden where fewer than 10 stops" in tags["words"]


def test_stops_have_means_only_for_the_areas_that_the_policy_names(real):
    means = pd.read_parquet(real["tables"] / "surface_areas.parquet")
    stops = means[means["surface"].str.startswith("stop-and-search")]
    assert not set(stops["geography"]) & {"lsoa", "msoa"}
    assert "ward" in set(stops["geography"])


def test_a_part_of_the_force_is_said_in_words(real):
    said = next(n for n in real["notes"] if n.startswith(f"Surface {CRIME}:"))
    assert "The points cover 7.6 of the 921 square kilometres" in said
    assert "nothing is known" in said


def test_counts_by_area_give_no_surface_and_say_why(real_results):
    notes = read_manifest(real_results)["notes"]
    assert any("No density surface of counts by LSOA 2021" in note for note in notes)
    assert (real_results / "surfaces" / "stop-and-search.tif").exists()


def test_a_density_can_be_drawn_from_a_project(real_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("GEOSAFETY_REAL_DATA", str(real_folder))
    out = tmp_path / "risk.tif"
    options = ["--input", "stop and search", "--risk", "--bandwidth", "500"]
    done = run("density", EXAMPLE, *options, "--out", out)
    assert done.exit_code == 0, done.output
    with rasterio.open(out) as file:
        assert file.tags()["units"] == "stops per 1,000 residents"
        assert file.tags()["bandwidth_m"] == "500"


# ---- a planted even risk -------------------------------------------------------------


def even(atlas: Atlas, *, radius=1500.0, step=25.0) -> tuple[Placed, Denominators]:
    """Place an event for every so many residents, but record a disc of them only."""
    centre = WEST + 3000, SOUTH + 3000
    x, y = (
        a.ravel()
        for a in np.meshgrid(*(c + np.arange(-3000, 3000, step) for c in centre))
    )
    inside = np.hypot(x - centre[0], y - centre[1]) < radius
    places = complete_places(
        pd.DataFrame({"longitude": x[inside], "latitude": y[inside], "grid": True})
    )
    rows = pd.DataFrame({"place": places.index, "rows": 1, "n": 1.0, "group": "all"})
    data = Observations(
        dataset="crime",
        name="even",
        kind="synthetic",
        source="a test",
        places=places,
        rows=rows.assign(period="2020-01"),
        rejects=no_rejects(),
        files=(),
    )
    placed, _ = place_inputs([data], atlas, lambda _: None)
    table = pd.DataFrame({"area_code": atlas.layers["lsoa"].areas.index})
    table = table.assign(population=4000.0, complete=True, n=4000.0, period="")
    people = Denominators({("lsoa", "population"): Stock(table, "synthetic", "2020")})
    return placed[0], people


def drawn(placed, atlas, people, dataset="crime", **request):
    given = {"bandwidth": 400.0, **request}
    return surface_of(placed, atlas, people, Request(**given), datasets()[dataset])


def test_an_even_risk_is_even_up_to_the_edge_of_the_ground(atlas):
    """Residents beyond the ground would halve the risk along its edge."""
    placed, people = even(atlas)
    made = drawn(placed, atlas, people, risk=True)
    known = made.values[~np.isnan(made.values)]
    # 1,600 events and 4,000 residents in a square kilometre.
    assert len(known) * made.grid.cell_km2 == pytest.approx(np.pi * 1.5**2, rel=0.03)
    assert known == pytest.approx(400, rel=0.06)


def test_residents_that_are_not_known_leave_no_risk_there_and_none_beside_it(atlas):
    placed, people = even(atlas)
    stock = people.by_layer["lsoa", "population"]
    stock.table.loc[stock.table["area_code"] == "A22", "complete"] = False
    made = drawn(placed, atlas, people, risk=True)
    a22 = atlas.layers["lsoa"].areas.loc[["A22"]]
    assert zonal(on_grid(made.values, made.grid), a22)["covered"].iloc[0] == 0
    known = made.values[~np.isnan(made.values)]
    # Left in, the events of A22 would double the risk along its border.
    assert known == pytest.approx(400, rel=0.12)


def test_policy_hides_what_stands_on_fewer_than_ten(atlas):
    placed, people = even(atlas, step=500.0)
    # 4 in a square kilometre: 8.04 under a kernel of 400 m, 12.6 under one of 500 m.
    assert np.isnan(drawn(placed, atlas, people, "stop_search").values).all()
    wider = drawn(placed, atlas, people, "stop_search", bandwidth=600.0).values
    assert np.nanmax(wider) > 0
    assert np.nanmax(drawn(placed, atlas, people, "crime").values) > 0


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"bandwidth": 199.0}, "bandwidth of 199 m would show single points"),
        ({"bandwidth": 500.0, "kernel": "quartic"}, "bandwidth of 500 m would show"),
        ({"cell": 25.0}, "Cells of 25 m would show single points"),
    ],
)
def test_a_surface_that_would_show_single_points_is_refused(atlas, request_, said):
    placed, people = even(atlas)
    with pytest.raises(MethodError, match=said):
        drawn(placed, atlas, people, **request_)


def test_the_rule_never_chooses_less_than_the_floor(atlas):
    placed, people = even(atlas, radius=60.0, step=10.0)
    assert drawn(placed, atlas, people, bandwidth=None).bandwidth == 200


def test_a_risk_without_residents_is_refused(atlas):
    placed, _ = even(atlas)
    with pytest.raises(InputError, match="needs residents by LSOA"):
        drawn(placed, atlas, Denominators({}), risk=True)


def test_two_inputs_of_one_name_keep_a_file_each(atlas, tmp_path):
    placed, people = even(atlas)
    notes = write_surfaces(
        tmp_path,
        [placed, placed],
        atlas,
        people,
        policy=datasets(),
        progress=lambda _: None,
    )
    assert len(notes) == 4
    names = sorted(p.name for p in (tmp_path / "surfaces").glob("*.tif"))
    assert names == ["even-2-risk.tif", "even-2.tif", "even-risk.tif", "even.tif"]


def test_a_surface_of_one_spot_has_no_risk(atlas):
    placed, people = even(atlas, radius=20.0, step=500.0)
    with pytest.raises(MethodError, match="span no ground"):
        drawn(placed, atlas, people, risk=True)
    assert np.nanmax(drawn(placed, atlas, people).values) > 0


def test_the_ground_is_that_of_the_points_in_the_force(atlas):
    placed, people = even(atlas)
    made = drawn(placed, atlas, people)
    ground = gpd.GeoSeries([made.ground])
    assert ground.area.iloc[0] / 1e6 == pytest.approx(np.pi * 1.5**2, rel=0.03)
