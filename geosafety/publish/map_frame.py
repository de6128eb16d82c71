"""Where a map lies on a picture, and how metres become pixels. PURE."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geosafety.publish.drawing import INK, Image, Part, Shape, Text
from geosafety.publish.map_sheet import MapSheet, Picture
from geosafety.publish.web_shapes import with_few_points

if TYPE_CHECKING:
    import geopandas as gpd

COARSE = 0.5  # of a pixel: what no eye misses
WEB_MERCATOR = "EPSG:3857"
SMALL = 11.0  # pixels of letters


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Where the map lies, and how metres become pixels.

    Attributes
    ----------
    crs
        Empty: the geometry's own.
    scale
        Pixels for each unit of it.
    metre
        Units of it for each metre on the ground.
    """

    left: float
    top: float
    height: float
    west: float
    north: float
    scale: float
    crs: str
    metre: float

    @classmethod
    def of(cls, sheet: MapSheet, *, left: float, top: float, wide: float) -> Frame:
        """Fit a map into a width."""
        crs = WEB_MERCATOR if sheet.picture else ""
        layer = sheet.extent.to_crs(crs) if crs else sheet.extent
        west, south, east, north = (float(v) for v in layer.total_bounds)
        pad = 0.02 * max(east - west, north - south)
        scale = wide / (east - west + 2 * pad)
        metre = 1.0
        if crs:  # Mercator stretches by the cosine of the latitude
            middle = 2 * math.atan(math.exp((south + north) / 2 / 6378137.0))
            metre = 1 / math.cos(middle - math.pi / 2)
        return cls(
            left=left,
            top=top,
            height=(north - south + 2 * pad) * scale,
            west=west - pad,
            north=north + pad,
            scale=scale,
            crs=crs,
            metre=metre,
        )

    def pixels(self, points: np.ndarray) -> np.ndarray:
        """Turn coordinates into pixels."""
        across = self.left + (points[:, 0] - self.west) * self.scale
        down = self.top + (self.north - points[:, 1]) * self.scale
        return np.column_stack([across, down])

    def shapes(self, layer: gpd.GeoDataFrame, *, coverage: bool) -> dict[str, Any]:
        """Return polygons in pixels, by code, with no more points than can be seen."""
        import shapely

        coarse = COARSE / self.scale / self.metre
        lean = with_few_points(layer, coarse, coverage=coverage)
        lean = lean.to_crs(self.crs) if self.crs else lean
        drawn = shapely.transform(lean.geometry.to_numpy(), self.pixels)
        return dict(zip(lean["code"], drawn, strict=True))


def picture_part(picture: Picture, frame: Frame) -> Image:
    """Lay the picture of a surface into the frame of its map."""
    from pyproj import Transformer

    to = Transformer.from_crs("EPSG:4326", WEB_MERCATOR, always_xy=True)
    (south, west), (north, east) = picture.bounds
    corners = [to.transform(west, north), to.transform(east, south)]
    (left, top), (right, bottom) = frame.pixels(np.array(corners)).tolist()
    size = {"width": right - left, "height": bottom - top}
    return Image(png=picture.png, x=left, y=top, **size)


def scale_bar(frame: Frame) -> Iterator[Part]:
    """Draw a bar of whole kilometres, and which way north is."""
    pixels = 1000 * frame.scale * frame.metre  # of a kilometre
    whole = [k for k in (1, 2, 5, 10, 20, 50) if k * pixels <= 170] or [1]
    length, left = whole[-1] * pixels, frame.left + 14
    base = frame.top + frame.height - 14
    bar = [[left, base - 6], [left, base], [left + length, base]]
    bar.append([left + length, base - 6])
    yield Shape(rings=(np.array(bar),), line=INK, width=1.6, closed=False)
    words = f"{whole[-1]} km"
    yield Text(x=left + length / 2, y=base - 5, text=words, size=SMALL, anchor="middle")
    tip = base - 62
    arrow = [[left + 7, tip], [left + 14, tip + 22], [left + 7, tip + 17]]
    arrow += [[left, tip + 22], [left + 7, tip]]
    yield Shape(rings=(np.array(arrow),), fill=INK)
    yield Text(x=left + 7, y=tip + 35, text="N", size=SMALL, bold=True, anchor="middle")
