"""Gemini Live over a real websocket: increments of usage, summed into one event a session."""

import asyncio
import gc
import inspect
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from google import genai
from google.genai import errors
from google.genai.live import AsyncLive, AsyncSession
from google.genai.types import HttpOptions

from support.provider_events import EventList
from support.realtime_server import Peer, Script
from support.waiting import eventually
from tollbook_producers import track_gemini
from tollbook_producers.attribution import attribution
from tollbook_producers.realtime.gemini_live import tracked_live
from tollbook_schemas import LLMUsageStatus
from unit.producers.realtime.conftest import Serve
from unit.producers.realtime.messages import live_usage

MODEL = "gemini-live-2.5-flash"
PATIENCE = 30.0
Use = Callable[[AsyncSession], Awaitable[None]]


def client_of(url: str) -> genai.Client:
    """The SDK insists on TLS, which a test can do without."""
    client = genai.Client(api_key="none", http_options=HttpOptions(base_url=url))
    client._api_client._websocket_base_url = lambda *_: url.replace("http", "ws")  # type: ignore[method-assign]
    client._api_client._websocket_ssl_ctx = {}
    return client


def live(url: str) -> AsyncLive:
    return tracked_live(client_of(url).aio.live, attribution({"use_case": "alvia_realtime", "session_id": "s1"}))


def after_setup(*messages: object, then: Script = Peer.wait_for_close) -> Script:
    def script(peer: Peer) -> None:
        assert MODEL in peer.hear()["setup"]["model"]
        peer.say({"setupComplete": {"sessionId": "live_1"}}, *messages)
        then(peer)

    return script


def hold(url: str, use: Use) -> None:
    async def session() -> None:
        async with live(url).connect(model=MODEL) as connected:
            await use(connected)

    asyncio.run(session())


async def one_turn(session: AsyncSession) -> None:
    assert [message async for message in session.receive()]


def test_increments_add_up(events: EventList, serve: Serve) -> None:
    async def two_turns(session: AsyncSession) -> None:
        await one_turn(session)
        await one_turn(session)

    first = live_usage(1197, 37, turn_complete=True, thoughts=28)
    server = serve(after_setup(live_usage(50, 50), first, live_usage(187, 0, turn_complete=True)))
    hold(server.url, two_turns)
    event = events.only
    assert (event.status, event.provider, event.model) == (LLMUsageStatus.SUCCESS, "gemini", MODEL)
    assert (event.prompt_tokens, event.completion_tokens, event.reasoning_tokens) == (1434, 115, 28)
    assert (event.call_count, event.aggregate, event.session_id) == (2, True, "s1")
    assert event.flags == ()
    assert "GenerativeService" in server.paths[0]


def test_increments_without_turns_are_one_call(events: EventList, serve: Serve) -> None:
    async def five(session: AsyncSession) -> None:
        for _ in range(5):
            await anext(aiter(session.receive()))

    hold(serve(after_setup(*[live_usage(25, 25)] * 5)).url, five)
    assert (events.only.total_tokens, events.only.call_count) == (250, 1)


def test_what_was_never_read_is_counted(events: EventList, serve: Serve) -> None:
    said = threading.Event()

    def then(peer: Peer) -> None:
        said.set()
        peer.wait_for_close()

    async def one_message(session: AsyncSession) -> None:
        await anext(aiter(session.receive()))
        assert await asyncio.to_thread(said.wait, PATIENCE)
        await (await session._ws.ping())  # its answer comes behind everything that was said

    hold(serve(after_setup(*[live_usage(25, 25)] * 5, then=then)).url, one_message)
    assert events.only.total_tokens == 250


def test_no_usage(events: EventList, serve: Serve) -> None:
    hold(serve(after_setup({"serverContent": {"turnComplete": True}})).url, one_turn)
    event = events.only
    assert (event.status, event.call_count, event.flags) == (LLMUsageStatus.MISSING_USAGE, 1, ())


@pytest.mark.parametrize(("code", "error_type"), [(1011, "websocket_1011"), (1000, None)])
def test_the_provider_closes(events: EventList, serve: Serve, code: int, error_type: str | None) -> None:
    """The SDK raises for any close, also for one that is well."""
    script = after_setup(live_usage(25, 25), then=lambda peer: peer.close(code))
    with pytest.raises(errors.APIError):
        hold(serve(script).url, one_turn)
    assert (events.only.error_type, events.only.total_tokens) == (error_type, 50)


