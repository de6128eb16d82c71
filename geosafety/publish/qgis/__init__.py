"""The looks of the maps as styles for QGIS."""
