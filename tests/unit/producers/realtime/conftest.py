"""A local websocket provider, and both kinds of client."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from support.realtime_server import RealtimeServer, Script
from unit.producers.realtime.conversation import Kind

Serve = Callable[..., RealtimeServer]


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> Kind:
    """Which of the SDK's clients is used."""
    chosen: Kind = request.param
    return chosen


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a provider that runs these scripts."""
    with ExitStack() as stack:

        def start(*scripts: Script) -> RealtimeServer:
            return stack.enter_context(RealtimeServer(*scripts))

        yield start
