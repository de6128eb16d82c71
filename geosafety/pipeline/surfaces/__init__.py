"""Densities, risk, and rasters summed to areas."""
