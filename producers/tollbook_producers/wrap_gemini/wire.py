"""Hooks on the SDK's own sender, which every HTTP surface but interactions passes.

Private names of BaseApiClient that are relied on: `_request`, `_async_request` (one call each, hidden retries
included), `_request_once`, `_async_request_once` (one attempt), `_retry`, `_use_aiohttp`, and of its HttpResponse
`segments`, `async_segments` and `response_stream`. A test fails when the SDK renames one.
"""

import time
from collections.abc import AsyncGenerator, Generator
from typing import Any

from google.genai._api_client import BaseApiClient

from tollbook_producers.deadline import remaining, shortened
from tollbook_producers.hooked import hooked_type
from tollbook_producers.normalize.wire import mapping
from tollbook_producers.wrap_gemini.asked import asked, surface_of
from tollbook_producers.wrap_gemini.call import WireCall
from tollbook_producers.wrap_gemini.limits import MakeError, aiterated, awaited, iterated, limited, read_timeout
from tollbook_producers.wrap_gemini.tracking import Tracking

_CALL = "_tollbook_call"


class TrackedApiClient(BaseApiClient):
    """Shares all state with the sender that it is made of, and adds what it tracks with."""

    __slots__ = ("_tollbook",)
    _tollbook_tracked = True
    _tollbook: Tracking

    def _request(self, http_request: Any, http_options: Any = None, stream: bool = False) -> Any:
        call = self._begun(http_request)
        if call is None:
            return super()._request(http_request, http_options, stream)
        until = self._tollbook.until()
        with call, limited(until):
            response: Any = super()._request(http_request, http_options, stream)
        call.answered(response.headers, streams=stream)
        if stream:
            segments = response.segments
            response.segments = lambda: _observed(segments(), call, until)
        else:
            call.whole(_body(response))
        return response

    async def _async_request(self, http_request: Any, http_options: Any = None, stream: bool = False) -> Any:
        call = self._begun(http_request)
        if call is None:
            return await super()._async_request(http_request, http_options, stream)
        until = self._tollbook.until()
        with call:
            sending = super()._async_request(http_request, http_options, stream)
            response: Any = await awaited(sending, until, self._timeout)
        call.answered(response.headers, streams=stream)
        if stream:
            segments = response.async_segments
            response.async_segments = lambda: _aobserved(segments(), call, until, self._timeout)
        else:
            call.whole(_body(response))
        return response

    def _request_once(self, http_request: Any, *args: Any, **kwargs: Any) -> Any:
        _attempted(http_request)
        http_request.timeout = shortened(http_request.timeout)
        return super()._request_once(http_request, *args, **kwargs)

    async def _async_request_once(self, http_request: Any, *args: Any, **kwargs: Any) -> Any:
        _attempted(http_request)
        return await super()._async_request_once(http_request, *args, **kwargs)

    @property
    def _retry(self) -> Any:  # type: ignore[override]  # the SDK keeps it in the state that is shared
        """The SDK's retrying; its pauses end with the deadline."""
        retry = self.__dict__["_retry"]
        return retry if remaining() is None else retry.copy(sleep=lambda pause: time.sleep(shortened(pause) or 0.0))

    def __del__(self) -> None:
        """The connections belong to the client that was wrapped."""

    def _begun(self, http_request: Any) -> WireCall | None:
        surface = surface_of(http_request.method, http_request.url)
        if surface is None:
            return None
        call = self._tollbook.begin(asked(surface, http_request.method, http_request.url, mapping(http_request.data)))
        setattr(http_request, _CALL, call)
        return call

    def _timeout(self) -> Exception:
        """aiohttp's is Python's own."""
        return TimeoutError() if self._use_aiohttp() else read_timeout(self._async_httpx_client)


def tracked_sender(original: BaseApiClient, tracking: Tracking) -> TrackedApiClient:
    """One with the same state: what is closed, refreshed or cached by one is so for the other."""
    sender: TrackedApiClient = object.__new__(hooked_type(TrackedApiClient, type(original)))
    sender.__dict__ = original.__dict__
    sender._tollbook = tracking
    return sender


def _attempted(http_request: Any) -> None:
    call = http_request.__dict__.get(_CALL)
    left = remaining()
    if call is not None and (left is None or left > 0):
        call.attempted()


def _body(response: Any) -> Any:
    body = response.response_stream
    return body[0] if isinstance(body, list) and body and isinstance(body[0], str | bytes) else None


def _observed(segments: Any, call: WireCall, until: float | None) -> Generator[Any, None, None]:
    with call:
        for message in iterated(segments, until):
            call.chunk(message)
            yield message
    call.finish()


async def _aobserved(segments: Any, call: WireCall, until: float | None, error: MakeError) -> AsyncGenerator[Any, None]:
    with call:
        async for message in aiterated(segments, until, error):
            call.chunk(message)
            yield message
    call.finish()
