"""The density surfaces, their pictures and their means by area."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from dash_app.queries.source import folder, frame, frame_at, records, source, where
from dash_app.surfaces import Mean, Surface, make_surface
from dash_app.view import View


def surfaces() -> dict[str, Surface]:
    """Return the density surfaces that these results hold, by name."""
    return _surfaces(*source())


def surface(view: View) -> Surface | None:
    """Return the surface of a view, if it has one."""
    return surfaces().get(view.surface)


def surface_means(view: View) -> list[Mean]:
    """Return the mean of a view's surface in each of its areas."""
    found = where(
        frame("surface_areas"), surface=view.surface, geography=view.geography
    )
    if found.empty:
        return []
    columns = found[["area_code", "area_name", "mean"]]
    return [Mean(*row) for row in columns.itertuples(index=False, name=None)]


def surface_png(name: str) -> bytes:
    """Return the picture of a surface whose name `surfaces` lists."""
    return (folder() / "surfaces" / f"{surfaces()[name].name}.png").read_bytes()


@lru_cache(maxsize=4)
def _surfaces(path: Path, stamp: int) -> dict[str, Surface]:
    made = [make_surface(row) for row in records(frame_at(path, stamp, "surfaces"))]
    return {
        one.name: one
        for one in made
        if (path / "surfaces" / f"{one.name}.png").exists()
    }