def test_the_network_is_cut(events: EventList, serve: Serve) -> None:
    async def ask(session: AsyncSession) -> None:
        await anext(aiter(session.receive()))
        await session.send_realtime_input(text="hello")
        await one_turn(session)

    def hear_and_cut(peer: Peer) -> None:
        peer.hear()
        peer.cut()

    with pytest.raises(errors.APIError):
        hold(serve(after_setup(live_usage(25, 25), then=hear_and_cut)).url, ask)
    assert (events.only.error_type, events.only.total_tokens) == ("websocket_1006", 50)


def test_the_setup_is_refused(events: EventList, serve: Serve) -> None:
    def refuse(peer: Peer) -> None:
        peer.hear()
        peer.close(1007)

    with pytest.raises(errors.APIError):
        hold(serve(refuse).url, one_turn)
    assert (events.only.status, events.only.error_type) == (LLMUsageStatus.ERROR, "websocket_1007")


def test_an_exception_leaves_the_session(events: EventList, serve: Serve) -> None:
    async def fail(session: AsyncSession) -> None:
        await one_turn(session)
        raise KeyError("a secret")

    with pytest.raises(KeyError):
        hold(serve(after_setup(live_usage(25, 25, turn_complete=True))).url, fail)
    event = events.only
    assert (event.status, event.error_type, event.total_tokens) == (LLMUsageStatus.ERROR, "KeyError", 50)


def test_a_cancelled_task(events: EventList, serve: Serve) -> None:
    async def time_out(session: AsyncSession) -> None:
        await one_turn(session)
        await asyncio.wait_for(one_turn(session), 0.01)

    async def cancel(session: AsyncSession) -> None:
        await one_turn(session)
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await one_turn(session)

    for use, expected, left in ((time_out, "timeout", TimeoutError), (cancel, "cancelled", asyncio.CancelledError)):
        events.clear()
        with pytest.raises(left):
            hold(serve(after_setup(live_usage(25, 25, turn_complete=True))).url, use)
        assert (events.only.error_type, events.only.total_tokens) == (expected, 50)


def test_a_session_that_is_closed_by_hand(events: EventList, serve: Serve) -> None:
    async def close(session: AsyncSession) -> None:
        await one_turn(session)
        await session.close()
        assert events.only.total_tokens == 50

    hold(serve(after_setup(live_usage(25, 25, turn_complete=True))).url, close)
    assert events.only.status is LLMUsageStatus.SUCCESS


def test_left_behind_and_collected(events: EventList, serve: Serve) -> None:
    async def leave() -> None:
        manager = live(serve(after_setup(live_usage(25, 25, turn_complete=True))).url).connect(model=MODEL)
        await one_turn(await manager.__aenter__())
        del manager

    asyncio.run(leave())
    gc.collect()
    eventually(lambda: len(events))
    assert events.only.total_tokens == 50


def test_types_and_private_names_of_the_sdk(events: EventList, serve: Serve) -> None:
    """Fails when the SDK renames what is hooked: see realtime/gemini_live.py."""

    async def look(session: AsyncSession) -> None:
        assert type(session) is AsyncSession
        assert session._ws.close_code is None
        assert session.session_id == "live_1"

    untracked: Any = AsyncSession(None, "a websocket")  # type: ignore[arg-type]  # only the name matters
    assert untracked._ws == "a websocket"
    server = serve(after_setup())
    tracked = live(server.url)
    assert isinstance(tracked, AsyncLive)
    assert type(tracked).__name__ == "AsyncLive"
    assert inspect.signature(tracked.connect).parameters.keys() == {"model", "config"}
    hold(server.url, look)


def test_sessions_of_a_tracked_client(events: EventList, serve: Serve) -> None:
    async def session() -> None:
        async with track_gemini(client_of(url), workspace_id="w1").aio.live.connect(model=MODEL) as connected:
            await one_turn(connected)

    url = serve(after_setup(live_usage(25, 25, turn_complete=True))).url
    asyncio.run(session())
    assert (events.only.workspace_id, events.only.total_tokens) == ("w1", 50)
