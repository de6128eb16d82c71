"""Run as `python -m geosafety.cli`."""

from geosafety.cli import main

main()
