"""Generators in a scope of their own: it is there for each step and gone between, whoever iterates them."""

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from typing import Any

from tollbook_producers.scope import Resumed, Scope


class Watch:
    """Sees what a generator does, and makes nothing of it. What overrides it must not raise."""

    def item(self, item: Any) -> None:
        """It gave an item."""

    def stopped(self, error: BaseException) -> None:
        """It raised: an error, or that it has no more."""

    def closed(self) -> None:
        """Its consumer closed it."""


class Steps(Generator[Any, Any, Any]):
    """A generator's steps, each inside the scope and the limit."""

    def __init__(
        self,
        inner: Generator[Any, Any, Any],
        scope: Scope,
        watch: Watch,
        limit: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._inner, self._scope, self._watch, self._limit = inner, Resumed(scope), watch, limit

    def send(self, value: Any, /) -> Any:
        return self._step(self._inner.send, value)

    def throw(self, *error: Any) -> Any:
        return self._step(self._inner.throw, *error)

    def close(self) -> None:
        try:
            with self._scope.step():
                self._inner.close()
        except BaseException as error:
            self._watch.stopped(error)
            raise
        self._watch.closed()

    def _step(self, step: Callable[..., Any], *args: Any) -> Any:
        try:
            with self._scope.step(), self._limit():
                item = step(*args)
        except BaseException as error:
            self._watch.stopped(error)
            raise
        self._watch.item(item)
        return item


class AsyncSteps(AsyncGenerator[Any, Any]):
    """An async generator's steps, each inside the scope and the limit."""

    def __init__(
        self,
        inner: AsyncGenerator[Any, Any],
        scope: Scope,
        watch: Watch,
        limit: Callable[[], AbstractAsyncContextManager[object]] = nullcontext,
    ) -> None:
        self._inner, self._scope, self._watch, self._limit = inner, Resumed(scope), watch, limit

    async def asend(self, value: Any, /) -> Any:
        return await self._step(self._inner.asend, value)

    async def athrow(self, *error: Any) -> Any:
        return await self._step(self._inner.athrow, *error)

    async def aclose(self) -> None:
        try:
            with self._scope.step():
                await self._inner.aclose()
        except BaseException as error:
            self._watch.stopped(error)
            raise
        self._watch.closed()

    async def _step(self, step: Callable[..., Any], *args: Any) -> Any:
        try:
            with self._scope.step():
                async with self._limit():
                    item = await step(*args)
        except BaseException as error:
            self._watch.stopped(error)
            raise
        self._watch.item(item)
        return item
