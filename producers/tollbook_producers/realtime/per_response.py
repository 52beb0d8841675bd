"""One event a response, and none for the session unless it failed before it had any."""

from dataclasses import replace

from tollbook_producers.call import OpenCall, leave_event
from tollbook_producers.facts import CallSpec
from tollbook_producers.outcome import outcome_of
from tollbook_producers.realtime.ending import UNFINISHED, Ending
from tollbook_producers.realtime.heard import Known
from tollbook_producers.report import CallReport
from tollbook_schemas import LLMUsageStatus

_CLOSED_EARLY = CallReport(
    status=LLMUsageStatus.ERROR, error_type="cancelled", flags=("closed_early", UNFINISHED), complete=False
)
_TRUNCATED = CallReport(flags=("truncated", UNFINISHED), complete=False)


class OneEventAResponse:
    """A response is a call from where it began to where it is done; one that never is, ends with the session."""

    def __init__(self, spec: CallSpec, known: Known) -> None:
        self._spec = spec
        self._known = known
        self._open: dict[str, OpenCall] = {}
        self._had_any = False

    def started(self, response_id: str) -> None:
        """A response began."""
        self._had_any = True
        if response_id not in self._open:
            call = self._open[response_id] = OpenCall(self._spec)
            call.progress(CallReport(request_id=response_id, response_model=self._known.model))

    def finished(self, response_id: str | None, report: CallReport) -> None:
        """A response is over."""
        self._had_any = True
        call = None if response_id is None else self._open.pop(response_id, None)
        report = replace(
            report,
            request_id=report.request_id or response_id,
            response_model=report.response_model or self._known.model,
        )
        if call is None:
            leave_event(self._spec, report)
        else:
            call.end(report)

    def turned(self, turns: int) -> None:
        """Turns are not counted beside responses."""

    def end(self, ending: Ending) -> None:
        """The session is over."""
        for response_id, call in self._open.items():
            report = replace(_cut_off(ending), request_id=response_id, response_model=self._known.model)
            call.end(ending.applied_to(report), ending.error)
        self._open.clear()
        if ending.failed and not self._had_any:
            leave_event(self._spec, _failed(ending, self._known))


def _cut_off(ending: Ending) -> CallReport:
    """What is known of a response that never said that it was done."""
    if ending.failed:
        return CallReport(flags=(UNFINISHED,), complete=False)
    return _CLOSED_EARLY if ending.by_caller else _TRUNCATED


def _failed(ending: Ending, known: Known) -> CallReport:
    report = CallReport(request_id=known.session_id, response_model=known.model)
    if ending.error is None:
        return ending.applied_to(report)
    status, error_type = outcome_of(ending.error)
    return replace(report, status=status, error_type=error_type)
