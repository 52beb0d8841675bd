"""Every test here runs with the synchronous client and with the asynchronous one on both of its HTTP libraries."""

import asyncio
import warnings
from collections.abc import Awaitable, Callable, Iterator
from importlib import import_module
from typing import Any, Literal

import pytest
from google import genai
from google.genai.types import HttpOptions

from support.provider_events import EventList
from support.provider_server import ProviderServer
from tollbook_producers import abandoned, track_gemini
from tollbook_schemas import UsageEvent

http = import_module("httpx2" if int(genai.__version__.partition(".")[0]) >= 3 else "httpx")
"""The library that the SDK is built on."""

Kind = Literal["sync", "aiohttp", "httpx"]
Use = Callable[[Any], Awaitable[Any]]


class World:
    """Runs a use of a client, tracked and untracked, against the local provider."""

    def __init__(self, kind: Kind, server: ProviderServer, events: EventList) -> None:
        self.kind = kind
        self.server = server
        self.events = events

    @property
    def read_timeout(self) -> type[Exception]:
        """What the SDK raises when an answer does not come."""
        return TimeoutError if self.kind == "aiohttp" else http.ReadTimeout

    @property
    def event(self) -> UsageEvent:
        """The only event there is."""
        abandoned.settle()
        return self.events.only

    def run(self, use: Use, *, client: dict[str, Any] | None = None, **tracking: Any) -> Any:
        """What `use` returns with a tracked client."""
        return self._run(lambda plain: track_gemini(plain, **tracking), use, client or {})

    def untracked(self, use: Use, **client: Any) -> Any:
        """What `use` returns with the client as it is. It leaves no event."""
        before = len(self.events)
        result = self._run(lambda plain: plain, use, client)
        assert len(self.events) == before
        return result

    def _run(self, track: Callable[[genai.Client], genai.Client], use: Use, given: dict[str, Any]) -> Any:
        async def main() -> Any:
            async with http.AsyncClient() as own:
                plain = self._client(own, **given)
                try:
                    tracked = track(plain)
                    return await use(tracked if self.kind == "sync" else tracked.aio)
                finally:
                    await plain.aio.aclose()
                    plain.close()

        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Inheritance class .* from ClientSession")  # the SDK's own
            return asyncio.run(main())

    def _client(self, client: Any, *, vertexai: bool = False, **http_options: Any) -> genai.Client:
        own = {"httpx_async_client": client} if self.kind == "httpx" else {}
        options = HttpOptions.model_validate({"base_url": self.server.url, **own, **http_options})
        return genai.Client(vertexai=vertexai, api_key="none", http_options=options)


@pytest.fixture(params=["sync", "aiohttp", "httpx"])
def world(request: pytest.FixtureRequest, server: ProviderServer, events: EventList) -> Iterator[World]:
    """A client of each kind, the provider it talks to, and what it leaves."""
    yield World(request.param, server, events)
    abandoned.settle()
