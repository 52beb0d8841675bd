"""Attribution for a stretch of code, and whether a call is already being tracked."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AbstractContextManager
from typing import Any, ParamSpec, TypeVar, Unpack

from tollbook_producers import scope
from tollbook_producers.attribution import Attribution, AttributionFields, attribution
from tollbook_producers.same_kind import decorated
from tollbook_producers.scope import Cover, Resumed, Scope
from tollbook_producers.steps import AsyncSteps, Steps, Watch

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


def usage_context(**fields: Unpack[AttributionFields]) -> "UsageContext":
    """Attribute every tracked call inside to these ids: in a `with` block, or as a decorator of any kind of function.

    >>> with usage_context(project_id="p1"), usage_context(session_id="s1"):
    ...     tracked_call(lambda: "answer", provider="acme", model="m1")
    'answer'

    Contexts nest and merge, the inner one wins. They follow asyncio tasks; into a thread `carry` takes them. They
    override what a client was wrapped with, and are overridden by what `tracked_call` is given.

    Generators share a context with whoever iterates them: decorate a generator function instead of opening a `with`
    block around a `yield`, and its consumer sees nothing of it.

    Raises TypeError for a name that no event has. An invalid value is left out of the event and flagged there.
    """
    return UsageContext(attribution(fields))


class UsageContext:
    """What `usage_context` makes. It may be entered many times, nested, and by many threads and tasks at once."""

    __slots__ = ("_attribution",)

    def __init__(self, given: Attribution) -> None:
        self._attribution = given

    def __enter__(self) -> None:
        scope.enter(scope.within(scope.current(), self._attribution, key=self))

    def __exit__(self, *_: object) -> None:
        scope.leave(self)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """The function, with its calls inside the context."""
        return decorated(function, lambda *_, **__: InScope(scope.within(scope.current(), self._attribution)))


def carry(function: Callable[P, R]) -> Callable[P, R]:
    """`function` in the usage context of here and now, whatever thread runs it, however often and when.

    >>> from concurrent.futures import ThreadPoolExecutor
    >>> def ask(question):
    ...     return tracked_call(lambda: f"{question} Yes.", provider="acme", model="m1")
    >>> with usage_context(session_id="s1"), ThreadPoolExecutor() as pool:
    ...     list(pool.map(carry(ask), ["Why?", "How?"]))
    ['Why? Yes.', 'How? Yes.']

    Only Tollbook's own context is carried: the attribution, what `collect_usage` collects, and whether a `tracked_call`
    leaves the event. Other context variables are the thread's. `asyncio.to_thread` carries all of them by itself.
    """
    here = scope.current()
    return decorated(function, lambda *_, **__: InScope(here))


class InScope:
    """Runs any kind of function inside a scope."""

    __slots__ = ("_scope",)

    def __init__(self, inside: Scope) -> None:
        self._scope = inside

    def call(self, make: Callable[[], T]) -> T:
        with Resumed(self._scope).step():
            return make()

    async def acall(self, make: Callable[[], Awaitable[T]]) -> T:
        with Resumed(self._scope).step():
            return await make()

    def steps(self, make: Callable[[], Generator[Any, Any, Any]]) -> Generator[Any, Any, Any]:
        return Steps(make(), self._scope, Watch())

    def asteps(self, make: Callable[[], AsyncGenerator[Any, Any]]) -> AsyncGenerator[Any, Any]:
        return AsyncSteps(make(), self._scope, Watch())


def current_attribution() -> Attribution:
    """What the contexts around this code say."""
    return scope.current().attribution


attribution_over = scope.over
"""What the contexts around this code say, over what a client was wrapped with."""


def one_event(call: Cover) -> AbstractContextManager[None]:
    """Inside, wrapped clients leave no events of their own: `call` leaves the one for all of it.

    Tasks and threads that outlive the call leave their own again.
    """
    return scope.inside(scope.covered(scope.current(), call))


def is_tracked_outside() -> bool:
    """Whether a `tracked_call` around this code already leaves the event."""
    call = scope.current().cover
    return call is not None and not call.is_over
