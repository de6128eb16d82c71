"""The parts of ``make_boundaries.py``: sources, cells, layers, impact areas."""
