"""What the tests for clusters found: `publish.spots`, which the pages show."""

from geosafety.publish.spots import FOUND, Spot, Spots, make_spots

__all__ = ["FOUND", "Spot", "Spots", "make_spots"]
