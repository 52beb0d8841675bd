"""Explicit caches.

Making one reads its content as a prompt does, and says how many tokens that were: all of them are a prompt, and all
are a cache write. What keeping it costs by the hour is no part of any answer.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from tollbook_producers.normalize.raw_usage import reduce_raw_usage
from tollbook_producers.normalize.report import Report, no_usage
from tollbook_producers.normalize.wire import error_in, error_status, mapping
from tollbook_producers.read import text
from tollbook_producers.report import CallReport
from tollbook_schemas import NormalizedTokenUsage


class CacheReader:
    """One answer; there are no streams."""

    markers: ClassVar[tuple[bytes, ...]] = ()

    __slots__ = ("_cache",)

    def __init__(self, _request: Mapping[str, Any]) -> None:
        self._cache = mapping(None)

    def feed(self, message: object) -> None:
        """A CachedContent."""
        self._cache = mapping(message)

    def report(self) -> CallReport:
        """What was said."""
        usage, error = self._cache.get("usageMetadata"), error_in(self._cache)
        return CallReport(
            usage=_normalize(usage),
            raw_usage=reduce_raw_usage(usage),
            response_model=_model(self._cache.get("model")),
            request_id=text(self._cache.get("name")),
            status=error_status(error),
            error_type=error,
        )


def _normalize(usage: object) -> NormalizedTokenUsage:
    if not isinstance(usage, Mapping):
        return no_usage(usage)
    report = Report()
    total = report.read(usage, "totalTokenCount", "total_tokens")
    if total is not None:
        report.counts |= dict.fromkeys(("prompt_tokens", "cache_write_tokens", "total_tokens"), total)
        report.counts["completion_tokens"] = 0
    return report.usage()


def _model(name: object) -> str | None:
    """`models/gemini-2.5-flash`, or on Vertex the whole path, without what stands before the model."""
    return text(name.rpartition("/")[2]) if isinstance(name, str) else None
