"""A function's own result, and beside it what the calls inside used."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, Generic, ParamSpec, TypeVar, overload

from tollbook_producers import scope
from tollbook_producers.collecting import CollectedUsage
from tollbook_producers.scope import Collecting
from tollbook_producers.token_usage import TokenUsage

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WithTokenUsage(Generic[T]):
    """A value and the usage of the calls that it took."""

    value: T
    usage: TokenUsage


@overload
def with_token_usage(  # type: ignore[overload-overlap]  # what can be awaited is always meant to be
    function: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
) -> Coroutine[Any, Any, WithTokenUsage[T]]: ...


@overload
def with_token_usage(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> WithTokenUsage[T]: ...


def with_token_usage(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Call a function that keeps its own return type, and get its result with the usage of the calls inside.

    >>> def question():
    ...     with open_call(provider="acme", model="m1") as call:
    ...         call.report(prompt_tokens=9, completion_tokens=2)
    ...     return "Why?"
    >>> result = with_token_usage(question)
    >>> result.value, result.usage.prompt_tokens
    ('Why?', 9)

    An async function's result is awaited. Its exceptions are its own; to have the figures then too, `collect_usage`.
    """
    collecting = Collecting(CollectedUsage())
    inside = scope.collected(scope.current(), collecting)
    with scope.inside(inside):
        value = function(*args, **kwargs)
    if isawaitable(value):
        return _awaited(value, collecting)
    return _with_usage(value, collecting)


async def _awaited(awaitable: Awaitable[T], collecting: Collecting[CollectedUsage]) -> WithTokenUsage[T]:
    with scope.inside(scope.collected(scope.current(), collecting)):
        value = await awaitable
    return _with_usage(value, collecting)


def _with_usage(value: T, collecting: Collecting[CollectedUsage]) -> WithTokenUsage[T]:
    collecting.is_over = True
    return WithTokenUsage(value, collecting.collection.usage)
