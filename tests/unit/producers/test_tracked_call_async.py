"""Callables that are awaited: the same one event, and a timeout that really cancels."""

import asyncio
import gc
from collections.abc import Awaitable, Callable

import pytest

from support.provider_events import EventList
from tollbook_producers import UnenforceableTimeoutError, tracked_call, usage_context, usage_report
from tollbook_schemas import LLMUsageStatus

Make = Callable[[Callable[[], Awaitable[int]]], Callable[[], Awaitable[int]]]


def as_function(ask: Callable[[], Awaitable[int]]) -> Callable[[], Awaitable[int]]:
    return ask


def as_lambda(ask: Callable[[], Awaitable[int]]) -> Callable[[], Awaitable[int]]:
    return lambda: ask()  # noqa: PLW0108  # not an async function itself


BOTH = pytest.mark.parametrize("make", [as_function, as_lambda])


async def answer() -> int:
    await asyncio.sleep(0)
    return 12


@BOTH
def test_success(events: EventList, make: Make) -> None:
    async def main() -> int:
        with usage_context(session_id="s"):
            return await tracked_call(
                make(answer),
                provider="mine",
                model="m",
                extract=lambda count: usage_report(prompt_tokens=count, completion_tokens=0),
            )

    assert asyncio.run(main()) == 12
    assert (events.only.status, events.only.prompt_tokens) == (LLMUsageStatus.SUCCESS, 12)
    assert events.only.session_id == "s"


@BOTH
def test_errors_are_the_callers_own(events: EventList, make: Make) -> None:
    error = ConnectionResetError("c")

    async def failing() -> int:
        await asyncio.sleep(0)
        raise error

    async def main() -> None:
        with pytest.raises(ConnectionResetError) as caught:
            await tracked_call(make(failing), provider="mine", model="m")
        assert caught.value is error

    asyncio.run(main())
    assert events.only.error_type == "ConnectionResetError"


@BOTH
def test_a_cancelled_task(events: EventList, make: Make) -> None:
    async def main() -> None:
        started = asyncio.Event()

        async def hang() -> int:
            started.set()
            await asyncio.Event().wait()
            return 1

        async def call() -> int:
            return await tracked_call(make(hang), provider="mine", model="m")

        task = asyncio.create_task(call())
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert (events.only.status, events.only.error_type) == (LLMUsageStatus.ERROR, "cancelled")


def test_a_timeout_cancels(events: EventList) -> None:
    cancelled = []

    async def hang() -> int:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise
        return 1

    async def main() -> None:
        with pytest.raises(TimeoutError):
            await tracked_call(hang, provider="mine", model="m", timeout=0.01)

    asyncio.run(main())
    assert cancelled == [True]
    assert (events.only.status, events.only.error_type) == (LLMUsageStatus.TIMEOUT, "timeout")


def test_a_timeout_needs_a_function_that_is_known_to_be_async(events: EventList) -> None:
    with pytest.raises(UnenforceableTimeoutError, match="an async function, or the client"):
        _ = tracked_call(lambda: answer(), provider="mine", model="m", timeout=1.0)  # noqa: PLW0108  # not an async function itself
    assert events == []


def test_calls_in_tasks_made_inside_are_part_of_it(events: EventList) -> None:
    async def inner() -> int:
        return await tracked_call(answer, provider="inner", model="m")

    async def main() -> int:
        return await tracked_call(lambda: asyncio.ensure_future(inner()), provider="outer", model="m")

    assert asyncio.run(main()) == 12
    assert events.only.provider == "outer"


def test_a_task_that_outlives_the_call_leaves_its_own(events: EventList) -> None:
    async def main() -> None:
        go_on = asyncio.Event()

        async def later() -> int:
            await go_on.wait()
            return await tracked_call(answer, provider="later", model="m")

        async def outer() -> asyncio.Task[int]:
            return asyncio.create_task(later())

        task = await tracked_call(outer, provider="outer", model="m")
        go_on.set()
        assert await task == 12

    asyncio.run(main())
    assert [event.provider for event in events] == ["outer", "later"]


def test_an_async_function_that_is_never_awaited_was_never_called(events: EventList) -> None:
    promise = tracked_call(answer, provider="mine", model="m")
    promise.close()
    assert events == []


def test_an_awaitable_that_is_dropped_leaves_its_event(events: EventList) -> None:
    ran = answer()
    promise = tracked_call(lambda: ran, provider="mine", model="m")
    promise.close()
    del promise
    gc.collect()
    ran.close()
    assert (events.only.status, events.only.error_type) == (LLMUsageStatus.ERROR, "cancelled")
