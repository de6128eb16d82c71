"""The parts of the hotspots page."""
