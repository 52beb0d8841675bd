"""Batches: one event for all of a batch's requests, once it is over."""

from collections.abc import Mapping
from typing import Any, ClassVar

from tollbook_producers.normalize.openai.usage import normalize_openai_tokens
from tollbook_producers.normalize.raw_usage import reduce_raw_usage
from tollbook_producers.normalize.times import unix_ms
from tollbook_producers.normalize.wire import call_count, error_in, error_status, mapping, word
from tollbook_producers.read import text
from tollbook_producers.report import CallReport

_OVER_AT = {
    "completed": "completed_at",
    "failed": "failed_at",
    "expired": "expired_at",
    "cancelled": "cancelled_at",
}


class BatchReader:
    """The batch as last seen. It is complete, and has an identity, when nothing will change any more.

    One that failed, expired or was cancelled is an error, with what its requests had used until then.
    """

    markers: ClassVar[tuple[bytes, ...]] = ()

    __slots__ = ("_batch",)

    def __init__(self, _request: Mapping[str, Any]) -> None:
        self._batch = mapping(None)

    def feed(self, message: object) -> None:
        """A Batch."""
        self._batch = mapping(message)

    def report(self) -> CallReport:
        """What was said."""
        batch, error = self._batch, self._failure()
        usage, status = batch.get("usage"), word(batch.get("status"))
        over_at = _OVER_AT.get(status)
        completed_ms = None if over_at is None else unix_ms(batch.get(over_at)) or unix_ms(batch.get("created_at"))
        return CallReport(
            usage=normalize_openai_tokens(usage),
            raw_usage=reduce_raw_usage(usage),
            response_model=text(batch.get("model")),
            request_id=text(batch.get("id")),
            status=error_status(error),
            error_type=error,
            complete=over_at is not None or error is not None,
            call_count=call_count(mapping(batch.get("request_counts")).get("total")),
            batch=True,
            aggregate=True,
            identity=None if completed_ms is None else text(batch.get("id")),
            completed_ms=completed_ms,
        )

    def _failure(self) -> str | None:
        status = self._batch.get("status")
        if status in ("failed", "expired", "cancelled"):
            return f"batch_{status}"
        return error_in(self._batch)
