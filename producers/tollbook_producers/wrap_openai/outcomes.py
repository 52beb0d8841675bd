"""What exchanges leave: the event of a call, that of an object which calls left, or nothing."""

from dataclasses import replace

from tollbook_producers.call import OpenCall
from tollbook_producers.facts import CallSpec
from tollbook_producers.report import CallReport
from tollbook_producers.wrap_openai.background import ResponseIds, open_responses


class Nothing:
    """Somebody else leaves the event, or there is nothing to bill."""

    def first_chunk(self) -> None:
        """Nobody asks."""

    def settle(self, report: CallReport, error: BaseException | None) -> None:
        """Nothing is left."""


class Call(OpenCall):
    """One event, whatever happens."""

    __slots__ = ()

    def settle(self, report: CallReport, error: BaseException | None) -> None:
        """The event of the call. An object of the provider's that this answer alone reports is no shared one."""
        self.end(replace(report, identity=None, completed_ms=None) if report.identity else report, error)


class Background:
    """A call whose response goes on after the answer, so that its event may come from elsewhere."""

    def __init__(self, spec: CallSpec, reader: ResponseIds) -> None:
        self._spec = spec
        self._reader = reader
        self._call = OpenCall(spec)
        self.first_chunk = self._call.first_chunk

    def settle(self, report: CallReport, error: BaseException | None) -> None:
        """The response's event if it is over, that of the call if it failed before it had a response."""
        if report.identity is not None:
            open_responses.finished(self._spec, report, self._call)
        elif self._reader.response_id is not None:
            open_responses.hold(self._reader.response_id, self._call, self._spec)
        else:
            self._call.end(report, error)


class Look:
    """A look at an object that calls left: its event, once it is over."""

    def __init__(self, spec: CallSpec) -> None:
        self._spec = spec

    def first_chunk(self) -> None:
        """Looking is no call."""

    def settle(self, report: CallReport, error: BaseException | None) -> None:  # noqa: ARG002  # the protocol's
        """What the provider says about the object, whatever became of this look at it."""
        self.found(report)

    def found(self, report: CallReport) -> None:
        """A report that came by."""
        if report.identity is not None:
            open_responses.finished(self._spec, report)
