"""The parts of the outreach page."""
