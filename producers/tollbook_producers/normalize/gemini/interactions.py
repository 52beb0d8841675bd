"""Interactions, unary, streamed and in the background."""

from collections.abc import Mapping
from typing import Any, ClassVar

from tollbook_producers.normalize.gemini.usage import normalize_gemini_interaction
from tollbook_producers.normalize.raw_usage import reduce_raw_usage
from tollbook_producers.normalize.report import MAX_COUNT
from tollbook_producers.normalize.times import iso_ms
from tollbook_producers.normalize.wire import array, error_in, error_status, mapping, tier, word
from tollbook_producers.read import text
from tollbook_producers.report import CallReport

_UNFINISHED = frozenset({"in_progress", "queued"})
_FAILED = {"failed": "provider_error", "cancelled": "cancelled"}


class InteractionReader:
    """Of a stream, the last interaction that an event carries counts, its usage as long as a later one has none.

    An interaction that is over and says when has an identity, so that all who retrieve it leave the same event.
    """

    markers: ClassVar[tuple[bytes, ...]] = (b'"interaction.completed"', b'"interaction.complete"', b'"error"')

    __slots__ = ("_error", "_fields", "_is_stream", "_over")

    def __init__(self, _request: Mapping[str, Any]) -> None:
        self._fields: dict[str, Any] = {}
        self._is_stream = False
        self._over = False
        self._error: str | None = None

    def feed(self, message: object) -> None:
        """An interaction, or an event of a stream of one."""
        fields = mapping(message)
        self._error = error_in(fields) or self._error
        if "event_type" in fields:
            self._is_stream = True
            self._over = self._over or word(fields["event_type"]).startswith("interaction.complete")
            fields = mapping(fields.get("interaction"))
        self._fields |= {name: value for name, value in fields.items() if value is not None}

    def report(self) -> CallReport:
        """What was said so far."""
        fields = self._fields
        usage, status = fields.get("usage"), word(fields.get("status"))
        error = self._error or _FAILED.get(status)
        over = error is not None or (self._over if self._is_stream else bool(fields) and status not in _UNFINISHED)
        name, updated_ms = text(fields.get("id")), iso_ms(fields.get("updated"))
        is_shared = over and name is not None and updated_ms is not None
        return CallReport(
            usage=normalize_gemini_interaction(usage, web_searches=_searches(usage)),
            raw_usage=reduce_raw_usage(usage),
            response_model=text(fields.get("model")),
            request_id=name,
            service_tier=tier(fields.get("service_tier")),
            status=error_status(error),
            error_type=error,
            complete=over,
            identity=name if is_shared else None,
            completed_ms=updated_ms if is_shared else None,
        )


def _searches(usage: object) -> int | None:
    """Searches as the usage counts them; None where it counts no tools."""
    for entry in map(mapping, array(mapping(usage).get("grounding_tool_count"))):
        count = entry.get("count")
        if entry.get("type") == "google_search" and type(count) is int and 0 <= count <= MAX_COUNT:
            return count
    return None
