"""A page of batches: each that is done is a report of its own."""

import time
from collections.abc import Callable, Mapping
from typing import ClassVar

from tollbook_producers.normalize import reader_for
from tollbook_producers.report import NO_USAGE, CallReport
from tollbook_schemas.windows import WindowRule

_NOTHING = CallReport(NO_USAGE)


class BatchPage:
    """Reads a list of batches. Those too old for the ledger to take were done long before anybody looked for them."""

    markers: ClassVar[tuple[bytes, ...]] = ()

    def __init__(self, provider: str, found: Callable[[CallReport], None]) -> None:
        self._provider = provider
        self._found = found

    def feed(self, message: object) -> None:
        """The page."""
        batches = message.get("data") if isinstance(message, Mapping) else None
        since = time.time() * 1000 - WindowRule().horizon_ms
        for batch in batches if isinstance(batches, list) else ():
            reader = reader_for(self._provider, "batches")
            reader.feed(batch)
            report = reader.report()
            if report.identity is not None and (report.completed_ms or 0) >= since:
                self._found(report)

    def report(self) -> CallReport:
        """The page itself bills nothing."""
        return _NOTHING
