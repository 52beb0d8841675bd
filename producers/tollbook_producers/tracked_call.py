"""Track any callable that makes one call to a provider."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, TypeVar, Unpack

from tollbook_producers import process
from tollbook_producers.attribution import AttributionFields, attribution, merge
from tollbook_producers.context import current_attribution, is_tracked_outside, one_event
from tollbook_producers.deadline import deadline_in
from tollbook_producers.deadline_network import obey_deadlines
from tollbook_producers.errors import UnenforceableTimeoutError
from tollbook_producers.facts import CallSpec
from tollbook_producers.http_clients import http_client_of
from tollbook_producers.report import CallReport
from tollbook_producers.tracking import run

T = TypeVar("T")


def tracked_call(
    call: Callable[[], T],
    *,
    provider: str,
    model: str,
    extract: Callable[[T], CallReport] | None = None,
    timeout: float | None = None,
    client: object = None,
    **fields: Unpack[AttributionFields],
) -> T:
    """Run `call` and leave exactly one usage event, whatever happens in it. Its result and exceptions are its own.

    `extract` reads the report from the result; without it the call is counted as `missing_usage`. Wrapped clients
    used inside leave no events of their own.

    `timeout` is a total in seconds for all network operations of `client` inside, which may be an OpenAI or
    google-genai client, or a synchronous httpx or httpx2 one: past it the request is cut off and `call` sees that
    library's own timeout exception. It covers this thread only, and retries that the SDK itself makes fail at once
    but only after the SDK's own pauses: set the SDK's retries to 0 or wrap the client.

    Raises UnenforceableTimeoutError for a timeout without a client that can be cut off, TypeError for an attribution
    that no event has; both before the call is made.
    """
    given = attribution(fields)
    with ExitStack() as stack:
        if timeout is not None:
            _arm(client)
            stack.enter_context(deadline_in(timeout))
        if is_tracked_outside() or not process.tracking_enabled():
            return call()
        stack.enter_context(one_event())
        spec = CallSpec(provider, model, merge(current_attribution(), given))
        return run(call, spec, lambda result, error: _report(extract, result, error))


def _report(extract: Callable[[T], CallReport] | None, result: Any, error: BaseException | None) -> CallReport:
    return CallReport() if extract is None or error is not None else extract(result)


def _arm(client: object) -> None:
    http_client = http_client_of(client)
    if http_client is None or not obey_deadlines(http_client):
        raise UnenforceableTimeoutError(
            "a timeout needs the client whose connections it cuts off: "
            "pass client=, an OpenAI, google-genai, httpx or httpx2 client with a transport of its own library"
        )
