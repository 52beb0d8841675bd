"""Hooks on the SDK's second HTTP client, which serves interactions and decisions.

Private names relied on: `do_request` and `do_request_async` (one call each, hidden retries included),
`sdk_configuration` and its `client` and `async_client`, of which only `send` is called there. A test fails when the SDK
renames one. Sending goes through httpx or httpx2, for the asynchronous client too.
"""

import copy
from dataclasses import replace
from typing import Any, TypeVar

import orjson
from google.genai._gaos.basesdk import AsyncBaseSDK, BaseSDK

from tollbook_producers.bodies.body import Body, decoder_of
from tollbook_producers.bodies.taps import tap
from tollbook_producers.bodies.watches import Watch, watch_of
from tollbook_producers.deadline import remaining
from tollbook_producers.hooked import copy_as
from tollbook_producers.log import warn_once
from tollbook_producers.normalize.wire import mapping
from tollbook_producers.report import CallReport
from tollbook_producers.wrap_gemini.asked import asked, surface_of
from tollbook_producers.wrap_gemini.call import WireCall
from tollbook_producers.wrap_gemini.hops import HopGroup
from tollbook_producers.wrap_gemini.limits import awaited, limited, read_timeout
from tollbook_producers.wrap_gemini.tracking import Tracking

ResourceT = TypeVar("ResourceT", bound="TrackedResource | TrackedAsyncResource")


class TrackedResource(BaseSDK):
    """A synchronous resource."""

    _tollbook_tracked = True
    _tollbook: Tracking

    def do_request(self, hook_ctx: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        call = _begun(self._tollbook, request)
        if call is None:
            return super().do_request(hook_ctx, request, *args, **kwargs)
        until = self._tollbook.until()
        sender = _Sender(self.sdk_configuration.client, call)
        with call, limited(until):
            try:
                response = super(TrackedResource, _through(self, client=sender)).do_request(
                    hook_ctx, request, *args, **kwargs
                )
            except _Expired as expired:
                raise expired.error from None
        _listen(response, call, until, is_async=False)
        return response

    def create(self, *args: Any, **kwargs: Any) -> Any:
        sdk: Any = super(TrackedResource, _grouped(self))
        return sdk.create(*args, **kwargs)


class TrackedAsyncResource(AsyncBaseSDK):
    """An asynchronous resource."""

    _tollbook_tracked = True
    _tollbook: Tracking

    async def do_request_async(self, hook_ctx: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        call = _begun(self._tollbook, request)
        if call is None:
            return await super().do_request_async(hook_ctx, request, *args, **kwargs)
        until = self._tollbook.until()
        client = self.sdk_configuration.async_client
        sender = _AsyncSender(client, call)
        sdk: Any = super(TrackedAsyncResource, _through(self, async_client=sender))
        with call:
            response = await awaited(
                sdk.do_request_async(hook_ctx, request, *args, **kwargs), until, lambda: read_timeout(client)
            )
        _listen(response, call, until, is_async=True)
        return response

    def create(self, *args: Any, **kwargs: Any) -> Any:
        sdk: Any = super(TrackedAsyncResource, _grouped(self))
        return sdk.create(*args, **kwargs)


def tracked_resource(resource: Any, tracking: Tracking) -> Any:
    """A copy of a resource, of the same type, whose calls are tracked."""
    hook = TrackedAsyncResource if isinstance(resource, AsyncBaseSDK) else TrackedResource
    tracked = copy_as(hook, resource)
    tracked._tollbook = tracking
    return tracked


class _Reading:
    """Reads one answer for its call, and learns how its body went."""

    def __init__(self, call: WireCall) -> None:
        self.markers = call.markers
        self.report = CallReport
        self.feed, self.chunk = call.feed, call.first_chunk
        self._call = call

    def ended(self, _watch: Watch) -> None:
        self._call.finish()

    def failed(self, _watch: Watch, error: BaseException) -> None:
        self._call.broken(error)

    def closed(self, _watch: Watch) -> None:
        self._call.close()


class _Expired(Exception):  # noqa: N818  # never seen outside
    """Carries a timeout past the SDK's retries, which would go on after the deadline."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class _Sender:
    """Sends one call's requests."""

    def __init__(self, client: Any, call: WireCall) -> None:
        self._client, self._call = client, call

    def send(self, *args: Any, **kwargs: Any) -> Any:
        self._call.attempted()
        try:
            return self._client.send(*args, **kwargs)
        except Exception as error:
            left = remaining()
            if left is not None and left <= 0:
                raise _Expired(error) from error
            raise


class _AsyncSender:
    """Sends one call's requests."""

    def __init__(self, client: Any, call: WireCall) -> None:
        self._client, self._call = client, call

    async def send(self, *args: Any, **kwargs: Any) -> Any:
        self._call.attempted()
        return await self._client.send(*args, **kwargs)


def _through(resource: ResourceT, **senders: Any) -> ResourceT:
    """A copy of a resource that sends through this."""
    bound = copy.copy(resource)
    bound.sdk_configuration = copy.copy(resource.sdk_configuration)
    bound.sdk_configuration.__dict__.update(senders)
    return bound


def _grouped(resource: ResourceT) -> ResourceT:
    """A copy of a resource whose requests belong to one operation."""
    bound = copy.copy(resource)
    bound._tollbook = replace(resource._tollbook, group=HopGroup())
    return bound


def _begun(tracking: Tracking, request: Any) -> WireCall | None:
    url = str(request.url)
    surface = surface_of(request.method, url)
    return None if surface is None else tracking.begin(asked(surface, request.method, url, _body(request)))


def _body(request: Any) -> Any:
    try:
        return mapping(orjson.loads(request.content or b"{}"))
    except Exception:  # noqa: BLE001  # a body that cannot be read now is sent all the same
        return mapping(None)


def _listen(response: Any, call: WireCall, until: float | None, *, is_async: bool) -> None:
    """Never raises: an answer that cannot be listened to leaves its event without usage."""
    try:
        call.answered(response.headers, streams="event-stream" in str(response.headers.get("content-type")))
        call.refused(response.status_code)
        if response.is_closed:
            call.whole(response.content)
        else:
            reading: Any = _Reading(call)
            watch = watch_of(response.headers, reading, stream=False)
            tap(response, Body(watch, reading, None, decoder_of(response)), until, is_async=is_async)
    except Exception as error:  # noqa: BLE001  # tracking never raises into a call
        warn_once("an interaction could not be read", error)
