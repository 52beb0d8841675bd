"""Make a tracked client of a given one. Imports openai: load it only when it is there."""

from functools import cached_property
from typing import Any, TypeVar, cast

from openai import AsyncOpenAI, OpenAI

from tollbook_producers.attribution import merge
from tollbook_producers.deadline_network import obey_deadlines
from tollbook_producers.errors import UnenforceableTimeoutError, UnsupportedClientError
from tollbook_producers.wrap_openai.client import TrackedAsyncOpenAI, TrackedOpenAI
from tollbook_producers.wrap_openai.opening import Tracking

ClientT = TypeVar("ClientT", bound=OpenAI | AsyncOpenAI)


def tracked_client(client: ClientT, tracking: Tracking) -> ClientT:
    """A tracked client that shares everything with the given one but its cached resources."""
    if not isinstance(client, OpenAI | AsyncOpenAI):
        raise UnsupportedClientError(
            f"track_openai takes an openai.OpenAI or AsyncOpenAI client, not {type(client).__name__}"
        )
    if tracking.timeout is not None and isinstance(client, OpenAI) and not obey_deadlines(client._client):
        raise UnenforceableTimeoutError(
            "a total timeout needs the HTTP library's own transport: leave timeout out, or the client's http_client"
        )
    kind = type(client)
    if isinstance(client, TrackedOpenAI | TrackedAsyncOpenAI):
        tracking = _over(client._tollbook_tracking, tracking)
        kind = cast("type[ClientT]", kind.__bases__[1])
    tracked = object.__new__(_tracked_type(kind, tracking))
    tracked.__dict__.update(
        (name, value) for name, value in client.__dict__.items() if not _is_cached_resource(kind, name)
    )
    return tracked


def _over(known: Tracking, new: Tracking) -> Tracking:
    return Tracking(
        new.provider or known.provider,
        known.timeout if new.timeout is None else new.timeout,
        known.ask_usage and new.ask_usage,
        merge(known.attribution, new.attribution),
        new.realtime or known.realtime,
    )


def _tracked_type(kind: type[ClientT], tracking: Tracking) -> type[ClientT]:
    hooks = TrackedAsyncOpenAI if issubclass(kind, AsyncOpenAI) else TrackedOpenAI
    body = {"_tollbook_tracking": tracking, "__module__": kind.__module__, "__qualname__": kind.__qualname__}
    return cast("type[ClientT]", type(kind.__name__, (hooks, kind), body))


def _is_cached_resource(kind: type[Any], name: str) -> bool:
    """`client.chat` and its like hold the client that they were first asked of."""
    return isinstance(getattr(kind, name, None), cached_property)
