"""The end of a request that takes too long: really cancelled, and seen by the caller as the SDK's own timeout."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from tollbook_producers.deadline import deadline_at

T = TypeVar("T")
MakeError = Callable[[], Exception]


def limited(until: float | None) -> AbstractContextManager[None]:
    """Everything inside, in this thread, must end by then."""
    return nullcontext() if until is None else deadline_at(until)


def iterated(items: Iterator[T], until: float | None) -> Iterator[T]:
    """The items, each of them waited for no longer than until then."""
    return items if until is None else _steps(items, until)


async def awaited(coming: Awaitable[T], until: float | None, error: MakeError) -> T:
    """What is awaited, cancelled then; `error` is what the caller sees instead."""
    if until is None:
        return await coming
    limit = asyncio.timeout(until - time.monotonic())
    try:
        async with limit:
            return await coming
    except TimeoutError:
        if limit.expired():
            raise error() from None
        raise


def aiterated(items: AsyncIterator[T], until: float | None, error: MakeError) -> AsyncIterator[T]:
    """As `iterated`, for items that are awaited."""
    return items if until is None else _asteps(items, until, error)


def read_timeout(http_client: object) -> Exception:
    """The read timeout of the library that a client is of, httpx or httpx2; the builtin one for any other."""
    for kind in type(http_client).__mro__:
        package = kind.__module__.partition(".")[0]
        if package in ("httpx", "httpx2"):
            error: Any = sys.modules[package]
            return error.ReadTimeout("the call's deadline has passed")  # type: ignore[no-any-return]  # of either library
    return TimeoutError("the call's deadline has passed")


def _steps(items: Iterator[T], until: float) -> Iterator[T]:
    while True:
        with deadline_at(until):
            try:
                item = next(items)
            except StopIteration:
                return
        yield item


async def _asteps(items: AsyncIterator[T], until: float, error: MakeError) -> AsyncIterator[T]:
    while True:
        try:
            item = await awaited(anext(items), until, error)
        except StopAsyncIteration:
            return
        yield item
