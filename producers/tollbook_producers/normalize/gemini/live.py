"""Live sessions: every message with usage is a turn or an increment, and all of them add up."""

from collections.abc import Mapping
from typing import ClassVar

from tollbook_producers.normalize.gemini.tiers import tier_of
from tollbook_producers.normalize.gemini.usage import normalize_gemini_live
from tollbook_producers.normalize.raw_usage import reduce_raw_usage
from tollbook_producers.normalize.reader import SessionReport
from tollbook_producers.normalize.wire import mapping
from tollbook_producers.report import CallReport


class LiveReader:
    """A message whose usage names only the type of traffic is no report."""

    markers: ClassVar[tuple[bytes, ...]] = (b'"usageMetadata"',)

    __slots__ = ()

    def feed(self, message: object) -> tuple[SessionReport, ...]:
        """One message from the server."""
        usage = mapping(message).get("usageMetadata")
        if usage is None or (isinstance(usage, Mapping) and not any("Count" in str(key) for key in usage)):
            return ()
        report = CallReport(
            usage=normalize_gemini_live(usage), raw_usage=reduce_raw_usage(usage), service_tier=tier_of(usage)
        )
        return (SessionReport("response", report),)
