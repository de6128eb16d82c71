"""Results into a PostGIS database."""
