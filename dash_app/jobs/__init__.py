"""What the pipeline makes on request: the only room that may call it."""

from importlib import import_module


def load() -> None:
    """Load what the jobs need, as whoever makes worker processes does: they share it.

    A job loads it by itself where nobody did; the first then takes a second longer.
    """
    import_module("geosafety.pipeline.profile.among")
