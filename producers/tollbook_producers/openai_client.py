"""An OpenAI client whose chat completions leave usage events. Imports openai: load it only when it is there.

The hook is the client's `request`, which every HTTP surface passes. The tracked client's class is made for it and
carries what it tracks with, so that copies made by the SDK (`with_options`) are tracked alike.
"""

from functools import cached_property
from typing import Any, ClassVar, TypeVar, cast

from openai import APITimeoutError, OpenAI
from openai._models import FinalRequestOptions

from tollbook_producers import process
from tollbook_producers.attribution import Attribution, merge
from tollbook_producers.context import current_attribution, is_tracked_outside
from tollbook_producers.deadline import deadline_in, remaining, shortened
from tollbook_producers.deadline_network import obey_deadlines
from tollbook_producers.errors import UnenforceableTimeoutError, UnsupportedClientError
from tollbook_producers.exchange import current_exchange, new_exchange
from tollbook_producers.facts import CallSpec
from tollbook_producers.openai_chat import chat_model, report_of
from tollbook_producers.tracking import run

ClientT = TypeVar("ClientT", bound=OpenAI)


class TrackedOpenAI(OpenAI):
    """The hooks. `_tollbook_spec` is (provider, total timeout, attribution) of the clients of one class."""

    _tollbook_spec: ClassVar[tuple[str, float | None, Attribution]]

    def request(self, cast_to: Any, options: FinalRequestOptions, **how: Any) -> Any:
        model = None if how.get("stream") else chat_model(options)
        provider, timeout, attribution = self._tollbook_spec
        if model is None:
            return super().request(cast_to, options, **how)
        with deadline_in(timeout):
            if is_tracked_outside() or not process.tracking_enabled():
                return super().request(cast_to, options, **how)
            spec = CallSpec(provider, model, merge(attribution, current_attribution()))
            with new_exchange() as exchange:
                send = super().request
                return run(lambda: send(cast_to, options, **how), spec, lambda _, error: report_of(exchange, error))

    def _prepare_request(self, request: Any) -> None:
        """Called by the SDK once for each attempt."""
        super()._prepare_request(request)
        left = remaining()
        if left is not None and left <= 0:
            raise APITimeoutError(request=request)
        timeouts = request.extensions.get("timeout", {})
        request.extensions["timeout"] = {name: shortened(value) for name, value in timeouts.items()}
        exchange = current_exchange()
        if exchange is not None:
            exchange.attempts += 1

    def _calculate_retry_timeout(self, *args: Any, **kwargs: Any) -> float:
        """The pause before the next attempt never outlasts the deadline."""
        return shortened(super()._calculate_retry_timeout(*args, **kwargs)) or 0.0

    def _process_response(self, **what: Any) -> Any:
        """Read here, because parsing what was billed may raise."""
        exchange, response = current_exchange(), what.get("response")
        if exchange is not None and response is not None:
            exchange.headers = response.headers
            exchange.body = response.content if response.is_closed else None
        return super()._process_response(**what)


def tracked_client(client: ClientT, provider: str | None, timeout: float | None, attribution: Attribution) -> ClientT:
    """A tracked client that shares everything with the given one but its cached resources."""
    if not isinstance(client, OpenAI):
        raise UnsupportedClientError(
            f"track_openai takes a synchronous openai.OpenAI client, not {type(client).__name__}"
        )
    if timeout is not None and not obey_deadlines(client._client):
        raise UnenforceableTimeoutError(
            "a total timeout needs the HTTP library's own transport: leave timeout out, or the client's http_client"
        )
    kind = type(client)
    if isinstance(client, TrackedOpenAI):
        known = client._tollbook_spec
        provider, timeout, attribution = provider or known[0], timeout or known[1], merge(known[2], attribution)
        kind = cast("type[ClientT]", kind.__bases__[1])
    tracked = object.__new__(_tracked_type(kind, (provider or _provider_of(client), timeout, attribution)))
    tracked.__dict__.update(
        (name, value) for name, value in client.__dict__.items() if not _is_cached_resource(kind, name)
    )
    return tracked


def _tracked_type(kind: type[ClientT], spec: tuple[str, float | None, Attribution]) -> type[ClientT]:
    body = {"_tollbook_spec": spec, "__module__": kind.__module__, "__qualname__": kind.__qualname__}
    return cast("type[ClientT]", type(kind.__name__, (TrackedOpenAI, kind), body))


def _is_cached_resource(kind: type[OpenAI], name: str) -> bool:
    """`client.chat` and its like hold the client that they were first asked of."""
    return isinstance(getattr(kind, name, None), cached_property)


def _provider_of(client: OpenAI) -> str:
    return "xai" if client.base_url.host == "api.x.ai" else "openai"
