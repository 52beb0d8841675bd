"""What a request leaves when it is over: the event of a call, that of an object which a call began, or nothing."""

from dataclasses import replace
from typing import Protocol

from tollbook_producers.call import OpenCall, leave_event
from tollbook_producers.facts import CallSpec
from tollbook_producers.report import CallReport
from tollbook_producers.wrap_gemini.objects import objects


class Ending(Protocol):
    """Takes the end of one request; the first one counts. Never raises."""

    @property
    def is_over(self) -> bool:
        """Whether it was told of an end."""

    def first_chunk(self) -> None:
        """Something of the answer is here."""

    def end(self, report: CallReport, error: BaseException | None = None) -> None:
        """The request is over, well or with an error."""


class Nothing:
    """Somebody else leaves the event, or nobody wants one."""

    is_over = True

    def first_chunk(self) -> None:
        """Nobody asks."""

    def end(self, report: CallReport, error: BaseException | None = None) -> None:
        """Nothing is left."""


class Call:
    """One event, whatever happens."""

    def __init__(self, spec: CallSpec) -> None:
        self._call = OpenCall(spec)
        self.first_chunk = self._call.first_chunk

    @property
    def is_over(self) -> bool:
        return self._call.is_over

    def end(self, report: CallReport, error: BaseException | None = None) -> None:
        """Leave the event. An object that the provider keeps may be looked at later, and is no call then."""
        if report.identity is not None:
            objects.is_new(report.identity)
        self._call.end(report, error)


class Begin:
    """A call that begins an object: it stays open until the object is seen done."""

    def __init__(self, spec: CallSpec) -> None:
        self.is_over = False
        self._spec = spec
        self._call = OpenCall(spec)
        self.first_chunk = self._call.first_chunk

    def end(self, report: CallReport, error: BaseException | None = None) -> None:
        """What the answer says of the object counts, not how it ended; without an object it is the call that failed."""
        if self.is_over:
            return
        self.is_over = True
        if report.request_id is None or (report.complete and report.identity is None):
            self._call.end(report, error)
            return
        objects.hold(report.request_id, self._call)
        if report.identity is not None:
            seen_done(self._spec, report)


class Look:
    """A look at an object: the event of the call that began it here, or its own, which every worker derives alike."""

    def __init__(self, spec: CallSpec) -> None:
        self.is_over = False
        self._spec = spec

    def first_chunk(self) -> None:
        """Looking is no call."""

    def end(self, report: CallReport, error: BaseException | None = None) -> None:  # noqa: ARG002  # the protocol's
        """What the provider says of the object, whatever became of this look at it."""
        if self.is_over:
            return
        self.is_over = True
        if report.identity is not None:
            seen_done(self._spec, report)
        elif report.request_id is not None and report.complete:
            call = objects.take(report.request_id)
            if call is not None:  # a video, which does not say when it was done: only here it can be told apart
                call.end(report)


def seen_done(spec: CallSpec, report: CallReport) -> None:
    """An object that says when it was done leaves one event, and nothing in it that only this worker knows."""
    identity = report.identity or ""
    report = replace(report, request_id=identity, attempts=None, operation_id=None)
    spec = replace(spec, model=report.response_model or spec.model)
    call, is_new = objects.take(identity), objects.is_new(identity)
    if call is not None:
        call.end_as(spec, report)
    elif is_new:
        leave_event(spec, report)
