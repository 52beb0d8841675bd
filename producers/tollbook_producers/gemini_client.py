"""A google-genai client whose content generation leaves usage events.

Imports google.genai: load it only when it is there.

The hook is `Models._generate_content`, which is one request each: `generate_content` itself makes up to ten (automatic
function calling) and returns only the last one's usage. It is private; a test fails when the SDK renames it.
"""

from typing import Any, TypeVar, cast

from google.genai import Client
from google.genai._api_client import BaseApiClient
from google.genai.models import Models

from tollbook_producers import process
from tollbook_producers.attribution import Attribution, merge
from tollbook_producers.context import current_attribution, is_tracked_outside
from tollbook_producers.deadline import deadline_in, shortened
from tollbook_producers.deadline_network import obey_deadlines
from tollbook_producers.errors import UnenforceableTimeoutError, UnsupportedClientError
from tollbook_producers.exchange import current_exchange, new_exchange
from tollbook_producers.facts import CallSpec
from tollbook_producers.gemini_hops import hop_group, operation_of
from tollbook_producers.gemini_report import report_of
from tollbook_producers.http_clients import http_client_of
from tollbook_producers.tracking import run

ClientT = TypeVar("ClientT", bound=Client)


class TrackedClient(Client):
    """A client whose `models` are tracked."""

    def __del__(self) -> None:
        """The connections belong to the client that was wrapped."""


class TrackedApiClient(BaseApiClient):
    """Sees the wire: attempts, headers and the JSON before the SDK drops fields from it."""

    def request(self, *args: Any, **kwargs: Any) -> Any:
        response = super().request(*args, **kwargs)
        exchange = current_exchange()
        if exchange is not None:
            exchange.headers, exchange.body = response.headers, response.body
        return response

    def _request_once(self, http_request: Any, *args: Any, **kwargs: Any) -> Any:
        exchange = current_exchange()
        if exchange is not None:
            exchange.attempts += 1
        http_request.timeout = shortened(http_request.timeout)
        return super()._request_once(http_request, *args, **kwargs)

    def __del__(self) -> None:
        """The connections belong to the client that was wrapped."""


class TrackedModels(Models):
    """Tracks each request, grouped by the `generate_content` that makes it."""

    _tollbook_timeout: float | None
    _tollbook_attribution: Attribution

    def generate_content(self, *, config: Any = None, **what: Any) -> Any:
        with hop_group(config):
            return super().generate_content(config=config, **what)

    def _generate_content(self, *, model: Any, **what: Any) -> Any:
        with deadline_in(self._tollbook_timeout):
            if is_tracked_outside() or not process.tracking_enabled():
                return super()._generate_content(model=model, **what)
            spec = CallSpec("gemini", model, merge(self._tollbook_attribution, current_attribution()))
            with new_exchange() as exchange:
                send = super()._generate_content
                return run(lambda: send(model=model, **what), spec, lambda *_: report_of(exchange, operation_of))


def tracked_client(client: ClientT, timeout: float | None, attribution: Attribution) -> ClientT:
    """A tracked client that shares everything with the given one but `models`."""
    if not isinstance(client, Client):
        raise UnsupportedClientError(f"track_gemini takes a google.genai.Client, not {type(client).__name__}")
    if timeout is not None and not obey_deadlines(http_client_of(client)):
        raise UnenforceableTimeoutError(
            "a total timeout needs the HTTP library's own transport: leave timeout out, or http_options' client"
        )
    models = client._models
    if isinstance(models, TrackedModels):
        timeout = timeout or models._tollbook_timeout
        attribution = merge(models._tollbook_attribution, attribution)
    api_client = _hooked(TrackedApiClient, models._api_client)
    api_client._tollbook_origin = client  # it would close the connections when it is freed
    tracked_models = _hooked(TrackedModels, models)
    tracked_models._api_client = api_client
    tracked_models._tollbook_timeout, tracked_models._tollbook_attribution = timeout, attribution
    tracked = _hooked(TrackedClient, client)
    tracked._models = tracked_models
    return cast("ClientT", tracked)


def _hooked(hook: type[Any], original: Any) -> Any:
    """A shallow copy whose class has the hook before the original's class."""
    kind = type(original)
    if not issubclass(kind, hook):
        kind = type(kind.__name__, (hook, kind), {"__module__": kind.__module__, "__qualname__": kind.__qualname__})
    copy = object.__new__(kind)
    copy.__dict__.update(original.__dict__)
    return copy
