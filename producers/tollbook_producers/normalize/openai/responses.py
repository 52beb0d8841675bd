"""Responses, unary, streamed, in the background and compacted, and decisions, whose answers are of the same shape."""

from collections.abc import Mapping
from typing import Any, ClassVar

from tollbook_producers.normalize.openai.usage import normalize_openai_tokens
from tollbook_producers.normalize.openai.web_search import searches_of_response
from tollbook_producers.normalize.raw_usage import reduce_raw_usage
from tollbook_producers.normalize.times import unix_ms
from tollbook_producers.normalize.wire import array, error_status, error_type, mapping, tier, word
from tollbook_producers.read import text
from tollbook_producers.report import CallReport

_UNFINISHED = frozenset({"queued", "in_progress"})
_FAILED = {"failed": "provider_error", "cancelled": "cancelled"}


class ResponsesReader:
    """Of a stream, its last response object counts: usage is null on the first ones.

    A background response has an identity once it is over, so that all who retrieve it leave the same event.
    """

    markers: ClassVar[tuple[bytes, ...]] = (
        b'"response.completed"',
        b'"response.incomplete"',
        b'"response.failed"',
        b'"error"',
    )

    __slots__ = ("_error", "_response")

    def __init__(self, _request: Mapping[str, Any]) -> None:
        self._response: Mapping[str, Any] = mapping(None)
        self._error: str | None = None

    def feed(self, message: object) -> None:
        """A response, or an event of a stream of one."""
        if not isinstance(message, Mapping):
            return
        error = message.get("error")
        if error is None and message.get("type") == "error":
            error = {"code": message.get("code")}
        if error is not None:
            self._error = error_type(error)
        if "type" not in message:
            self._response = message
        elif isinstance(message.get("response"), Mapping):
            self._response = message["response"]

    def report(self) -> CallReport:
        """What was said so far."""
        response, error = self._response, self._failure()
        usage, over = response.get("usage"), self._is_over()
        is_shared = over and response.get("background") is True
        return CallReport(
            usage=normalize_openai_tokens(
                usage, web_searches=searches_of_response(response), images=_images_of(response)
            ),
            raw_usage=_with_tools(reduce_raw_usage(usage), response),
            response_model=text(response.get("model")),
            request_id=text(response.get("id")),
            service_tier=tier(response.get("service_tier")),
            status=error_status(error),
            error_type=error,
            complete=over or error is not None,
            identity=text(response.get("id")) if is_shared else None,
            completed_ms=_completed_ms(response) if is_shared else None,
        )

    def _failure(self) -> str | None:
        kind = _FAILED.get(word(self._response.get("status")))
        error = self._response.get("error")
        return self._error or (error_type(error) if error is not None else kind)

    def _is_over(self) -> bool:
        return bool(self._response) and word(self._response.get("status")) not in _UNFINISHED


def _completed_ms(response: Mapping[str, Any]) -> int | None:
    return unix_ms(response.get("completed_at")) or unix_ms(response.get("created_at"))


def _images_of(response: Mapping[str, Any]) -> int | None:
    """Images are made by another model and are not in the usage; what is reported of them is kept in `raw_usage`."""
    calls = [
        item for item in map(mapping, array(response.get("output"))) if item.get("type") == "image_generation_call"
    ]
    return sum(call.get("status") in (None, "completed") for call in calls) if calls else None


def _with_tools(usage: dict[str, Any] | None, response: Mapping[str, Any]) -> dict[str, Any] | None:
    tools = response.get("tool_usage")
    return reduce_raw_usage({**usage, "tool_usage": tools}) if usage is not None and tools else usage
