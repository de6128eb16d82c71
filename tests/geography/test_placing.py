"""Placing: every row once, whatever the order, the duplicates and the ties."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from geosafety.geography.atlas import Atlas, Layer
from geosafety.geography.placing import ledger_lines, locate, place
from geosafety.tidy import complete_places, number_places

WEST, SOUTH = 400_000, 280_000
NAN = float("nan")
COLUMNS = ["longitude", "latitude", "grid", "code", "level", "postcode", "force"]
COLUMNS += ["outside"]
TO_DEGREES = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)
quick = settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

# Half-kilometre steps put many points on edges and corners, and some outside.
step = st.integers(-2, 14).map(lambda half: half * 500.0)
on_the_grid = st.tuples(step, step).map(
    lambda p: {"longitude": WEST + p[0], "latitude": SOUTH + p[1], "grid": True}
)
inside = st.tuples(st.floats(1, 5999), st.floats(1, 5999))
degrees = inside.map(lambda p: TO_DEGREES.transform(WEST + p[0], SOUTH + p[1]))
lost = st.sampled_from(
    [
        {"longitude": NAN, "latitude": NAN},
        {"longitude": -1.9, "latitude": NAN},
        {"longitude": 0.0, "latitude": 0.0},
        {"longitude": 0.0, "latitude": 0.0, "grid": True},
        {"longitude": 52.45, "latitude": -1.95},
        {"longitude": -0.1, "latitude": 51.5},
        {"longitude": 151.2, "latitude": -33.8},
        {"longitude": 400_100.0, "latitude": 280_100.0},
    ]
)
point = st.one_of(
    on_the_grid,
    degrees.map(lambda d: {"longitude": d[0], "latitude": d[1]}),
    lost,
)
CODES = [
    *[("lsoa", c) for c in ("A00", "A02", "A12", "A21", "A55", "OLD", "NEVER")],
    *[("lsoa", c) for c in ("SPLIT", "ACROSS", "EDGE", "SAME", "MERGED", "AWAY")],
    *[("msoa", c) for c in ("M00", "M22", "M99")],
    *[("ward", c) for c in ("W0", "W9")],
    *[("impact_area", c) for c in ("I0", "I1", "I9")],
    *[("npu", c) for c in ("N0", "N9")],
    *[("local_authority", c) for c in ("L0", "L2", "L9")],
    ("force", "E23000014"),
]
code = st.sampled_from(CODES).map(lambda c: {"level": c[0], "code": c[1]})
postcode = st.sampled_from(["B1 1AA", "B6 6FF", "ZZ9 9ZZ"])
said = st.fixed_dictionaries(
    {},
    optional={
        "at": point,
        "code": code,
        "postcode": postcode.map(lambda p: {"postcode": p}),
        "force": st.sampled_from(
            [{"force": "West Midlands Police"}, {"force": "Merseyside Police"}]
        ),
        "outside": st.just({"outside": True}),
    },
)
rows_of_input = st.lists(said, min_size=1, max_size=60).map(
    lambda rows: pd.DataFrame(
        [{k: v for part in row.values() for k, v in part.items()} for row in rows]
    ).reindex(columns=COLUMNS)
)


def tidy(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Number the places of rows as the readers do; every row counts 2."""
    flags = {c: rows[c].eq(True) for c in ("grid", "outside")}
    numbers = {c: rows[c].astype(float) for c in ("longitude", "latitude")}
    text = {c: rows[c].astype("object") for c in ("code", "level", "postcode", "force")}
    number, places = number_places(rows.assign(**flags, **numbers, **text), COLUMNS)
    whole = complete_places(places).assign(vintage="")
    return pd.DataFrame({"place": number, "rows": 1, "n": 2.0}), whole


def placed_by_row(rows: pd.DataFrame, atlas: Atlas, geography: str) -> pd.DataFrame:
    """Place rows and give each its areas, by the row's own label."""
    counted, places = tidy(rows)
    homes = place(locate(places, atlas.postcodes), atlas, geography)
    joined = counted.rename_axis("row").reset_index().merge(homes, on="place")
    columns = ["row", "area_code", "share", "how", "disagrees"]
    return joined[columns].sort_values(["row", "area_code"]).reset_index(drop=True)


