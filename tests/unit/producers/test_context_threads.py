"""Threads have a context only where they are given one; tasks have theirs always."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from support.provider_events import EventList
from tollbook_producers import carry, tracked_call, usage_context
from tollbook_producers.context import current_attribution

PATIENCE = 30.0


def session(_: object = None) -> object:
    return current_attribution().get("session_id")


def test_a_new_thread_knows_nothing() -> None:
    with usage_context(session_id="s"), ThreadPoolExecutor(1) as pool:
        assert pool.submit(session).result(PATIENCE) is None


def test_a_carried_function_knows_where_it_was_carried_from() -> None:
    with ThreadPoolExecutor(4) as pool:
        with usage_context(session_id="a"):
            first = carry(session)
        with usage_context(session_id="b"):
            second = carry(session)
        assert list(pool.map(first, range(50))) == ["a"] * 50
        assert list(pool.map(second, range(50))) == ["b"] * 50
        assert list(pool.map(session, range(50))) == [None] * 50


def test_two_threads_run_one_carried_function_at_once() -> None:
    both = threading.Barrier(2)

    def meet(_: object) -> object:
        both.wait(PATIENCE)
        return session()

    with usage_context(session_id="s"), ThreadPoolExecutor(2) as pool:
        assert list(pool.map(carry(meet), range(2))) == ["s", "s"]


def test_a_carried_coroutine_function_and_generator() -> None:
    async def awaited() -> object:
        await asyncio.sleep(0)
        return session()

    def iterated() -> Iterator[object]:
        yield session()

    with usage_context(session_id="s"):
        carried, generated = carry(awaited), carry(iterated)
    assert asyncio.run(carried()) == "s"
    assert list(generated()) == ["s"]


def test_asyncio_carries_by_itself() -> None:
    async def main() -> object:
        with usage_context(session_id="s"):
            return await asyncio.to_thread(session)

    assert asyncio.run(main()) == "s"


def test_calls_carried_out_of_a_tracked_call_are_part_of_it_until_it_is_over(events: EventList) -> None:
    def ask(_: object = None) -> int:
        return tracked_call(lambda: 1, provider="inner", model="m")

    def outer(pool: ThreadPoolExecutor) -> object:
        carried = carry(ask)
        assert sum(pool.map(carried, range(3))) == 3
        return carried

    with ThreadPoolExecutor(2) as pool:
        carried = tracked_call(lambda: outer(pool), provider="outer", model="m")
        assert events.only.provider == "outer"
        assert pool.submit(carried).result(PATIENCE) == 1  # type: ignore[arg-type]  # it is what was carried
    assert [event.provider for event in events] == ["outer", "inner"]
