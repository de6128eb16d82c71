"""The parts of the surveys page."""
