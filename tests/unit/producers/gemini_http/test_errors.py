"""A call that fails leaves its one event, and raises what it raises without tracking."""

import pytest
from google.genai.types import HttpRetryOptions
from pydantic import ValidationError

from support.gemini_answers import chunks, streamed
from support.provider_answers import GEMINI_RATE_LIMITED, gemini_answer
from support.provider_server import Reply
from tollbook_schemas import LLMUsageStatus
from unit.producers.gemini_http.conftest import World
from unit.producers.gemini_http.surfaces import EVERY, GENERATE, GENERATE_STREAM, INTERACT_STREAM, Surface

ATTEMPTS = 3


def by_name(surface: Surface) -> str:
    return surface.name


def retries() -> HttpRetryOptions:
    return HttpRetryOptions(attempts=ATTEMPTS, initial_delay=0.001, max_delay=0.002, jitter=0.001)


@pytest.mark.parametrize("status", [429, 500])
@pytest.mark.parametrize("surface", EVERY, ids=by_name)
def test_hidden_retries_are_attempts_of_one_call(world: World, surface: Surface, status: int) -> None:
    world.server.reply = lambda _: Reply(GEMINI_RATE_LIMITED, status=status)
    client = {**surface.client, "retry_options": retries()}
    with pytest.raises(Exception) as plain:  # noqa: PT011  # whatever it is
        world.untracked(surface.use, **client)
    attempts = len(world.server.asked)
    world.server.asked.clear()
    with pytest.raises(type(plain.value)):
        world.run(surface.use, client=client)
    event = world.event
    assert (event.status, event.error_type) == (LLMUsageStatus.ERROR, f"http_{status}")
    assert event.attempts == len(world.server.asked) == attempts >= ATTEMPTS


@pytest.mark.parametrize("surface", EVERY, ids=by_name)
def test_a_retry_that_succeeds(world: World, surface: Surface) -> None:
    world.server.reply = lambda _: (
        Reply(GEMINI_RATE_LIMITED, status=429) if len(world.server.asked) == 1 else surface.reply()
    )
    world.run(surface.use, client={**surface.client, "retry_options": retries()})
    assert (world.event.status, world.event.attempts) == (LLMUsageStatus.SUCCESS, 2)


def test_an_error_inside_a_stream(world: World) -> None:
    error = {"error": {"code": 503, "message": "secret", "status": "UNAVAILABLE"}}
    world.server.reply = lambda _: streamed([*chunks()[:1], error])
    with pytest.raises(Exception, match="503"):
        world.run(GENERATE_STREAM.use)
    event = world.event
    assert (event.status, event.error_type, event.prompt_tokens) == (LLMUsageStatus.ERROR, "http_503", 9)


def test_an_error_event_of_an_interaction(world: World) -> None:
    error = {"event_type": "error", "error": {"code": "internal", "message": "secret"}}
    world.server.reply = lambda _: streamed([INTERACT_STREAM.messages[0], error])
    world.run(INTERACT_STREAM.use)
    assert (world.event.status, world.event.error_type) == (LLMUsageStatus.ERROR, "internal")


@pytest.mark.parametrize("surface", [GENERATE, GENERATE_STREAM], ids=by_name)
def test_usage_that_the_sdk_cannot_parse_is_kept(world: World, surface: Surface) -> None:
    malformed = gemini_answer({"promptTokenCount": [1], "totalTokenCount": 12})
    world.server.reply = lambda _: streamed([malformed]) if surface.messages else Reply(malformed)
    with pytest.raises(ValidationError):
        world.run(surface.use)
    event = world.event
    assert (event.status, event.error_type, event.total_tokens) == (LLMUsageStatus.ERROR, "ValidationError", 12)


def test_what_is_no_json(world: World) -> None:
    world.server.reply = lambda _: Reply(b"<html>busy</html>")
    with pytest.raises(ValueError, match="Expecting value"):
        world.run(GENERATE.use)
    assert (world.event.status, world.event.error_type) == (LLMUsageStatus.ERROR, "JSONDecodeError")


def test_nobody_is_there(world: World) -> None:
    with pytest.raises(Exception) as plain:  # noqa: PT011
        world.untracked(GENERATE.use, base_url="http://127.0.0.1:9", retry_options=HttpRetryOptions(attempts=1))
    with pytest.raises(type(plain.value)):
        world.run(
            GENERATE.use, client={"base_url": "http://127.0.0.1:9", "retry_options": HttpRetryOptions(attempts=1)}
        )
    assert (world.event.status, world.event.attempts) == (LLMUsageStatus.ERROR, 1)
    assert world.event.error_type in {"ConnectError", "ClientConnectorError"}
