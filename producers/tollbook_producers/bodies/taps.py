"""Put ourselves between a response and its bytes: the one place that every way of reading, and closing, passes."""

import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import suppress
from functools import lru_cache
from types import ModuleType
from typing import Any

import anyio

from tollbook_producers import abandoned
from tollbook_producers.bodies.body import Body
from tollbook_producers.deadline import deadline_at


def tap(response: Any, body: Body, deadline: float | None, *, is_async: bool) -> None:
    """Read along with whoever reads the response. `deadline` is of the monotonic clock."""
    abandoned.expect()
    stream = response.stream
    kind, base = (AsyncTap, "AsyncByteStream") if is_async else (SyncTap, "SyncByteStream")
    base_type = next(known for known in type(stream).__mro__ if known.__name__ == base)
    library = sys.modules[type(response).__module__.partition(".")[0]]
    response.stream = _tap_type(kind, base_type)(stream, body, deadline, library)


@lru_cache
def _tap_type(kind: "type[_Tap]", base: type) -> Any:
    """The libraries, httpx and httpx2, take only streams of their own types."""
    return type(kind.__name__, (kind, base), {})


class _Tap:
    """A response's stream in front of the library's own."""

    def __init__(self, inner: Any, body: Body, deadline: float | None, library: ModuleType) -> None:
        self._inner = inner
        self._body = body
        self._deadline = deadline
        self._library = library

    def __getattr__(self, name: str) -> Any:
        if name in ("_inner", "_body"):  # in one that was never made whole
            raise AttributeError(name)
        return getattr(self._inner, name)

    def __del__(self) -> None:
        with suppress(Exception):
            if not self._body.is_over:
                abandoned.later(self._body.closed)

    def _closed(self) -> None:
        """A generator that is being closed may be so by the garbage collector."""
        if not self._body.is_over:
            if isinstance(sys.exc_info()[1], GeneratorExit):
                abandoned.later(self._body.closed)
            else:
                self._body.closed()


class SyncTap(_Tap):
    """For a synchronous client."""

    def __iter__(self) -> Iterator[bytes]:
        body = self._body
        try:
            for raw in self._inner if self._deadline is None else _timed(self._inner, self._deadline):
                data = body.passed(raw)
                if data:
                    yield data
        except GeneratorExit:
            abandoned.later(body.closed)
            raise
        except BaseException as error:
            body.failed(error)
            raise
        rest = body.ended()
        if rest:
            yield rest

    def close(self) -> None:
        try:
            self._inner.close()
        finally:
            self._closed()


class AsyncTap(_Tap):
    """For an asynchronous client."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        body = self._body
        stream = self._inner.__aiter__()
        try:
            async for raw in stream if self._deadline is None else _atimed(stream, self._deadline, self._library):
                data = body.passed(raw)
                if data:
                    yield data
        except GeneratorExit:
            abandoned.later(body.closed)
            raise
        except BaseException as error:
            body.failed(error)
            raise
        finally:
            if isinstance(stream, AsyncGenerator):
                await stream.aclose()
        rest = body.ended()
        if rest:
            yield rest

    async def aclose(self) -> None:
        try:
            await self._inner.aclose()
        finally:
            self._closed()


def _timed(stream: Any, deadline: float) -> Iterator[bytes]:
    """Each read within the deadline, which connections that were armed obey."""
    reads = iter(stream)
    while True:
        with deadline_at(deadline):
            try:
                raw = next(reads)
            except StopIteration:
                return
        yield raw


async def _atimed(stream: AsyncIterator[bytes], deadline: float, library: ModuleType) -> AsyncIterator[bytes]:
    """Each read within the deadline, past which it is cancelled and the library's own timeout raised."""
    while True:
        with anyio.move_on_after(max(deadline - time.monotonic(), 0)) as scope:
            try:
                raw = await anext(stream)
            except StopAsyncIteration:
                return
        if scope.cancelled_caught:
            raise library.ReadTimeout("the call's deadline has passed")
        yield raw
