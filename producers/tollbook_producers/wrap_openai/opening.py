"""Whether and how a request of a wrapped client is tracked."""

from dataclasses import dataclass
from typing import Any, Literal

from tollbook_producers import process
from tollbook_producers.attribution import Attribution
from tollbook_producers.context import attribution_over, is_tracked_outside
from tollbook_producers.facts import CallSpec
from tollbook_producers.log import warn_once
from tollbook_producers.normalize import reader_for
from tollbook_producers.read import text
from tollbook_producers.wrap_openai.asked import Asked, asked, with_usage
from tollbook_producers.wrap_openai.background import ResponseIds
from tollbook_producers.wrap_openai.exchange import Exchange
from tollbook_producers.wrap_openai.outcomes import Background, Call, Look, Nothing
from tollbook_producers.wrap_openai.pages import BatchPage
from tollbook_producers.wrap_openai.providers import provider_of


@dataclass(frozen=True, slots=True)
class Tracking:
    """How the clients of one class are tracked."""

    provider: str | None
    timeout: float | None
    ask_usage: bool
    attribution: Attribution
    realtime: Literal["session", "response"] | None = None
    """One event a realtime session, or one a response; None leaves it as it was, which at first is `session`."""


def session_settings(client: Any) -> tuple[str, Attribution, bool]:
    """Provider, attribution, and whether each response leaves an event, for the realtime sessions of a client."""
    tracking: Tracking = client._tollbook_tracking
    return tracking.provider or provider_of(client), tracking.attribution, tracking.realtime == "response"


def open_exchange(client: Any, options: Any, *, stream: bool, is_async: bool) -> tuple[Exchange | None, Any]:
    """The exchange of a request, None where it is not ours, and the options to send it with. Never raises."""
    tracking: Tracking = client._tollbook_tracking
    try:
        question = asked(options, stream=stream)
        if question is None:
            return None, options
        if is_tracked_outside() or not process.tracking_enabled():
            return _untracked(tracking, question, is_async), options
        hides = tracking.ask_usage and question.lacks_usage
        if hides:
            options = with_usage(options, question.body)
        return _exchange(client, tracking, question, hides, is_async), options
    except Exception as error:  # noqa: BLE001  # tracking never raises into a call
        warn_once("a request could not be tracked", error)
        return None, options


def _untracked(tracking: Tracking, question: Asked, is_async: bool) -> Exchange | None:
    """The timeout holds all the same."""
    if tracking.timeout is None:
        return None
    reader = reader_for("openai", question.surface)
    return Exchange(Nothing(), reader, tracking.timeout, stream=question.stream, is_async=is_async)


def _exchange(client: Any, tracking: Tracking, question: Asked, hides: bool, is_async: bool) -> Exchange:
    provider = tracking.provider or provider_of(client)
    model = question.model or text(getattr(client, "_azure_deployment", None)) or "unknown"
    spec = CallSpec(provider, model, attribution_over(tracking.attribution))
    shape = "xai" if provider == "xai" else "openai"
    reader: Any = None
    outcome: Any
    if question.kind == "page":
        outcome = Look(spec)
        reader = BatchPage(shape, outcome.found)
    else:
        reader = reader_for(shape, question.surface, question.body)
        if question.kind == "background":
            reader = ResponseIds(reader)
            outcome = Background(spec, reader)
        else:
            outcome = (Call if question.kind == "call" else Look)(spec)
    return Exchange(outcome, reader, tracking.timeout, stream=question.stream, hides_usage=hides, is_async=is_async)
