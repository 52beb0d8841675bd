"""Texts from a provider's answer, which may be of any type."""

from collections.abc import Mapping
from typing import Any


def text(value: object) -> str | None:
    """The value if it is a text that says something."""
    return value if isinstance(value, str) and value else None


def header(headers: Mapping[str, Any] | None, name: str) -> str | None:
    """A header by its lower-case name, in whatever case a plain dict keeps it."""
    if headers is None:
        return None
    if isinstance(headers, dict):
        headers = {key.lower(): value for key, value in headers.items()}
    return text(headers.get(name))  # the HTTP libraries' own mappings ignore case
