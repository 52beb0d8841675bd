"""generate_content, unary and streamed."""

from collections.abc import Mapping
from typing import Any, ClassVar

from tollbook_producers.normalize.gemini.tiers import tier_of
from tollbook_producers.normalize.gemini.usage import normalize_gemini_generate
from tollbook_producers.normalize.raw_usage import reduce_raw_usage
from tollbook_producers.normalize.wire import array, error_status, error_type, mapping
from tollbook_producers.read import text
from tollbook_producers.report import CallReport


class GenerateReader:
    """Each chunk has a running total: the last one with a total wins whole, since server tools make counts go down.

    Chunks of Vertex that carry only `trafficType` never hide one with counts.
    """

    markers: ClassVar[tuple[bytes, ...]] = (b'"usageMetadata"', b'"finishReason"', b'"promptFeedback"', b'"error"')

    __slots__ = ("_done", "_error", "_id", "_model", "_rank", "_searches", "_usage")

    def __init__(self, _request: Mapping[str, Any]) -> None:
        self._usage: object = None
        self._rank = 0
        self._done = False
        self._searches: int | None = None
        self._id: str | None = None
        self._model: str | None = None
        self._error: str | None = None

    def feed(self, message: object) -> None:
        """A GenerateContentResponse, or a chunk of one."""
        if not isinstance(message, Mapping):
            return
        if message.get("error") is not None:
            self._error = error_type(message["error"])
        self._id = text(message.get("responseId")) or self._id
        self._model = text(message.get("modelVersion")) or self._model
        usage = message.get("usageMetadata")
        if usage is not None and (rank := _rank(usage)) >= self._rank:
            self._usage, self._rank = usage, rank
        if mapping(message.get("promptFeedback")).get("blockReason"):
            self._done = True
        for candidate in map(mapping, array(message.get("candidates"))):
            self._done = self._done or bool(candidate.get("finishReason"))
            queries = mapping(candidate.get("groundingMetadata")).get("webSearchQueries")
            self._searches = len(queries) if isinstance(queries, list) else self._searches

    def report(self) -> CallReport:
        """What was said so far."""
        return CallReport(
            usage=normalize_gemini_generate(self._usage, web_searches=self._searches),
            raw_usage=reduce_raw_usage(self._usage),
            response_model=self._model,
            request_id=self._id,
            service_tier=tier_of(self._usage),
            status=error_status(self._error),
            error_type=self._error,
            complete=self._done or self._error is not None,
        )


def _rank(usage: object) -> int:
    """How much a snapshot says: 0 nothing, 1 a prompt count, 2 a total."""
    fields = mapping(usage)
    if fields.get("totalTokenCount") is not None:
        return 2
    return int(fields.get("promptTokenCount") is not None)
