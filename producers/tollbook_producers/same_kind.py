"""Decorate a function, an async function, a generator function or an async generator function, each as what it is."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from functools import partial, wraps
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from typing import Any, ParamSpec, Protocol, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class Around(Protocol):
    """What is done around one call of a function, by the function's kind."""

    def call(self, make: Callable[[], T]) -> T:
        """Around a function."""

    async def acall(self, make: Callable[[], Awaitable[T]]) -> T:
        """Around an async function."""

    def steps(self, make: Callable[[], Generator[Any, Any, Any]]) -> Generator[Any, Any, Any]:
        """Around a generator."""

    def asteps(self, make: Callable[[], AsyncGenerator[Any, Any]]) -> AsyncGenerator[Any, Any]:
        """Around an async generator."""


class AsItIs:
    """Nothing is done around a call."""

    def call(self, make: Callable[[], T]) -> T:
        return make()

    async def acall(self, make: Callable[[], Awaitable[T]]) -> T:
        return await make()

    def steps(self, make: Callable[[], Generator[Any, Any, Any]]) -> Generator[Any, Any, Any]:
        return make()

    def asteps(self, make: Callable[[], AsyncGenerator[Any, Any]]) -> AsyncGenerator[Any, Any]:
        return make()


AS_IT_IS = AsItIs()


def decorated(function: Callable[P, R], around: Callable[P, Around]) -> Callable[P, R]:
    """`function` with something around each call. `around` is asked with the call's arguments when its body starts."""
    return cast("Callable[P, R]", wraps(function)(_wrapper(function, around)))


def _wrapper(function: Callable[..., Any], around: Callable[..., Around]) -> Callable[..., Any]:
    if isasyncgenfunction(function):
        return _async_generator(function, around)
    if iscoroutinefunction(function):

        async def awaited(*args: Any, **kwargs: Any) -> Any:
            return await around(*args, **kwargs).acall(partial(function, *args, **kwargs))

        return awaited
    if isgeneratorfunction(function):

        def iterated(*args: Any, **kwargs: Any) -> Any:
            return (yield from around(*args, **kwargs).steps(partial(function, *args, **kwargs)))

        return iterated
    return lambda *args, **kwargs: around(*args, **kwargs).call(partial(function, *args, **kwargs))


def _async_generator(function: Callable[..., Any], around: Callable[..., Around]) -> Callable[..., Any]:
    async def iterated(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        steps = around(*args, **kwargs).asteps(partial(function, *args, **kwargs))
        step: Awaitable[Any] = steps.asend(None)
        while True:
            try:
                item = await step
            except StopAsyncIteration:
                return
            try:
                step = steps.asend((yield item))
            except GeneratorExit:
                await steps.aclose()
                raise
            except BaseException as error:  # noqa: BLE001  # whatever the consumer throws in is the generator's
                step = steps.athrow(error)

    return iterated
