"""Track a call that is not one function: what a `with` block holds."""

import sys
from inspect import CO_ASYNC_GENERATOR, CO_GENERATOR
from types import FrameType
from typing import Self, Unpack

from tollbook_producers import scope
from tollbook_producers.attribution import Attribution, AttributionFields, attribution, merge
from tollbook_producers.call import OpenCall
from tollbook_producers.context import current_attribution
from tollbook_producers.early import closed_early
from tollbook_producers.facts import CallSpec
from tollbook_producers.plain_report import ReportedUsage, usage_report
from tollbook_producers.report import CallReport
from tollbook_producers.tracked_run import is_left_alone


def open_call(*, provider: str, model: str, **fields: Unpack[AttributionFields]) -> "ReportedCall":
    """One call for a `with` or `async with` block: it leaves exactly one usage event, however the block ends.

    >>> with open_call(provider="acme", model="m1", session_id="s1") as call:
    ...     for chunk in ("Ye", "s."):
    ...         call.first_chunk()
    ...     call.report(prompt_tokens=12, completion_tokens=3)

    Without a report the call is counted as `missing_usage`. Wrapped clients used inside leave no events of their own,
    but for a block in the body of a generator, whose consumer would be inside as well: decorate it with `track_call`.

    Raises TypeError for an attribution that no event has.
    """
    return ReportedCall(provider, model, attribution(fields))


class ReportedCall:
    """What `open_call` makes: one call, to be entered once."""

    def __init__(self, provider: str, model: str, given: Attribution) -> None:
        self._provider, self._model, self._given = provider, model, given
        self._opened: OpenCall | None = None
        self._report = CallReport()

    def first_chunk(self) -> None:
        """Something of the answer is here; only the first time counts."""
        if self._opened is not None:
            self._opened.first_chunk()

    def report(self, report: CallReport | None = None, /, **said: Unpack[ReportedUsage]) -> None:
        """What the provider said, as a report or as plain counts; what is said last holds.

        With `complete=False` these are running totals, which are kept even if the process is killed.
        """
        self._report = usage_report(**said) if report is None else report
        if self._opened is not None and not self._report.complete:
            self._opened.progress(self._report)

    def __enter__(self) -> Self:
        self._enter(sys._getframe(1))
        return self

    async def __aenter__(self) -> Self:
        self._enter(sys._getframe(1))
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if self._opened is None:
            return
        scope.leave(self._opened)
        if isinstance(error, GeneratorExit):
            self._opened.end(closed_early(self._report))
        else:
            self._opened.end(self._report, error)

    async def __aexit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        self.__exit__(kind, error, traceback)

    def _enter(self, caller: FrameType) -> None:
        if is_left_alone():
            return
        spec = CallSpec(self._provider, self._model, merge(current_attribution(), self._given))
        self._opened = OpenCall(spec)
        if not caller.f_code.co_flags & (CO_GENERATOR | CO_ASYNC_GENERATOR):
            scope.enter(scope.covered(scope.current(), self._opened))