@quick
@given(rows=rows_of_input, rejected=st.integers(0, 3))
def test_no_row_is_lost_or_counted_twice(atlas, rows, rejected):
    counted, places = tidy(rows)
    located = locate(places, atlas.postcodes)
    rejects = pd.DataFrame({"reason": ["not a month"] * rejected})
    for geography in atlas.layers:
        homes = place(located, atlas, geography)
        assert set(homes["place"]) == set(range(len(places)))
        assert not homes.duplicated(["place", "area_code"]).any()
        shares = homes.groupby("place")["share"].sum()
        np.testing.assert_allclose(shares, 1.0, atol=1e-12)
        assert homes["how"].ne("").all()
        assert homes["how"].notna().all()
        known = homes["area_code"].dropna()
        assert known.isin(atlas.layers[geography].areas.index).all()
        lines = ledger_lines(counted, homes, rejects)
        assert lines["rows"].sum() == len(rows) + rejected
        assert lines["counted"].sum() == pytest.approx(2.0 * len(rows))
        assert lines.query("outcome == 'rejected'")["rows"].sum() == rejected


@quick
@given(rows=rows_of_input, seed=st.integers(0, 1000))
def test_the_order_of_rows_changes_nothing(atlas, rows, seed):
    shuffled = rows.sample(frac=1, random_state=seed)
    for geography in ("lsoa", "ward"):
        pd.testing.assert_frame_equal(
            placed_by_row(shuffled, atlas, geography),
            placed_by_row(rows, atlas, geography),
        )


@quick
@given(rows=rows_of_input, seed=st.integers(0, 1000))
def test_the_order_of_areas_changes_nothing(atlas, rows, seed):
    layers = {
        name: Layer(
            name=name,
            areas=layer.areas.sample(frac=1, random_state=seed),
            vintage=layer.vintage,
            bundled=layer.bundled,
        )
        for name, layer in atlas.layers.items()
    }
    other = Atlas(layers=layers, postcodes=atlas.postcodes, crosswalk=atlas.crosswalk)
    for geography in ("lsoa", "ward"):
        pd.testing.assert_frame_equal(
            placed_by_row(rows, other, geography), placed_by_row(rows, atlas, geography)
        )


@quick
@given(points=st.lists(st.one_of(on_the_grid, lost), min_size=1, max_size=60))
def test_points_agree_with_a_search_of_every_area(atlas, points):
    rows = pd.DataFrame(points).reindex(columns=COLUMNS)
    _, places = tidy(rows)
    located = locate(places, atlas.postcodes)
    for geography, layer in atlas.layers.items():
        homes = place(located, atlas, geography).set_index("place")["area_code"]
        for number, (x, y) in enumerate(zip(located["x"], located["y"], strict=True)):
            here = shapely.Point(x, y)
            holding = [
                code
                for code, shape in layer.areas.geometry.items()
                if not np.isnan(x) and shape.intersects(here)
            ]
            found = homes[number]
            assert (found if isinstance(found, str) else None) == min(
                holding, default=None
            )


def one(atlas: Atlas, geography: str, **said: object) -> pd.DataFrame:
    """Place one place."""
    _, places = tidy(pd.DataFrame([said]).reindex(columns=COLUMNS))
    located = locate(places.assign(vintage=said.get("vintage", "")), atlas.postcodes)
    return place(located, atlas, geography)


def metres(x: float, y: float) -> dict[str, object]:
    return {"longitude": WEST + x, "latitude": SOUTH + y, "grid": True}


