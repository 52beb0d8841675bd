"""Read an answer's body as it passes by: as JSON, as server-sent events, or not at all."""

from collections.abc import Mapping
from typing import Any, Protocol

import orjson

from tollbook_producers.bodies.events import Events
from tollbook_producers.normalize import Reader

MAX_JSON_BYTES = 64 * 1024 * 1024
"""A larger answer is not read."""


class Watch(Protocol):
    """Takes a body's bytes in order. `is_done` says whether the provider said that there is no more."""

    is_done: bool

    def feed(self, data: bytes) -> None:
        """Some bytes of the body."""

    def finish(self, *, is_whole: bool) -> None:
        """There are no more bytes; not `is_whole` where the body was cut off or given up."""


class Unread:
    """Sound: nothing in it reports usage."""

    is_done = False

    def feed(self, data: bytes) -> None:
        """It passes by."""

    def finish(self, *, is_whole: bool) -> None:
        """All of it did, or not."""
        self.is_done = is_whole


class Json:
    """One JSON value, or text that is none."""

    def __init__(self, reader: Reader) -> None:
        self.is_done = False
        self._reader = reader
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> None:
        """Some bytes of it."""
        self._size += len(data)
        if self._size <= MAX_JSON_BYTES:
            self._parts.append(data)

    def finish(self, *, is_whole: bool) -> None:
        """All of it is here, or not."""
        self.is_done = is_whole
        whole = b"".join(self._parts)
        self._parts.clear()
        try:
            message = orjson.loads(whole)
        except orjson.JSONDecodeError:
            return
        self._reader.feed(message)


def watch_of(headers: Mapping[str, Any], reader: Reader, *, stream: bool) -> Watch:
    """The watch for an answer by its content type; what the SDK asked to be streamed it reads as events in any case."""
    kind = str(headers.get("content-type", "")).lower()
    if stream or "event-stream" in kind:
        return Events(reader)
    if kind.startswith(("audio/", "video/", "image/")) or "octet-stream" in kind:
        return Unread()
    return Json(reader)
