"""Track any callable that makes one call to a provider."""

from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from typing import Any, ParamSpec, TypeVar, Unpack, overload

from tollbook_producers.attribution import AttributionFields, attribution
from tollbook_producers.deadline_network import obey_deadlines
from tollbook_producers.errors import UnenforceableTimeoutError
from tollbook_producers.extract import Extract, ExtractItem
from tollbook_producers.http_clients import http_client_of
from tollbook_producers.log import warn_once
from tollbook_producers.report import CallReport
from tollbook_producers.same_kind import decorated
from tollbook_producers.tracked_run import TrackedRun

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


@overload
def tracked_call(
    call: Callable[[], Awaitable[T]],
    *,
    provider: str,
    model: str,
    extract: Callable[[T], CallReport | None] | None = None,
    timeout: float | None = None,
    client: object = None,
    **fields: Unpack[AttributionFields],
) -> Coroutine[Any, Any, T]: ...


@overload
def tracked_call(
    call: Callable[[], T],
    *,
    provider: str,
    model: str,
    extract: Callable[[T], CallReport | None] | None = None,
    timeout: float | None = None,
    client: object = None,
    **fields: Unpack[AttributionFields],
) -> T: ...


def tracked_call(
    call: Callable[[], Any],
    *,
    provider: str,
    model: str,
    extract: Extract | None = None,
    timeout: float | None = None,
    client: object = None,
    **fields: Unpack[AttributionFields],
) -> Any:
    """Run `call` and leave exactly one usage event, whatever happens in it. Its result and exceptions are its own.

    >>> tracked_call(
    ...     lambda: {"text": "Yes.", "in": 12, "out": 3},
    ...     provider="acme",
    ...     model="m1",
    ...     extract=lambda answer: usage_report(prompt_tokens=answer["in"], completion_tokens=answer["out"]),
    ...     use_case="barbara_analysis",
    ... )["text"]
    'Yes.'

    `call` may be an async function or return an awaitable: then await what comes back. `extract` reads the report from
    the result; without it the call is counted as `missing_usage`. Wrapped clients used inside leave no events of their
    own.

    `timeout` is a total in seconds. An async function is cancelled past it and raises TimeoutError. For any other
    `call` it holds for all network operations of `client` inside, which may be an OpenAI or google-genai client, or a
    synchronous httpx or httpx2 one: past it the request is cut off and `call` sees that library's own timeout
    exception. It covers this thread only, and retries that the SDK itself makes fail at once but only after the SDK's
    own pauses: set the SDK's retries to 0 or wrap the client.

    Raises UnenforceableTimeoutError for a timeout without a client that can be cut off, TypeError for an attribution
    that no event has; both before the call is made.
    """
    tracked = TrackedRun(provider, model, attribution(fields), extract, timeout=timeout)
    if iscoroutinefunction(call):
        return tracked.acall(call)
    _arm(timeout, client)
    return tracked.call(call)


def track_call(
    *,
    provider: str,
    model: str | Callable[..., str],
    extract: Callable[[Any], CallReport | None] | None = None,
    extract_item: ExtractItem | None = None,
    timeout: float | None = None,
    client: object = None,
    **fields: Unpack[AttributionFields],
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate a function that makes one call to a provider: each call of it leaves exactly one usage event.

    >>> @track_call(
    ...     provider="acme",
    ...     model=lambda question, model: model,
    ...     extract=lambda answer: usage_report(prompt_tokens=answer["in"], completion_tokens=answer["out"]),
    ... )
    ... def ask(question, model):
    ...     return {"text": "Yes.", "in": 12, "out": 3}
    >>> ask("Why?", model="m1")["text"]
    'Yes.'

    Takes functions, async functions, generators and async generators, and leaves each what it is. `model` may be a
    function of the call's arguments. `extract` reads the report from a result.

    A generator's call begins with its first step; the first item gives the time to the first chunk.
    `extract_item(item, so_far)` gives the report after each item, or None where the item says nothing new. Closed
    before its usage was known, a generator leaves `cancelled` with what was known. What merely returns a stream is a
    function: write `yield from` or use `open_call`.

    `timeout` and `client` are those of `tracked_call`, from the first step to the last. Raises TypeError for an
    extractor that does not fit the function, and what `tracked_call` raises; all when the function is decorated.
    """
    given = attribution(fields)

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        _check(function, extract, extract_item)
        if not (iscoroutinefunction(function) or isasyncgenfunction(function)):
            _arm(timeout, client)

        def around(*args: Any, **kwargs: Any) -> TrackedRun:
            name = model if isinstance(model, str) else _model_of(partial(model, *args, **kwargs))
            return TrackedRun(provider, name, given, extract, extract_item, timeout)

        return decorated(function, around)

    return decorate


def _check(function: Callable[..., Any], extract: object, extract_item: object) -> None:
    is_stream = isgeneratorfunction(function) or isasyncgenfunction(function)
    wrong, right = ("extract", "extract_item") if is_stream else ("extract_item", "extract")
    if (extract if is_stream else extract_item) is not None:
        name = getattr(function, "__qualname__", "this function")
        raise TypeError(f"{name} {'is' if is_stream else 'is not'} a generator: give {right}, not {wrong}")


def _model_of(name: Callable[[], str]) -> str:
    try:
        return name()
    except Exception as error:  # noqa: BLE001  # an app's own function
        warn_once("a call's model could not be told", error)
        return "unknown"


def _arm(timeout: float | None, client: object) -> None:
    if timeout is None:
        return
    http_client = http_client_of(client)
    if http_client is None or not obey_deadlines(http_client):
        raise UnenforceableTimeoutError(
            "a timeout needs an async function, or the client whose connections it cuts off: "
            "pass client=, an OpenAI, google-genai, httpx or httpx2 client with a transport of its own library"
        )
