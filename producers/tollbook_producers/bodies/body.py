"""One answer's body: what comes over the wire, decoded where it is compressed, and how it ended."""

from collections.abc import Callable
from typing import Any, Protocol

from tollbook_producers.bodies.hiding import UsageHidden
from tollbook_producers.bodies.watches import Watch
from tollbook_producers.log import warn_once

Decode = Callable[[bytes], bytes]


class Listener(Protocol):
    """Learns how a body went; it is told of one ending."""

    def chunk(self) -> None:
        """The first of it is here."""

    def ended(self, watch: Watch) -> None:
        """All of it is here."""

    def failed(self, watch: Watch, error: BaseException) -> None:
        """The connection, a timeout or a cancellation cut it off."""

    def closed(self, watch: Watch) -> None:
        """The caller wants no more."""


class Body:
    """Passes bytes on, reads them, and tells the listener. Nothing here raises but the HTTP library's decoder.

    `passed` gives what the caller gets of some bytes. With `hidden` the caller gets a compressed body decoded.
    """

    def __init__(self, watch: Watch, listener: Listener, hidden: UsageHidden | None, decode: Decode | None) -> None:
        self.is_over = False
        self.passed: Callable[[bytes], bytes] = self._first
        self._watch = watch
        self._listener = listener
        self._hidden = hidden
        self._decode = decode

    def ended(self) -> bytes:
        """There is no more. Returns what was held back."""
        if self._is_finished(is_whole=True):
            return b""
        self._listener.ended(self._watch)
        return b"" if self._hidden is None else self._hidden.finish()

    def failed(self, error: BaseException) -> None:
        """Nothing more will come."""
        if not self._is_finished():
            self._listener.failed(self._watch, error)

    def closed(self) -> None:
        """Nothing more is wanted."""
        if not self._is_finished():
            self._listener.closed(self._watch)

    def _first(self, raw: bytes) -> bytes:
        self._listener.chunk()
        if self._hidden is None:
            self.passed = self._plain if self._decode is None else self._observed
        else:
            self.passed = self._shown
        return self.passed(raw)

    def _plain(self, raw: bytes) -> bytes:
        self._read(raw)
        return raw

    def _observed(self, raw: bytes) -> bytes:
        try:
            self._read(self._decode(raw) if self._decode else raw)
        except Exception as error:  # noqa: BLE001  # the caller's own decoder will say so
            warn_once("an answer could not be decoded", error)
        return raw

    def _shown(self, raw: bytes) -> bytes:
        data = self._decode(raw) if self._decode else raw
        self._read(data)
        return self._hidden.feed(data) if self._hidden else data

    def _read(self, data: bytes) -> None:
        try:
            self._watch.feed(data)
        except Exception as error:  # noqa: BLE001  # tracking never raises into a call
            warn_once("an answer could not be read", error)

    def _is_finished(self, *, is_whole: bool = False) -> bool:
        """Whether it was already; from now on it is."""
        if self.is_over:
            return True
        self.is_over = True
        try:
            self._watch.finish(is_whole=is_whole)
        except Exception as error:  # noqa: BLE001
            warn_once("an answer could not be read", error)
        return False


def decoder_of(response: Any) -> Decode | None:
    """A decoder of our own for a compressed answer; None where it is not compressed."""
    if response.headers.get("content-encoding", "identity") == "identity":
        return None
    decoder = response._get_content_decoder()
    del response._decoder  # the library makes itself another

    def decode(raw: bytes) -> bytes:
        decoded = decoder.decode(raw)
        return decoded if isinstance(decoded, bytes) else b"".join(decoded)

    return decode
