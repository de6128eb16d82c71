"""Observations with area codes to values with uncertainty. Pure."""
