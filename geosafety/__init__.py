"""Community-safety analysis by area for the West Midlands police force area."""

__version__ = "0.1.0"
