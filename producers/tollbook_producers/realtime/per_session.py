"""One event a session: the sum of its responses."""

from dataclasses import replace

from tollbook_producers.call import OpenCall
from tollbook_producers.facts import CallSpec
from tollbook_producers.realtime.ending import UNFINISHED, Ending
from tollbook_producers.realtime.heard import Known
from tollbook_producers.realtime.sums import SessionSum
from tollbook_producers.report import CallReport

NO_RESPONSES = "no_responses"


class OneEventASession:
    """Its running totals are recorded whenever they change, so that a kill loses none of them.

    The event's `call_count` is the number of responses, with those that began and never said that they were done; where
    usage comes in increments (`turns_are_calls`), the number of turns. A session without any is one call.
    """

    def __init__(self, spec: CallSpec, known: Known, *, turns_are_calls: bool = False) -> None:
        self._call = OpenCall(spec)
        self._known = known
        self._sum = SessionSum()
        self._turns_are_calls = turns_are_calls
        self._open: set[str] = set()
        self._calls = 0

    def started(self, response_id: str) -> None:
        """A response began."""
        self._open.add(response_id)
        self._call.progress(self._report())

    def finished(self, response_id: str | None, report: CallReport) -> None:
        """A response is over, or an increment of usage is here."""
        if response_id is not None:
            self._open.discard(response_id)
        self._calls += not self._turns_are_calls
        self._sum.add(report)
        self._call.progress(self._report())

    def turned(self, turns: int) -> None:
        """The model ended some turns."""
        self._calls += turns
        self._call.progress(self._report())

    def end(self, ending: Ending) -> None:
        """The session is over."""
        report = self._report()
        failure = self._sum.failure
        if failure is not None and not (ending.failed or self._sum.is_reported):
            report = replace(report, status=failure.status, error_type=failure.error_type)
        self._call.end(ending.applied_to(report), ending.error)

    def _report(self) -> CallReport:
        calls = self._calls + len(self._open)
        empty = not (calls or self._sum.is_reported)
        return CallReport(
            usage=self._sum.usage(),
            raw_usage=self._sum.raw_usage,
            response_model=self._known.model,
            request_id=self._known.session_id,
            service_tier=self._sum.service_tier,
            call_count=max(calls, 1),
            aggregate=True,
            flags=(NO_RESPONSES,) if empty else (UNFINISHED,) if self._open else (),
        )
