"""The whole flow: files in, tables through, files out."""

from geosafety.pipeline.build import build, check

__all__ = ["build", "check"]
