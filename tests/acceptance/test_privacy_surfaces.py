"""Prompts, outputs and keys in every field that the SDKs send and receive: none of it in any event or log."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from google.genai import Client as Gemini
from openai import AsyncOpenAI, OpenAI

from support.privacy_calls import GEMINI_CALLS, OPENAI_CALLS, Call, finish, leaky_clients
from support.privacy_markers import SMUGGLING_USAGES, traces_in
from support.privacy_server import Behaviour, LeakyServer, leaky_server
from support.provider_events import EventList
from tollbook_producers import configure, track_gemini, track_openai
from tollbook_schemas import encode_event

pytestmark = [
    pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning"),  # translations, says the SDK
]

PATIENCE = 20.0
SHORT_PATIENCE = 0.3
OBJECTS = frozenset({"batches"})
"""Read again and again, and an event only once they are seen to be done."""
ANSWERING = [
    Behaviour("answers"),
    Behaviour("refuses"),
    Behaviour("nonsense"),
    Behaviour("breaks off"),
    Behaviour("fails midway"),
    *(Behaviour("smuggles", usage) for usage in SMUGGLING_USAGES),
]
SILENT = [Behaviour("silent")]
SURFACES = [
    *product(("openai", "async openai"), OPENAI_CALLS.items()),
    *product(("gemini", "async gemini"), GEMINI_CALLS.items()),
]


@pytest.fixture(scope="module")
def server() -> Iterator[LeakyServer]:
    with leaky_server() as running:
        yield running


@pytest.fixture
def events() -> Iterator[EventList]:
    kept = EventList()
    configure(publisher=kept)
    yield kept
    configure()


def _tracked(side: str, clients: tuple[OpenAI, AsyncOpenAI, Gemini]) -> Any:
    plain, plain_async, gemini = clients
    if side == "openai":
        return track_openai(plain, session_id="s-1")
    if side == "async openai":
        return track_openai(plain_async, session_id="s-1")
    tracked = track_gemini(gemini, session_id="s-1")
    return tracked if side == "gemini" else tracked.aio


Check = Callable[[Behaviour, BaseException | None], None]


async def _calls(server: LeakyServer, call: Call, side: str, check: Check) -> None:
    """Make the call with a tracked client whatever the server does; the SDK's own exceptions are nobody's business."""
    for patience, behaviours in ((PATIENCE, ANSWERING), (SHORT_PATIENCE, SILENT)):
        async with leaky_clients(server.url, patience) as clients:
            tracked = _tracked(side, clients)
            for server.behaviour in behaviours:
                try:
                    await finish(call(tracked))
                except Exception as error:  # noqa: BLE001
                    check(server.behaviour, error)
                else:
                    check(server.behaviour, None)


@pytest.mark.parametrize("surface", SURFACES, ids=[f"{side}: {name}" for side, (name, _) in SURFACES])
def test_nothing_leaks(
    server: LeakyServer, events: EventList, caplog: pytest.LogCaptureFixture, surface: tuple[str, tuple[str, Call]]
) -> None:
    side, (name, call) = surface

    def check(behaviour: Behaviour, error: BaseException | None) -> None:
        assert len(traces_in(server.heard)) == len(server.heard) > 0
        assert events or name in OBJECTS, f"{behaviour}: no event ({error!r})"
        assert traces_in(part for event in events for part in encode_event(event)) == [], behaviour
        events.clear()
        server.heard.clear()

    with caplog.at_level(logging.DEBUG):
        asyncio.run(_calls(server, call, side, check))
    ours = [repr(record.__dict__).encode() for record in caplog.records if record.name.startswith("tollbook")]
    assert traces_in(ours) == []
