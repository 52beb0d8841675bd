"""Every surface that answers in one piece, in every way of asking: one event, and the SDK's own result."""

from typing import Any

import openai
import pytest

from support.both import done, everything, opened
from support.provider_answers import RATE_LIMITED
from support.provider_server import Reply
from tollbook_schemas import LLMUsageStatus, UsageEvent
from unit.producers.openai_http.conftest import World
from unit.producers.openai_http.surfaces import SURFACES, Surface

pytestmark = pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")  # the SDK, of translations

EACH = pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)
WITH_MISSING = pytest.mark.parametrize(
    "surface", [surface for surface in SURFACES if surface.missing is not None], ids=lambda surface: surface.name
)


def check(event: UsageEvent, surface: Surface) -> None:
    expected = LLMUsageStatus.SUCCESS if surface.counts else LLMUsageStatus.MISSING_USAGE
    assert (event.status, event.model, event.provider) == (expected, surface.arguments["model"], "openai")
    assert {name: getattr(event, name) for name in surface.counts} == surface.counts
    assert (event.request_id, event.attempts, event.call_count) == ("req_1", 1, 1)
    assert event.latency_ms is not None
    assert event.flags == ()


def plain(result: Any) -> Any:
    """A result as it can be compared: binary contents have no equality."""
    return result.read() if hasattr(result, "iter_bytes") else result


@EACH
def test_success(world: World, surface: Surface) -> None:
    world.server.reply = lambda _: surface.reply(surface.answer)

    async def use(client: Any) -> Any:
        return await done(surface.ask(client))

    tracked, untracked = world.run(use), world.untracked(use)
    assert type(tracked) is type(untracked)
    assert plain(tracked) == plain(untracked)
    check(world.event, surface)


@EACH
def test_raw_response(world: World, surface: Surface) -> None:
    world.server.reply = lambda _: surface.reply(surface.answer)

    async def use(client: Any) -> Any:
        raw = await done(surface.method(client, "with_raw_response")(**surface.arguments))
        return raw.headers["x-request-id"], type(raw), plain(raw.parse())

    assert world.run(use) == world.untracked(use)
    check(world.event, surface)


@pytest.mark.parametrize(
    "surface", [surface for surface in SURFACES if surface.name != "responses_parse"], ids=lambda surface: surface.name
)  # which the SDK does not have
def test_streaming_response(world: World, surface: Surface) -> None:
    world.server.reply = lambda _: surface.reply(surface.answer)

    async def use(client: Any) -> Any:
        async with opened(surface.method(client, "with_streaming_response")(**surface.arguments)) as response:
            return type(response), b"".join(await everything(response.iter_bytes()))

    assert world.run(use) == world.untracked(use)
    check(world.event, surface)
    assert world.event.time_to_first_chunk_ms is not None


@WITH_MISSING
def test_missing_usage(world: World, surface: Surface) -> None:
    world.server.reply = lambda _: surface.reply(surface.missing)
    world.run(lambda client: done(surface.ask(client)))
    assert (world.event.status, world.event.error_type) == (LLMUsageStatus.MISSING_USAGE, None)


@EACH
def test_http_error(world: World, surface: Surface) -> None:
    headers = {"x-request-id": "req_9", "retry-after-ms": "1"}
    world.server.reply = lambda _: Reply(RATE_LIMITED, status=429, headers=headers)
    with pytest.raises(openai.RateLimitError):
        world.run(lambda client: done(surface.ask(client)), client={"max_retries": 1})
    event = world.event
    assert (event.status, event.error_type, event.attempts) == (LLMUsageStatus.ERROR, "http_429", 2)
    assert (event.request_id, event.model) == ("req_9", surface.arguments["model"])


@EACH
def test_timeout(world: World, surface: Surface) -> None:
    world.server.reply = lambda _: Reply(manner="silent")
    with pytest.raises(openai.APITimeoutError):
        world.run(lambda client: done(surface.ask(client)), client={"timeout": 0.1})
    assert (world.event.status, world.event.error_type) == (LLMUsageStatus.TIMEOUT, "timeout")
