"""Texts from a provider's answer, which may be of any type."""

from collections.abc import Mapping
from typing import Any

from tollbook_producers.report import MAX_TEXT


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


def request_id(headers: Any) -> str | None:
    """The header `x-request-id` of an answer, as long as an event may need it.

    httpx and httpx2 take seven calls to say it, for every answer: their list of headers is looked through instead.
    """
    for _, key, value in getattr(headers, "_list", ()):
        if key == b"x-request-id" and value.isascii():
            return value[:MAX_TEXT].decode() or None
    found = header(headers, "x-request-id")
    return None if found is None else found[:MAX_TEXT]
