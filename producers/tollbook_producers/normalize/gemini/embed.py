"""embed_content, on the Developer API and on both of Vertex's endpoints."""

from collections.abc import Mapping
from typing import Any, ClassVar

from tollbook_producers.normalize.gemini.tiers import tier_of
from tollbook_producers.normalize.gemini.usage import normalize_gemini_generate
from tollbook_producers.normalize.raw_usage import reduce_raw_usage
from tollbook_producers.normalize.wire import array, error_in, error_status, mapping
from tollbook_producers.report import CallReport


class EmbedReader:
    """`usageMetadata`, which may be missing; Vertex's `predict` counts the tokens of each text instead."""

    markers: ClassVar[tuple[bytes, ...]] = ()

    __slots__ = ("_answer",)

    def __init__(self, _request: Mapping[str, Any]) -> None:
        self._answer = mapping(None)

    def feed(self, message: object) -> None:
        """An EmbedContentResponse, or the answer of `predict`."""
        self._answer = mapping(message)

    def report(self) -> CallReport:
        """What was said."""
        usage, error = self._answer.get("usageMetadata"), error_in(self._answer)
        if usage is None:
            usage = _usage_of_predictions(self._answer)
        return CallReport(
            usage=normalize_gemini_generate(usage),
            raw_usage=reduce_raw_usage(usage),
            service_tier=tier_of(usage),
            status=error_status(error),
            error_type=error,
        )


def _usage_of_predictions(answer: Mapping[str, Any]) -> dict[str, Any] | None:
    predictions = map(mapping, array(answer.get("predictions")))
    statistics = [mapping(mapping(prediction.get("embeddings")).get("statistics")) for prediction in predictions]
    counts = [_whole(entry.get("token_count")) for entry in statistics]
    known = [count for count in counts if count is not None]
    return {"promptTokenCount": sum(known)} if known and len(known) == len(counts) else None


def _whole(count: object) -> int | None:
    """Vertex writes some counts as floats."""
    if isinstance(count, float) and count.is_integer():
        return int(count)
    return count if type(count) is int else None
