"""A usage context around every kind of function: there for its steps, gone for whoever iterates it."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Generator, Iterator

import pytest

from tollbook_producers import usage_context
from tollbook_producers.context import current_attribution


def session() -> object:
    return current_attribution().get("session_id")


@usage_context(session_id="s")
def plain() -> object:
    return session()


@usage_context(session_id="s")
async def awaited() -> object:
    await asyncio.sleep(0)
    return session()


@usage_context(session_id="s")
def iterated() -> Iterator[object]:
    with usage_context(project_id="p"):
        yield session(), current_attribution()["project_id"]
        yield session(), current_attribution()["project_id"]


@usage_context(session_id="s")
async def iterated_asynchronously() -> AsyncIterator[object]:
    yield session()
    await asyncio.sleep(0)
    yield session()


def test_functions_stay_what_they_are() -> None:
    assert inspect.iscoroutinefunction(awaited)
    assert inspect.isgeneratorfunction(iterated)
    assert inspect.isasyncgenfunction(iterated_asynchronously)
    assert (plain.__name__, plain.__module__) == ("plain", __name__)


def test_functions() -> None:
    assert (plain(), asyncio.run(awaited()), session()) == ("s", "s", None)


def test_a_generators_consumer_is_outside() -> None:
    seen = [(inside, session()) for inside in iterated()]
    assert seen == [(("s", "p"), None)] * 2


def test_an_async_generators_consumer_is_outside() -> None:
    async def consume() -> list[object]:
        return [(inside, session()) async for inside in iterated_asynchronously()]

    assert asyncio.run(consume()) == [("s", None)] * 2


def test_a_generator_inherits_from_where_it_starts() -> None:
    @usage_context(session_id="s")
    def inner() -> Iterator[object]:
        yield current_attribution().get("project_id")
        yield current_attribution().get("project_id")

    items = inner()
    with usage_context(project_id="started here"):
        first = next(items)
    assert [first, *items] == ["started here", "started here"]


def test_what_is_sent_and_thrown_reaches_the_generator() -> None:
    @usage_context(session_id="s")
    def echo() -> Generator[object, object, str]:
        got: object = None
        while got != "stop":
            try:
                got = yield got
            except ValueError:
                got = f"caught in {session()}"
        return "returned"

    items = echo()
    next(items)
    assert items.send("a") == "a"
    assert items.throw(ValueError()) == "caught in s"
    with pytest.raises(StopIteration) as stopped:
        items.send("stop")
    assert stopped.value.value == "returned"
    assert session() is None


def test_what_is_sent_and_thrown_reaches_the_async_generator() -> None:
    closed = []

    @usage_context(session_id="s")
    async def echo() -> AsyncIterator[object]:
        got: object = None
        try:
            while True:
                try:
                    got = yield got
                except ValueError:
                    got = f"caught in {session()}"
        finally:
            await asyncio.sleep(0)
            closed.append(session())

    async def drive() -> None:
        items = echo()
        await anext(items)
        assert await items.asend("a") == "a"  # type: ignore[attr-defined]  # it is an async generator
        assert await items.athrow(ValueError()) == "caught in s"  # type: ignore[attr-defined]
        await items.aclose()  # type: ignore[attr-defined]

    asyncio.run(drive())
    assert closed == ["s"]


def test_one_context_may_be_entered_again_and_again() -> None:
    again = usage_context(session_id="s")
    with again:
        with again, usage_context(session_id="inner"):
            assert session() == "inner"
        assert session() == "s"
    assert session() is None
    with again:
        assert session() == "s"


def test_a_context_left_late_puts_nothing_back() -> None:
    """A generator with a context of its own around a yield, closed while its consumer is elsewhere."""

    def leaking() -> Iterator[None]:
        with usage_context(session_id="generator's"):
            yield

    items = leaking()
    next(items)
    with usage_context(project_id="p"):
        items.close()  # type: ignore[attr-defined]  # it is a generator
        assert current_attribution()["project_id"] == "p"
    assert current_attribution() == {}


def test_a_context_left_in_another_context_changes_nothing_there() -> None:
    entered = usage_context(session_id="elsewhere")

    async def enter() -> None:
        entered.__enter__()

    async def main() -> None:
        await asyncio.create_task(enter())
        with usage_context(session_id="here"):
            entered.__exit__(None, None, None)
            assert session() == "here"

    asyncio.run(main())


def test_tasks_that_start_the_next_one_do_not_pile_up() -> None:
    from tollbook_producers import scope  # noqa: PLC0415  # what is measured is inside

    async def turn(left: int, done: asyncio.Event) -> None:
        with usage_context(session_id=str(left)):
            if left:
                later.append(asyncio.create_task(turn(left - 1, done)))
                return
            await asyncio.sleep(0)
            depth, link = 0, scope.current()
            while link.outer is not None:
                depth, link = depth + 1, link.outer
            later.append(depth)
            done.set()

    later: list[object] = []

    async def main() -> None:
        done = asyncio.Event()
        await turn(100, done)
        await done.wait()

    asyncio.run(main())
    assert later[-1] in (1, 2)
