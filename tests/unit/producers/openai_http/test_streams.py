"""Every stream, read to its end or not: one event with all that was known, and the SDK's own items."""

import sys
from typing import Any

import openai
import pytest

from support.both import close, done, each, everything, opened
from support.provider_server import Reply
from tollbook_schemas import LLMUsageStatus, UsageEvent
from unit.producers.openai_http.conftest import World
from unit.producers.openai_http.streams import CHAT, STREAMS, Stream

EACH = pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
PATIENCE = 30.0
TIMEOUTS = (
    openai.APITimeoutError,
    *(sys.modules[name].ReadTimeout for name in ("httpx", "httpx2") if name in sys.modules),  # as openai 2.x leaves it
)


def ending(event: UsageEvent) -> tuple[str, str | None, tuple[str, ...]]:
    return event.status.value, event.error_type, event.flags


@EACH
def test_whole(world: World, stream: Stream) -> None:
    world.server.reply = stream.reply
    tracked, untracked = world.run(stream.use), world.untracked(stream.use)
    assert tracked == untracked
    assert [type(item) for item in tracked] == [type(item) for item in untracked]
    event = world.event
    assert ending(event) == ("success", None, ())
    assert {name: getattr(event, name) for name in stream.counts} == stream.counts
    assert (event.request_id, event.attempts, event.model) == ("req_1", 1, stream.arguments["model"])
    assert event.latency_ms is not None
    assert 0 <= (event.time_to_first_chunk_ms or 0) <= event.latency_ms


@EACH
def test_the_server_stops_early(world: World, stream: Stream) -> None:
    world.server.reply = lambda asked: stream.reply(asked, upto=1)

    async def use(client: Any) -> None:
        async with opened(await stream.open(client)) as events:
            await everything(events)

    world.run(use)
    assert ending(world.event) == ("missing_usage", None, ("truncated",))


@EACH
def test_the_connection_breaks(world: World, stream: Stream) -> None:
    world.server.reply = lambda asked: stream.reply(asked, upto=1, manner="cut")
    with pytest.raises(Exception, match=r"(?i)connection|incomplete|peer closed"):
        world.run(stream.use)
    assert ending(world.event) == ("error", "RemoteProtocolError", ())


@EACH
def test_the_caller_stops_early(world: World, stream: Stream) -> None:
    world.server.reply = lambda asked: stream.reply(asked, upto=1, manner="stall")

    async def use(client: Any) -> None:
        async with opened(await stream.open(client)) as events:
            async for _ in each(events):
                break

    world.run(use)
    assert ending(world.event) == ("error", "cancelled", ("closed_early",))
    assert world.server.client_left.wait(PATIENCE)


@EACH
def test_the_caller_closes_before_reading(world: World, stream: Stream) -> None:
    world.server.reply = lambda asked: stream.reply(asked, upto=1, manner="stall")

    async def use(client: Any) -> None:
        async with opened(await stream.open(client)) as events:
            await close(events)
            await close(events)

    world.run(use)
    assert ending(world.event) == ("error", "cancelled", ("closed_early",))


@EACH
def test_silence_in_the_middle(world: World, stream: Stream) -> None:
    world.server.reply = lambda asked: stream.reply(asked, upto=1, manner="stall")
    with pytest.raises(TIMEOUTS):
        world.run(stream.use, client={"timeout": 0.2})
    assert ending(world.event) == ("timeout", "timeout", ())


@EACH
@pytest.mark.parametrize("manner", ["stall", "silent"])
def test_a_total_timeout(world: World, stream: Stream, manner: Any) -> None:
    world.server.reply = lambda asked: (
        Reply(manner="silent") if manner == "silent" else stream.reply(asked, upto=1, manner=manner)
    )
    with pytest.raises(TIMEOUTS):
        world.run(stream.use, timeout=0.2)
    assert ending(world.event) == ("timeout", "timeout", ())
    assert (world.event.latency_ms or 0) >= 200
    assert world.server.client_left.wait(PATIENCE)


@EACH
def test_refused(world: World, stream: Stream) -> None:
    world.server.reply = lambda _: Reply({"error": {"message": "no", "code": "nope"}}, status=400)
    with pytest.raises(openai.BadRequestError):
        world.run(stream.use)
    assert ending(world.event) == ("error", "http_400", ())


@pytest.mark.parametrize("way", ["iter_lines", "iter_text", "read", "parse"])
def test_streaming_responses(world: World, way: str) -> None:
    world.server.reply = CHAT.reply

    async def use(client: Any) -> Any:
        create = client.chat.completions.with_streaming_response.create
        async with opened(create(**CHAT.arguments)) as response:
            return await read(response, way)

    assert world.run(use) == world.untracked(use)
    assert (world.event.status, world.event.prompt_tokens) == (LLMUsageStatus.SUCCESS, 16)


async def read(response: Any, way: str) -> Any:
    if way == "parse":
        return await everything(await done(response.parse()))
    found = getattr(response, way)()
    return await done(found) if way == "read" else await everything(found)
