"""A call that takes too long is cancelled, and raises the SDK's own timeout."""

import pytest

from support.provider_server import Manner, Reply
from tollbook_schemas import LLMUsageStatus
from unit.producers.gemini_http.conftest import World
from unit.producers.gemini_http.surfaces import (
    EVERY,
    GENERATE,
    GENERATE_STREAM,
    INTERACT,
    INTERACT_STREAM,
    Surface,
    chat_stream,
)

SECONDS = 0.3
PATIENCE = 30.0


def by_name(surface: Surface) -> str:
    return surface.name


def check(world: World) -> None:
    # On a busy machine the time may be over before the question has reached the server.
    assert not world.server.asked or world.server.client_left.wait(PATIENCE)
    event = world.event
    assert (event.status, event.error_type) == (LLMUsageStatus.TIMEOUT, "timeout")
    assert (event.latency_ms or 0) >= SECONDS * 1000 - 1
    assert len(world.server.asked) == 1


def raised(world: World, surface: Surface) -> type[Exception]:
    """The SDK has an exception of its own where it has a second HTTP client."""
    if surface not in (INTERACT, INTERACT_STREAM):
        return world.read_timeout
    errors = pytest.importorskip("google.genai._gaos.lib.compat_errors")
    return errors.APITimeoutError  # type: ignore[no-any-return]  # untyped there


@pytest.mark.parametrize("surface", EVERY, ids=by_name)
def test_a_total_timeout(world: World, surface: Surface) -> None:
    world.server.reply = lambda _: Reply(manner="silent")
    with pytest.raises(raised(world, surface)):
        world.run(surface.use, client=dict(surface.client), timeout=SECONDS)
    check(world)


@pytest.mark.parametrize("manner", ["trickle_body", "trickle_headers"])
@pytest.mark.parametrize("surface", [GENERATE, INTERACT], ids=by_name)
def test_a_total_timeout_holds_while_bytes_come(world: World, surface: Surface, manner: Manner) -> None:
    world.server.reply = lambda _: Reply(manner=manner)
    with pytest.raises(raised(world, surface)):
        world.run(surface.use, client=dict(surface.client), timeout=SECONDS)
    check(world)


@pytest.mark.parametrize("surface", [GENERATE_STREAM, INTERACT_STREAM], ids=by_name)
def test_a_total_timeout_in_the_middle_of_a_stream(world: World, surface: Surface) -> None:
    world.server.reply = lambda _: surface.broken_off("stall", after=2)
    with pytest.raises(raised(world, surface)):
        world.run(surface.use, timeout=SECONDS)
    check(world)
    assert world.event.time_to_first_chunk_ms is not None
    if surface is GENERATE_STREAM:
        assert world.event.prompt_tokens == 9


@pytest.mark.parametrize("surface", [GENERATE, GENERATE_STREAM], ids=by_name)
def test_the_sdks_own_timeout(world: World, surface: Surface) -> None:
    world.server.reply = lambda _: surface.broken_off("stall") if surface.messages else Reply(manner="silent")
    with pytest.raises(world.read_timeout):
        world.run(surface.use, client={"timeout": SECONDS * 1000})
    check(world)


def test_a_chat_that_times_out(world: World) -> None:
    world.server.reply = lambda _: GENERATE_STREAM.broken_off("stall")
    with pytest.raises(world.read_timeout):
        world.run(chat_stream, timeout=SECONDS)
    check(world)


def test_a_call_in_time_is_untouched(world: World) -> None:
    world.server.reply = lambda _: GENERATE_STREAM.reply()
    assert len(world.run(GENERATE_STREAM.use, timeout=PATIENCE)) == 3
    assert world.event.status is LLMUsageStatus.SUCCESS
