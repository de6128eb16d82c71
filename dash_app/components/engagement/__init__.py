"""The parts of the engagement page."""
