"""Every test here runs with the synchronous and with the asynchronous client."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from openai import AsyncOpenAI, OpenAI

from support.both import opened
from support.provider_events import EventList
from support.provider_server import ProviderServer
from tollbook_producers import abandoned, track_openai
from tollbook_schemas import UsageEvent

Use = Callable[[Any], Awaitable[Any]]


class World:
    """Runs a use of a client, tracked and untracked, against the local provider."""

    def __init__(self, kind: type[OpenAI | AsyncOpenAI], server: ProviderServer, events: EventList) -> None:
        self.kind = kind
        self.server = server
        self.events = events

    @property
    def event(self) -> UsageEvent:
        """The only event there is."""
        abandoned.settle()
        return self.events.only

    def run(self, use: Use, *, client: dict[str, Any] | None = None, **tracking: Any) -> Any:
        """What `use` returns with a tracked client."""
        return self._run(lambda plain: track_openai(plain, **tracking), use, client or {})

    def untracked(self, use: Use, **options: Any) -> Any:
        """What `use` returns with the client as it is. It leaves no event."""
        before = len(self.events)
        result = self._run(lambda plain: plain, use, options)
        assert len(self.events) == before
        return result

    def _run(self, track: Callable[[Any], Any], use: Use, options: dict[str, Any]) -> Any:
        async def main() -> Any:
            given = {"base_url": f"{self.server.url}/v1", "api_key": "none", "max_retries": 0, **options}
            async with opened(self.kind(**given)) as plain:
                return await use(track(plain))

        return asyncio.run(main())


@pytest.fixture(params=[OpenAI, AsyncOpenAI], ids=["sync", "async"])
def world(request: pytest.FixtureRequest, server: ProviderServer, events: EventList) -> Iterator[World]:
    """A client of either kind, the provider it talks to, and what it leaves."""
    yield World(request.param, server, events)
    abandoned.settle()
