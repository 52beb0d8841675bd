"""Embeddings."""

from collections.abc import Mapping
from typing import Any, ClassVar

from tollbook_producers.normalize.openai.usage import normalize_openai_embedding
from tollbook_producers.normalize.raw_usage import reduce_raw_usage
from tollbook_producers.normalize.wire import error_in, error_status, mapping
from tollbook_producers.read import text
from tollbook_producers.report import CallReport


class EmbeddingsReader:
    """One answer; there are no streams."""

    markers: ClassVar[tuple[bytes, ...]] = ()

    __slots__ = ("_answer",)

    def __init__(self, _request: Mapping[str, Any]) -> None:
        self._answer = mapping(None)

    def feed(self, message: object) -> None:
        """The list of embeddings."""
        self._answer = mapping(message)

    def report(self) -> CallReport:
        """What was said."""
        usage, error = self._answer.get("usage"), error_in(self._answer)
        return CallReport(
            usage=normalize_openai_embedding(usage),
            raw_usage=reduce_raw_usage(usage),
            response_model=text(self._answer.get("model")),
            status=error_status(error),
            error_type=error,
        )