@pytest.mark.parametrize(
    ("x", "y", "code"),
    [(1000, 1000, "A00"), (1000, 500, "A00"), (3000, 2000, "A12"), (0, 0, "A00")],
)
def test_a_point_on_a_shared_edge_or_corner_goes_to_the_lowest_code(atlas, x, y, code):
    assert one(atlas, "lsoa", **metres(x, y))["area_code"].tolist() == [code]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({}, "no location"),
        ({"longitude": 0.001, "latitude": -0.002}, "null island"),
        ({"longitude": 52.45, "latitude": -1.95}, "coordinates swapped"),
        ({"longitude": -0.1, "latitude": 51.5}, "outside the force area"),
        ({"longitude": 151.0, "latitude": -33.0}, "outside the force area"),
        (
            {"longitude": -0.1, "latitude": 51.5, "force": "City of London Police"},
            "another force",
        ),
        ({"force": "City of London Police"}, "another force, no location"),
        ({"level": "lsoa", "code": "OLD"}, "code of another vintage"),
        ({"level": "lsoa", "code": "NEVER"}, "unknown area code"),
        ({"postcode": "ZZ9 9ZZ"}, "unknown postcode"),
        (
            {"level": "local_authority", "code": "L0"},
            "known only by a larger or crossing area",
        ),
        ({"outside": True, **metres(500, 500)}, "said to be outside the force area"),
    ],
)
def test_what_has_no_area_says_why(atlas, said, reason):
    found = one(atlas, "lsoa", **said)
    assert found["area_code"].isna().all()
    assert found["how"].tolist() == [reason]


def test_a_point_in_no_impact_area_is_unplaced_there_alone(atlas):
    away = metres(3500, 500)
    assert one(atlas, "impact_area", **away)["how"].tolist() == ["in no impact area"]
    assert one(atlas, "ward", **away)["area_code"].tolist() == ["W1"]


def test_a_code_beats_the_point_and_the_ledger_counts_the_quarrel(atlas):
    found = one(atlas, "lsoa", level="lsoa", code="A55", **metres(500, 500))
    assert found["area_code"].tolist() == ["A55"]
    assert found["disagrees"].tolist() == [True]
    rows = pd.DataFrame({"place": [0, 0, 0], "rows": 1, "n": 1.0})
    lines = ledger_lines(rows, found, pd.DataFrame({"reason": []}))
    assert lines["disagree"].tolist() == [3]


def test_an_unknown_code_falls_back_to_the_point(atlas):
    found = one(atlas, "lsoa", level="lsoa", code="NEVER", **metres(500, 500))
    assert found[["area_code", "how"]].to_numpy().tolist() == [["A00", "point"]]


def test_a_postcode_stands_in_for_a_point(atlas):
    found = one(atlas, "msoa", postcode="B6 6FF")
    assert found[["area_code", "how"]].to_numpy().tolist() == [["M22", "postcode"]]


def test_a_code_goes_up_by_lookup_or_by_the_middle_of_its_area(atlas):
    up = one(atlas, "msoa", level="lsoa", code="A12")
    assert up[["area_code", "how"]].to_numpy().tolist() == [
        ["M01", "representative point"]
    ]
    named = atlas.layers["lsoa"].areas.assign(msoa="M22")
    layers = {
        **atlas.layers,
        "lsoa": Layer(name="lsoa", areas=named, vintage="2021"),
    }
    other = Atlas(layers=layers, postcodes=atlas.postcodes)
    up = one(other, "msoa", level="lsoa", code="A12")
    assert up[["area_code", "how"]].to_numpy().tolist() == [["M22", "lookup"]]


def test_where_a_small_area_crosses_a_border_its_point_decides(atlas):
    # A02 reaches from 2,000 to 3,000 m, and the border of the wards is at 2,400 m.
    west = one(atlas, "ward", level="lsoa", code="A02", **metres(2100, 500))
    without = one(atlas, "ward", level="lsoa", code="A02")
    assert west[["area_code", "how"]].to_numpy().tolist() == [["W0", "point"]]
    assert without["area_code"].tolist() == ["W1"]


def test_a_larger_area_goes_down_only_where_it_is_one_area(atlas):
    assert one(atlas, "npu", level="local_authority", code="L1")[
        "area_code"
    ].tolist() == ["N1"]
    # L0 holds one impact area, and is not the same as it.
    in_l0 = one(atlas, "impact_area", level="local_authority", code="L0")
    assert in_l0["area_code"].isna().all()


