"""A tracked call whose answer comes in items."""

from typing import Any

from tollbook_producers.call import OpenCall
from tollbook_producers.early import closed_early
from tollbook_producers.extract import ExtractItem, of_item
from tollbook_producers.facts import CallSpec
from tollbook_producers.report import CallReport
from tollbook_producers.steps import Watch


class StreamCall(Watch):
    """Opens the call, reads every item and leaves one event when the stream ends, fails or is closed."""

    def __init__(self, spec: CallSpec, extract_item: ExtractItem | None) -> None:
        self._extract = extract_item
        self._report = CallReport()
        self.opened = OpenCall(spec)

    def item(self, item: Any) -> None:
        self.opened.first_chunk()
        self._report = of_item(self._extract, item, self._report)

    def stopped(self, error: BaseException) -> None:
        if isinstance(error, StopIteration | StopAsyncIteration):
            self._end(self._report)
        elif isinstance(error, GeneratorExit):
            self.closed()
        else:
            self._end(self._report, error)

    def closed(self) -> None:
        self._end(closed_early(self._report))

    def _end(self, report: CallReport, error: BaseException | None = None) -> None:
        self.opened.end(report, error)
