"""One call from its start to its end: whatever happens in between, it leaves exactly one event."""

import time
from collections.abc import Mapping
from typing import Any

from tollbook_producers import process
from tollbook_producers.collecting import note
from tollbook_producers.facts import CallSpec, intent, outcome, so_far
from tollbook_producers.later import read_facts
from tollbook_producers.log import warn_once
from tollbook_producers.report import CallReport
from tollbook_producers.scope import collections
from tollbook_schemas.ids import derived_event_id, new_event_id_text

_NOTHING = CallReport()


class OpenCall:
    """A call under way. The first `end` leaves its event, later ones do nothing. Nothing here ever raises.

    In a child forked during the call, nothing here does anything: the event is the parent's.
    """

    __slots__ = ("_collections", "_first_chunk_ms", "_over", "_recorder", "_reserved", "_spec", "_started")

    def __init__(self, spec: CallSpec) -> None:
        self._spec = spec
        self._over = False
        self._first_chunk_ms: int | None = None
        self._collections = collections()  # now: it may end in another context
        self._recorder = process.recorder()
        self._reserved = new_event_id_text()
        try:
            self._recorder.began(self._reserved, intent(spec))
        except Exception as error:  # noqa: BLE001  # tracking never raises into a call
            self._recorder.lost(error)
            self._over = True
        self._started = time.monotonic()

    @property
    def is_over(self) -> bool:
        """Whether its event was left."""
        return self._over

    def first_chunk(self) -> None:
        """Something of the answer is here; the first time is measured."""
        if self._first_chunk_ms is None:
            self._first_chunk_ms = self._elapsed_ms()

    def progress(self, report: CallReport) -> None:
        """What would be lost if the process were killed now: the running totals of a session."""
        if self._over:
            return
        try:
            self._recorder.progressed(self._reserved, so_far(self._spec, report))
        except Exception as error:  # noqa: BLE001
            warn_once("running totals could not be recorded", error)

    def end(self, report: CallReport = _NOTHING, error: BaseException | None = None) -> None:
        """The call is over, well or with an error."""
        times = {"latency_ms": self._elapsed_ms(), "time_to_first_chunk_ms": self._first_chunk_ms}
        self._end(self._spec, report, error, times)

    def end_as(self, spec: CallSpec, report: CallReport) -> None:
        """The call is over as something that others see too: its event holds nothing that only this one measured."""
        self._end(spec, report, None, {})

    def _end(
        self, spec: CallSpec, report: CallReport, error: BaseException | None, times: Mapping[str, int | None]
    ) -> None:
        if self._over:
            return
        self._over = True
        facts = _outcome(spec, report, error, times)
        try:
            self._recorder.ended(self._reserved, event_id_of(spec, report), facts)
        except Exception as failure:  # noqa: BLE001
            self._recorder.lost(failure)
        if self._collections:
            note(self._collections, read_facts(facts))

    def _elapsed_ms(self) -> int:
        return round((time.monotonic() - self._started) * 1000)


def leave_event(spec: CallSpec, report: CallReport) -> None:
    """One event for something that was only learned of when it was over: a transcription, a batch. Never raises."""
    recorder = process.recorder()
    facts = _outcome(spec, report, None, {})
    try:
        recorder.left(event_id_of(spec, report), facts)
    except Exception as error:  # noqa: BLE001
        recorder.lost(error)
    note(collections(), read_facts(facts))


def _outcome(
    spec: CallSpec, report: CallReport, error: BaseException | None, times: Mapping[str, int | None]
) -> dict[str, Any]:
    """The facts, whatever an extractor of the app's put into its report."""
    try:
        return outcome(spec, report, error, times)
    except Exception as failure:  # noqa: BLE001  # a call whose report cannot be read is still a call
        warn_once("a call's usage could not be read", failure)
        return outcome(spec, CallReport(flags=("report_unreadable",)), error, times)


def event_id_of(spec: CallSpec, report: CallReport) -> str:
    """A new id, or for what several workers may see the one that all of them derive."""
    if report.identity is None or report.completed_ms is None:
        return new_event_id_text()
    try:
        return str(derived_event_id(report.completed_ms, spec.provider, report.identity))
    except (AttributeError, TypeError, ValueError, OverflowError) as error:
        warn_once("an object's own id could not be used", error)
        return new_event_id_text()