def test_a_split_area_is_shared_out_by_the_named_weight(atlas):
    found = one(atlas, "lsoa", level="lsoa", code="SPLIT")
    assert found["area_code"].tolist() == ["A00", "A01"]
    assert found["share"].tolist() == pytest.approx([0.7, 0.3])
    assert set(found["how"]) == {"crosswalk, shared out by residents"}


def test_a_point_tells_which_part_of_a_split_area(atlas):
    found = one(atlas, "lsoa", level="lsoa", code="SPLIT", **metres(1500, 500))
    assert found["area_code"].tolist() == ["A01"]
    assert found["how"].tolist() == ["crosswalk, part that holds the point"]
    edge = one(atlas, "lsoa", level="lsoa", code="SPLIT", **metres(1000, 500))
    assert edge["area_code"].tolist() == ["A00"]


def test_no_part_of_a_split_area_is_lost_where_one_part_crosses_a_border(atlas):
    # A21 lies inside ward W0; A22 lies across the border, and its middle in W1.
    found = one(atlas, "ward", level="lsoa", code="ACROSS")
    assert dict(zip(found["area_code"], found["share"], strict=True)) == (
        pytest.approx({"W0": 0.6, "W1": 0.4})
    )


def test_parts_in_one_larger_area_are_one_again(atlas):
    found = one(atlas, "msoa", level="lsoa", code="SPLIT")
    assert found[["area_code", "share"]].to_numpy().tolist() == [["M00", 1.0]]


def test_the_part_of_a_split_area_in_no_impact_area_stays_visible(atlas):
    found = one(atlas, "impact_area", level="lsoa", code="SPLIT")
    assert found["share"].tolist() == pytest.approx([0.7, 0.3])
    assert found["area_code"].isna().tolist() == [False, True]
    assert found["how"].tolist()[1] == "in no impact area"
    rows = pd.DataFrame({"place": [0], "rows": [1], "n": [10.0]})
    lines = ledger_lines(rows, found, pd.DataFrame({"reason": []}))
    by = lines.set_index("outcome")
    assert by["rows"].to_dict() == {"placed": 1, "unplaced": 0}
    assert by["counted"].to_dict() == pytest.approx({"placed": 7.0, "unplaced": 3.0})


def test_a_part_that_the_layer_lacks_leaves_its_share_to_the_others(atlas):
    found = one(atlas, "lsoa", level="lsoa", code="EDGE")
    assert found[["area_code", "share"]].to_numpy().tolist() == [["A00", 1.0]]


def test_without_a_crosswalk_an_old_code_places_by_its_point_or_says_so(
    atlas_without_crosswalk,
):
    bare = atlas_without_crosswalk
    by_point = one(bare, "lsoa", level="lsoa", code="OLD", **metres(500, 500))
    assert by_point["area_code"].tolist() == ["A00"]
    assert one(bare, "lsoa", level="lsoa", code="OLD")["how"].tolist() == [
        "code of another vintage"
    ]


def test_a_stated_vintage_tells_an_old_code_from_an_unknown_one(atlas):
    _, places = tidy(
        pd.DataFrame([{"level": "lsoa", "code": "NEVER"}]).reindex(columns=COLUMNS)
    )
    located = locate(places.assign(vintage="2011"), atlas.postcodes)
    found = place(located, atlas, "lsoa")
    assert found["how"].tolist() == ["code of another vintage"]


def test_points_in_degrees_come_out_in_metres(atlas):
    lon, lat = TO_DEGREES.transform(WEST + 1500.0, SOUTH + 2500.0)
    _, places = tidy(
        pd.DataFrame([{"longitude": lon, "latitude": lat}]).reindex(columns=COLUMNS)
    )
    located = locate(places, atlas.postcodes)
    assert located["x"].iloc[0] == pytest.approx(WEST + 1500, abs=0.01)
    assert located["y"].iloc[0] == pytest.approx(SOUTH + 2500, abs=0.01)
