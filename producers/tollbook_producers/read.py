"""Texts from a provider's answer, which may be of any type."""

from collections.abc import Mapping
from typing import Any


def text(value: object) -> str | None:
    """The value if it is a text that says something."""
    return value if isinstance(value, str) and value else None


def header(headers: Mapping[str, Any] | None, name: str) -> str | None:
    """A header by its lower-case name, in whatever case the mapping keeps it."""
    for key, value in (headers or {}).items():
        if key.lower() == name:
            return text(value)
    return None
