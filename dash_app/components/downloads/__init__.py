"""The parts of the downloads page."""
