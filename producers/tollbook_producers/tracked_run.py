"""Around one call of a function: a deadline, the one event, and no event of wrapped clients inside."""

import asyncio
import time
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import nullcontext
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, TypeVar, cast

from tollbook_producers import process, scope
from tollbook_producers.attribution import Attribution, merge
from tollbook_producers.call import OpenCall
from tollbook_producers.context import current_attribution, is_tracked_outside, one_event
from tollbook_producers.deadline import deadline_at, deadline_in
from tollbook_producers.extract import Extract, ExtractItem, of_result
from tollbook_producers.facts import CallSpec
from tollbook_producers.report import CallReport
from tollbook_producers.scope import Scope
from tollbook_producers.steps import AsyncSteps, Steps, Watch
from tollbook_producers.stream_call import StreamCall

T = TypeVar("T")


@dataclass(slots=True)
class TrackedRun:
    """What is known before the call, and how its report is read."""

    provider: str
    model: str
    given: Attribution
    extract: Extract | None = None
    extract_item: ExtractItem | None = None
    timeout: float | None = None

    def call(self, make: Callable[[], T]) -> T:
        """A call; one that turns out to be awaitable is over when it has been awaited."""
        if is_left_alone():
            with deadline_in(self.timeout):
                return make()
        opened = OpenCall(self._spec())
        try:
            with one_event(opened), deadline_in(self.timeout):
                result = make()
        except BaseException as error:
            opened.end(error=error)
            raise
        if isawaitable(result):
            return cast("T", _promise(opened, self._rest(opened, lambda: result)))
        opened.end(of_result(self.extract, result))
        return result

    async def acall(self, make: Callable[[], Awaitable[T]]) -> T:
        """A call that is awaited; past the timeout it is cancelled and raises TimeoutError."""
        if is_left_alone():
            async with _timeout(self.timeout):
                return await make()
        return await self._rest(OpenCall(self._spec()), make)

    def steps(self, make: Callable[[], Generator[Any, Any, Any]]) -> Generator[Any, Any, Any]:
        """A call whose answer is a generator."""
        scope, watch = self._stream()
        end = _end(self.timeout)
        return Steps(make(), scope, watch, nullcontext if end is None else lambda: deadline_at(end))

    def asteps(self, make: Callable[[], AsyncGenerator[Any, Any]]) -> AsyncGenerator[Any, Any]:
        """A call whose answer is an async generator."""
        scope, watch = self._stream()
        end = _end(self.timeout)
        return AsyncSteps(make(), scope, watch, lambda: _timeout(None if end is None else end - time.monotonic()))

    async def _rest(self, opened: OpenCall, make: Callable[[], Awaitable[T]]) -> T:
        try:
            with one_event(opened):
                async with _timeout(self.timeout):
                    result = await make()
        except BaseException as error:
            opened.end(error=error)
            raise
        opened.end(of_result(self.extract, result))
        return result

    def _stream(self) -> tuple[Scope, Watch]:
        if is_left_alone():
            return scope.current(), Watch()
        watch = StreamCall(self._spec(), self.extract_item)
        return scope.covered(scope.current(), watch.opened), watch

    def _spec(self) -> CallSpec:
        return CallSpec(self.provider, self.model, merge(current_attribution(), self.given))


def is_left_alone() -> bool:
    """Whether a call leaves no event of its own: tracking is off, or a call around it leaves the one for both."""
    return is_tracked_outside() or not process.tracking_enabled()


def _promise(opened: OpenCall, rest: Any) -> Any:
    """A coroutine that nobody awaits still ends its call."""
    weakref.finalize(rest, opened.end, CallReport(), asyncio.CancelledError()).atexit = False
    return rest


def _end(timeout: float | None) -> float | None:
    return None if timeout is None else time.monotonic() + timeout


def _timeout(seconds: float | None) -> Any:
    return nullcontext() if seconds is None else asyncio.timeout(seconds)
