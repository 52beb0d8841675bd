"""The decorator on generators and async generators: one event a stream, however it ends."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, suppress
from typing import Any

import openai
import pytest

from support.provider_events import EventList
from support.provider_server import ProviderServer, Reply
from tollbook_producers import CallReport, track_call, tracked_call, usage_context, usage_report
from tollbook_producers.deadline import remaining
from tollbook_schemas import LLMUsageStatus, UsageEvent
from unit.producers.conftest import MakeOpenAI
from unit.producers.test_openai_wrapper import ask

Item = dict[str, int]
ITEMS: list[Item] = [{}, {"in": 12, "out": 1}, {"in": 12, "out": 5}]


def read(item: Item, so_far: CallReport) -> CallReport | None:
    return usage_report(prompt_tokens=item["in"], completion_tokens=item["out"]) if item else None


def running(item: Item, so_far: CallReport) -> CallReport | None:
    if not item:
        return None
    return usage_report(prompt_tokens=item["in"], completion_tokens=item["out"], complete=False)


def stream(error: BaseException | None = None, extract: Any = read, nested: bool = False) -> Iterator[Item]:
    @track_call(provider="acme", model="m", extract_item=extract)
    def items() -> Iterator[Item]:
        if nested:
            tracked_call(lambda: 1, provider="inner", model="m")
        yield from ITEMS
        if error is not None:
            raise error

    return items()


def async_stream(error: BaseException | None = None, extract: Any = read, nested: bool = False) -> AsyncIterator[Item]:
    @track_call(provider="acme", model="m", extract_item=extract)
    async def items() -> AsyncIterator[Item]:
        if nested:
            tracked_call(lambda: 1, provider="inner", model="m")
        for item in ITEMS:
            await asyncio.sleep(0)
            yield item
        if error is not None:
            raise error

    return items()


def consume(count: int | None = None, **how: Any) -> list[Item]:
    items = stream(**how)
    with suppress(ConnectionError):
        got = [next(items) for _ in range(count)] if count is not None else list(items)
        items.close()  # type: ignore[attr-defined]  # it is a generator
        return got
    return []


def consume_async(count: int | None = None, **how: Any) -> list[Item]:
    async def run() -> list[Item]:
        got = []
        async with aclosing(async_stream(**how)) as items:  # type: ignore[type-var]  # it is an async generator
            with suppress(ConnectionError):
                async for item in items:
                    got.append(item)
                    if len(got) == count:
                        break
        return got

    return asyncio.run(run())


Consume = Callable[..., list[Item]]
BOTH = pytest.mark.parametrize("consume", [consume, consume_async])


def figures(event: UsageEvent) -> tuple[str, str | None, int | None, int | None]:
    return event.status.value, event.error_type, event.prompt_tokens, event.completion_tokens


@BOTH
def test_to_its_end(events: EventList, consume: Consume) -> None:
    assert consume() == ITEMS
    assert figures(events.only) == ("success", None, 12, 5)
    assert events.only.time_to_first_chunk_ms is not None


@BOTH
def test_without_an_extractor(events: EventList, consume: Consume) -> None:
    assert consume(extract=None) == ITEMS
    assert figures(events.only) == ("missing_usage", None, None, None)


@BOTH
def test_an_extractor_that_fails_on_one_item(events: EventList, consume: Consume) -> None:
    assert consume(extract=lambda item, _: usage_report(prompt_tokens=item["in"])) == ITEMS
    assert (events.only.prompt_tokens, events.only.flags) == (12, ("report_unreadable",))


@BOTH
def test_an_extractor_that_fails_on_every_item(events: EventList, consume: Consume) -> None:
    assert consume(extract=lambda item, _: item["nothing"]) == ITEMS
    assert (events.only.status, events.only.flags) == (LLMUsageStatus.MISSING_USAGE, ("report_unreadable",))


@BOTH
def test_an_error_keeps_what_was_known(events: EventList, consume: Consume) -> None:
    consume(error=ConnectionResetError("c"))
    assert figures(events.only) == ("error", "ConnectionResetError", 12, 5)


@BOTH
def test_closed_before_anything_was_known(events: EventList, consume: Consume) -> None:
    assert consume(1) == ITEMS[:1]
    assert figures(events.only) == ("error", "cancelled", None, None)
    assert events.only.flags == ("closed_early",)


@BOTH
def test_closed_after_running_totals(events: EventList, consume: Consume) -> None:
    assert consume(2, extract=running) == ITEMS[:2]
    assert figures(events.only) == ("error", "cancelled", 12, 1)
    assert events.only.flags == ("closed_early",)


@BOTH
def test_closed_after_its_usage_was_known(events: EventList, consume: Consume) -> None:
    assert consume(3) == ITEMS
    assert (figures(events.only), events.only.flags) == (("success", None, 12, 5), ())


@BOTH
def test_calls_inside_are_part_of_it(events: EventList, consume: Consume) -> None:
    assert consume(nested=True) == ITEMS
    assert events.only.provider == "acme"


def test_calls_of_the_consumer_are_not(events: EventList) -> None:
    for _ in stream(nested=True):
        tracked_call(lambda: 1, provider="consumer", model="m")
    assert [event.provider for event in events] == ["consumer"] * 3 + ["acme"]


def test_calls_of_an_async_consumer_are_not(events: EventList) -> None:
    async def run() -> None:
        async for _ in async_stream(nested=True):
            tracked_call(lambda: 1, provider="consumer", model="m")

    asyncio.run(run())
    assert [event.provider for event in events] == ["consumer"] * 3 + ["acme"]


def test_a_stream_that_is_dropped(events: EventList) -> None:
    items = stream()
    next(items)
    del items
    gc.collect()
    assert figures(events.only) == ("error", "cancelled", None, None)


def test_a_stream_that_is_never_begun_was_never_called(events: EventList) -> None:
    stream().close()  # type: ignore[attr-defined]  # it is a generator
    assert events == []


def test_a_stream_inside_a_tracked_call_is_part_of_it(events: EventList) -> None:
    assert tracked_call(lambda: list(stream()), provider="outer", model="m") == ITEMS
    assert events.only.provider == "outer"


def test_it_is_attributed_where_it_begins(events: EventList) -> None:
    items = stream()
    with usage_context(session_id="began"):
        next(items)
    with usage_context(session_id="went on"):
        list(items)
    assert events.only.session_id == "began"


def test_a_timeout_in_the_middle(events: EventList) -> None:
    @track_call(provider="acme", model="m", extract_item=running, timeout=0.05)
    async def items() -> AsyncIterator[Item]:
        yield {"in": 12, "out": 1}
        await asyncio.Event().wait()

    async def run() -> None:
        with pytest.raises(TimeoutError):
            async for _ in items():
                pass

    asyncio.run(run())
    assert figures(events.only) == ("timeout", "timeout", 12, 1)


def test_a_timeout_in_the_middle_cuts_the_client_off(
    events: EventList, server: ProviderServer, make_openai: MakeOpenAI
) -> None:
    server.reply = lambda _: Reply(manner="trickle_body")
    client = make_openai()

    @track_call(provider="acme", model="m", extract_item=running, timeout=0.3, client=client)
    def items() -> Iterator[Item]:
        yield {"in": 12, "out": 1}
        ask(client)

    with pytest.raises(openai.APITimeoutError):
        list(items())
    assert remaining() is None
    assert figures(events.only) == ("timeout", "timeout", 12, 1)


def test_a_task_cancelled_in_the_middle(events: EventList) -> None:
    async def run() -> None:
        began = asyncio.Event()

        @track_call(provider="acme", model="m", extract_item=running)
        async def items() -> AsyncIterator[Item]:
            yield {"in": 12, "out": 1}
            began.set()
            await asyncio.Event().wait()

        async def consume_all() -> None:
            async for _ in items():
                pass

        task = asyncio.create_task(consume_all())
        await began.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert figures(events.only) == ("error", "cancelled", 12, 1)


def test_an_extractor_that_does_not_fit_is_refused() -> None:
    def items() -> Iterator[int]:
        yield 1

    with pytest.raises(TypeError, match="is a generator: give extract_item, not extract"):
        track_call(provider="acme", model="m", extract=lambda _: None)(items)
