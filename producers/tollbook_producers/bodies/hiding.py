"""Keep from the caller the chunk that came only because we asked for it."""

import re
from collections.abc import Mapping
from itertools import pairwise

import orjson

from tollbook_producers.bodies.events import data_of

_BLANK_LINE = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_EMPTY_ARRAY = b"[]"  # in every event that is hidden, and the fastest thing to look for


class UsageHidden:
    """Passes on all events but those of usage without choices. An event goes on when all of it is here."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """What of these bytes, and of those held back before, to pass on now."""
        if self._held:
            data = self._held + data
            self._held = b""
        if not data.endswith(b"\n\n"):
            data = self._without_rest(data)
        if _EMPTY_ARRAY in data:
            return b"".join(event for event in _split(data) if not _is_only_usage(event))
        return data

    def finish(self) -> bytes:
        """The body is over: what was still held back."""
        rest, self._held = self._held, b""
        return b"" if _is_only_usage(rest) else rest

    def _without_rest(self, data: bytes) -> bytes:
        end = 0
        for blank in _BLANK_LINE.finditer(data):
            end = blank.end()
        self._held = data[end:]
        return data[:end]


def _split(data: bytes) -> list[bytes]:
    ends = [0, *(blank.end() for blank in _BLANK_LINE.finditer(data)), len(data)]
    return [data[start:end] for start, end in pairwise(ends)]


def _is_only_usage(event: bytes) -> bool:
    try:
        message = orjson.loads(data_of(event.replace(b"\r", b"\n")))
    except orjson.JSONDecodeError:
        return False
    return isinstance(message, Mapping) and message.get("choices") == [] and bool(message.get("usage"))
