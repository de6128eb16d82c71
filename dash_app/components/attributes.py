"""Attributes with a hyphen in their names."""

from __future__ import annotations

from typing import Any


def aria(**names: str) -> dict[str, Any]:
    """Return attributes for those who do not see the page.

    Examples
    --------
    >>> aria(label="Key")
    {'aria-label': 'Key'}
    """
    return {f"aria-{name}": value for name, value in names.items()}


def data(**names: str) -> dict[str, Any]:
    """Return attributes that the page's own script reads."""
    return {f"data-{name}": value for name, value in names.items()}
