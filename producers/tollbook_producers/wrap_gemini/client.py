"""A google-genai client whose billable requests leave events. Imports google.genai: load it only when it is there.

Private names of Client and AsyncClient relied on: `_api_client`, `_aio`, `_models`, and `_interactions` and
`_decisions` where the SDK has them. A test fails when the SDK renames one.
"""

from typing import Any, TypeVar, cast

from google.genai import Client
from google.genai.client import AsyncClient
from google.genai.models import AsyncModels, Models

from tollbook_producers.attribution import Attribution, merge
from tollbook_producers.deadline_network import obey_deadlines
from tollbook_producers.errors import UnenforceableTimeoutError, UnsupportedClientError
from tollbook_producers.hooked import copy_as
from tollbook_producers.http_clients import http_client_of
from tollbook_producers.log import warn_once
from tollbook_producers.realtime.gemini_live import tracked_live
from tollbook_producers.wrap_gemini.chats import TrackedAsyncChats, TrackedChats
from tollbook_producers.wrap_gemini.models import TrackedAsyncModels, TrackedModels, tracked_modules
from tollbook_producers.wrap_gemini.tracking import Tracking
from tollbook_producers.wrap_gemini.wire import TrackedApiClient, tracked_sender

ClientT = TypeVar("ClientT", bound=Client)

_MADE_WHEN_ASKED_FOR = ("_interactions", "_decisions", "_nextgen_client_instance")


class _Tracked:
    """What both kinds of tracked client have before the SDK's own."""

    _tollbook_tracked = True

    @property
    def interactions(self) -> Any:
        return _nextgen(self, "_interactions", super(), "interactions")

    @property
    def decisions(self) -> Any:
        return _nextgen(self, "_decisions", super(), "decisions")

    def __del__(self) -> None:
        """The connections belong to the client that was wrapped."""


class TrackedClient(_Tracked, Client):
    """A client that sends through a tracked sender."""

    @property
    def chats(self) -> TrackedChats:
        return TrackedChats(modules=self.models)


class TrackedAsyncClient(_Tracked, AsyncClient):
    """The `aio` of a tracked client."""

    @property
    def chats(self) -> TrackedAsyncChats:
        return TrackedAsyncChats(modules=self.models)


def tracked_client(client: ClientT, timeout: float | None, attribution: Attribution) -> ClientT:
    """A tracked client that shares its connections, credentials and caches with the given one."""
    if not isinstance(client, Client):
        raise UnsupportedClientError(f"track_gemini takes a google.genai.Client, not {type(client).__name__}")
    if timeout is not None and not obey_deadlines(http_client_of(client)):
        raise UnenforceableTimeoutError(
            "a total timeout needs the HTTP library's own transport: leave timeout out, or http_options' client"
        )
    tracking = Tracking(client, timeout, attribution)
    known = getattr(client._api_client, "_tollbook", None)
    if isinstance(known, Tracking):
        tracking = Tracking(known.origin, timeout or known.timeout, merge(known.attribution, attribution))
    sender = tracked_sender(client._api_client, tracking)
    tracked = _sending(copy_as(TrackedClient, client), sender)
    tracked._aio = _sending(copy_as(TrackedAsyncClient, client._aio), sender)
    tracked._aio._live = tracked_live(tracked._aio._live, tracking.attribution)
    return cast("ClientT", tracked)


def _sending(copy: Any, sender: TrackedApiClient) -> Any:
    """A copy of a client whose parts send through the sender; what the SDK makes when asked for is made anew."""
    former = copy._api_client
    for name, part in list(copy.__dict__.items()):
        if getattr(part, "_api_client", None) is former and not isinstance(part, AsyncClient):
            setattr(copy, name, tracked_modules(_hooked(part), sender))
    for name in _MADE_WHEN_ASKED_FOR:
        if name in copy.__dict__:
            setattr(copy, name, None)
    copy._api_client = sender
    return copy


def _hooked(part: Any) -> Any:
    if isinstance(part, Models):
        return copy_as(TrackedModels, part)
    return copy_as(TrackedAsyncModels, part) if isinstance(part, AsyncModels) else part


def _nextgen(client: Any, private: str, sdks: Any, name: str) -> Any:
    """A resource of the SDK's second HTTP client, which is made when it is first asked for."""
    known = client.__dict__.get(private)
    if getattr(known, "_tollbook_tracked", False):
        return known
    made = getattr(sdks, name)  # an older SDK raises AttributeError here, as without tracking
    try:
        from tollbook_producers.wrap_gemini.nextgen import tracked_resource  # noqa: PLC0415  # not every SDK has it
    except ImportError as error:
        warn_once(f"the {name} of this old google-genai are not tracked", error)
        return made
    tracked = tracked_resource(made, client._api_client._tollbook)
    client.__dict__[private] = tracked
    return tracked
