"""OpenAI clients whose requests are tracked. Imports openai: load it only when it is there.

The hook is the client's `request`, which every HTTP surface passes. The tracked client's class is made for it and
carries what it tracks with, so that copies made by the SDK (`with_options`) are tracked alike. Beside `request` three
private methods of the SDK are hooked; a test fails when it renames them.
"""

from typing import Any, ClassVar

import anyio
from openai import APITimeoutError, AsyncOpenAI, OpenAI
from openai._models import FinalRequestOptions

from tollbook_producers.deadline import deadline_at, remaining, shortened
from tollbook_producers.realtime.openai_resources import RealtimeResources
from tollbook_producers.wrap_openai.exchange import current_exchange, masked
from tollbook_producers.wrap_openai.opening import Tracking, open_exchange, session_settings


class TrackedOpenAI(RealtimeResources, OpenAI):
    """The hooks of a synchronous client."""

    _tollbook_tracked = True
    _tollbook_tracking: ClassVar[Tracking]
    _tollbook_session = session_settings

    def request(self, cast_to: Any, options: FinalRequestOptions, **how: Any) -> Any:
        exchange, options = open_exchange(self, options, stream=bool(how.get("stream")), is_async=False)
        if exchange is None:
            with masked():
                return super().request(cast_to, options, **how)
        with exchange:
            if exchange.deadline is None:
                return super().request(cast_to, options, **how)
            with deadline_at(exchange.deadline):
                return super().request(cast_to, options, **how)

    def _prepare_request(self, request: Any) -> None:
        """Called by the SDK once for each attempt."""
        super()._prepare_request(request)
        exchange = current_exchange()
        left = remaining()
        if left is not None:
            if left <= 0:
                raise APITimeoutError(request=request)
            timeouts = request.extensions.get("timeout", {})
            request.extensions["timeout"] = {name: shortened(value) for name, value in timeouts.items()}
        if exchange is not None:
            exchange.sent(request)

    def _calculate_retry_timeout(self, *args: Any, **kwargs: Any) -> float:
        """The pause before the next attempt never outlasts the deadline."""
        return shortened(super()._calculate_retry_timeout(*args, **kwargs)) or 0.0

    def _process_response(self, **what: Any) -> Any:
        """Called by the SDK with the good answer, read or not."""
        exchange = current_exchange()
        if exchange is not None:
            exchange.answered(what["response"])
        return super()._process_response(**what)


class TrackedAsyncOpenAI(RealtimeResources, AsyncOpenAI):
    """The hooks of an asynchronous client."""

    _tollbook_tracked = True
    _tollbook_tracking: ClassVar[Tracking]
    _tollbook_session = session_settings

    async def request(self, cast_to: Any, options: FinalRequestOptions, **how: Any) -> Any:
        exchange, options = open_exchange(self, options, stream=bool(how.get("stream")), is_async=True)
        if exchange is None:
            with masked():
                return await super().request(cast_to, options, **how)
        with exchange:
            if exchange.left is None:
                return await super().request(cast_to, options, **how)
            with anyio.move_on_after(exchange.left):  # past it the request is cancelled, whatever it is waiting for
                return await super().request(cast_to, options, **how)
            raise APITimeoutError(request=exchange.request or self._client.build_request("POST", self.base_url))

    async def _prepare_request(self, request: Any) -> None:
        """Called by the SDK once for each attempt."""
        await super()._prepare_request(request)
        exchange = current_exchange()
        if exchange is not None:
            exchange.sent(request)

    async def _process_response(self, **what: Any) -> Any:
        """Called by the SDK with the good answer, read or not."""
        exchange = current_exchange()
        if exchange is not None:
            exchange.answered(what["response"])
        return await super()._process_response(**what)
