"""A call that is a `with` block."""

import asyncio
from collections.abc import Iterator

import pytest

from support.provider_events import EventList
from tollbook_producers import open_call, tracked_call, usage_context, usage_report
from tollbook_schemas import LLMUsageStatus


def test_success(events: EventList) -> None:
    with usage_context(session_id="s"), open_call(provider="acme", model="m", use_case="barbara_analysis") as call:
        call.first_chunk()
        call.report(prompt_tokens=12, completion_tokens=3, response_model="m-2026", request_id="r", attempts=2)
    event = events.only
    assert (event.status, event.prompt_tokens, event.completion_tokens) == (LLMUsageStatus.SUCCESS, 12, 3)
    assert (event.use_case, event.session_id, event.response_model) == ("barbara_analysis", "s", "m-2026")
    assert (event.request_id, event.attempts) == ("r", 2)
    assert event.time_to_first_chunk_ms is not None


def test_async(events: EventList) -> None:
    async def main() -> None:
        async with open_call(provider="acme", model="m") as call:
            await asyncio.sleep(0)
            tracked_call(lambda: 1, provider="inner", model="m")
            call.report(usage_report(prompt_tokens=12))

    asyncio.run(main())
    assert (events.only.provider, events.only.prompt_tokens) == ("acme", 12)


def test_without_a_report(events: EventList) -> None:
    with open_call(provider="acme", model="m"):
        pass
    assert (events.only.status, events.only.time_to_first_chunk_ms) == (LLMUsageStatus.MISSING_USAGE, None)


def test_an_error_keeps_what_was_said(events: EventList) -> None:
    def failing() -> None:
        with open_call(provider="acme", model="m") as call:
            call.report(prompt_tokens=12, complete=False)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        failing()
    assert (events.only.error_type, events.only.prompt_tokens) == ("ConnectionError", 12)


def test_an_answer_that_is_an_error(events: EventList) -> None:
    with open_call(provider="acme", model="m") as call:
        call.report(error_type="overloaded")
    assert (events.only.status, events.only.error_type) == (LLMUsageStatus.ERROR, "overloaded")


def test_what_is_said_last_holds(events: EventList) -> None:
    with open_call(provider="acme", model="m") as call:
        call.report(prompt_tokens=1, complete=False)
        call.report(prompt_tokens=2)
    assert events.only.prompt_tokens == 2


def test_calls_inside_are_part_of_it(events: EventList) -> None:
    with open_call(provider="acme", model="m"):
        with open_call(provider="inner", model="m") as inner:
            inner.report(prompt_tokens=1)
        tracked_call(lambda: 1, provider="inner", model="m")
    assert events.only.provider == "acme"
    tracked_call(lambda: 1, provider="after", model="m")
    assert [event.provider for event in events] == ["acme", "after"]


def test_in_a_generators_body_its_consumer_is_outside(events: EventList) -> None:
    def items() -> Iterator[int]:
        with open_call(provider="acme", model="m") as call:
            call.report(prompt_tokens=12, complete=False)
            yield 1
            yield 2

    for _ in items():
        tracked_call(lambda: 1, provider="consumer", model="m")
    assert [event.provider for event in events] == ["consumer", "consumer", "acme"]


def test_in_a_generator_that_is_closed(events: EventList) -> None:
    def items() -> Iterator[int]:
        with open_call(provider="acme", model="m") as call:
            call.report(prompt_tokens=12, complete=False)
            yield 1

    running = items()
    next(running)
    running.close()  # type: ignore[attr-defined]  # it is a generator
    assert (events.only.error_type, events.only.flags) == ("cancelled", ("closed_early",))
    assert events.only.prompt_tokens == 12


def test_a_name_that_no_event_has_is_refused() -> None:
    with pytest.raises(TypeError, match="unknown attribution"):
        open_call(provider="acme", model="m", sesion_id="s")  # type: ignore[call-arg]
