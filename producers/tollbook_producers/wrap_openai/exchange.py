"""One request of a wrapped client, from the question to the end of the answer's body."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import Any, Protocol

from tollbook_producers.bodies.body import Body, decoder_of
from tollbook_producers.bodies.hiding import UsageHidden
from tollbook_producers.bodies.taps import tap
from tollbook_producers.bodies.watches import Watch, watch_of
from tollbook_producers.log import warn_once
from tollbook_producers.normalize import Reader
from tollbook_producers.read import request_id
from tollbook_producers.report import CallReport
from tollbook_producers.wrap_openai import endings


class Outcome(Protocol):
    """Leaves what an exchange has to leave, once it is over. Never raises."""

    def first_chunk(self) -> None:
        """The answer's body begins."""

    def settle(self, report: CallReport, error: BaseException | None) -> None:
        """The exchange is over."""


class Exchange:
    """A context manager around the SDK's `request`, and the listener of the answer's body. Nothing here raises."""

    __slots__ = (
        "_attempts",
        "_headers",
        "_hides_usage",
        "_is_async",
        "_is_over",
        "_is_tapped",
        "_outcome",
        "_reader",
        "_response",
        "_stream",
        "_token",
        "deadline",
        "request",
    )

    def __init__(
        self,
        outcome: Outcome,
        reader: Reader,
        timeout: float | None,
        *,
        stream: bool,
        hides_usage: bool = False,
        is_async: bool = False,
    ) -> None:
        self.deadline = None if timeout is None else time.monotonic() + timeout
        self.request: Any = None
        self._outcome = outcome
        self._reader = reader
        self._stream, self._hides_usage, self._is_async = stream, hides_usage, is_async
        self._attempts = 0
        self._headers: Any = None
        self._response: Any = None
        self._is_tapped = self._is_over = False

    def __enter__(self) -> None:
        self._token: Token[Exchange | None] = _current.set(self)

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        _current.reset(self._token)
        if error is not None:
            self._end(error)
        elif not self._is_tapped:
            self._end()

    @property
    def left(self) -> float | None:
        """Seconds to the deadline, 0 after it, None without one."""
        return None if self.deadline is None else max(self.deadline - time.monotonic(), 0.0)

    def sent(self, request: Any) -> None:
        """One more attempt goes out."""
        self.request = request
        self._attempts += 1

    def answered(self, response: Any) -> None:
        """A good answer is here: its headers at least. What was read is read here, because parsing it may raise."""
        try:
            self._headers = response.headers
            if response.is_closed and not self._stream:
                self._response = response
                return
            watch = watch_of(response.headers, self._reader, stream=self._stream)
            if response.is_closed:
                self._read_whole(response, watch)
            else:
                self._read_along(response, watch)
        except Exception as error:  # noqa: BLE001  # tracking never raises into a call
            warn_once("an answer could not be read", error)

    def chunk(self) -> None:
        """The first of a body is here."""
        self._outcome.first_chunk()

    def ended(self, watch: Watch) -> None:
        """All of a body is here."""
        self._finish(endings.ended(self._report(), is_done=watch.is_done))

    def failed(self, watch: Watch, error: BaseException) -> None:
        """A body was cut off."""
        report = self._report()
        self._finish(report, None if endings.is_final(report, is_done=watch.is_done) else error)

    def closed(self, watch: Watch) -> None:
        """The caller wants no more of a body."""
        self._finish(endings.closed(self._report(), is_done=watch.is_done))

    def _read_whole(self, response: Any, watch: Watch) -> None:
        """A stream that the transport had read already."""
        watch.feed(response.content)
        watch.finish(is_whole=True)
        if self._hides_usage:
            hidden = UsageHidden()
            response._content = hidden.feed(response.content) + hidden.finish()
        self._outcome.first_chunk()
        self.ended(watch)

    def _read_along(self, response: Any, watch: Watch) -> None:
        decode, hidden = decoder_of(response), UsageHidden() if self._hides_usage else None
        if decode is not None and hidden is not None:  # then the caller gets it decoded, by us
            response.headers.pop("content-encoding")
        tap(response, Body(watch, self, hidden, decode), self.deadline, is_async=self._is_async)
        self._is_tapped = True

    def _end(self, error: BaseException | None = None) -> None:
        if self._headers is None:
            self._headers = getattr(getattr(error, "response", None), "headers", None)
        self._finish(self._whole(error), error)

    def _whole(self, error: BaseException | None) -> CallReport:
        """What an answer says that was read at once."""
        if self._response is None:
            return self._report()
        try:
            unread = getattr(self._reader, "unread", None) if error is None else None
            if unread is not None and (report := unread(self._response.content)) is not None:
                return self._with_wire(report)
            watch = watch_of(self._response.headers, self._reader, stream=False)
            watch.feed(self._response.content)
            watch.finish(is_whole=True)
        except Exception as failure:  # noqa: BLE001  # tracking never raises into a call
            warn_once("an answer could not be read", failure)
        return self._report()

    def _report(self) -> CallReport:
        try:
            report = self._reader.report()
        except Exception as error:  # noqa: BLE001  # a call whose report cannot be read is still a call
            warn_once("a call's usage could not be read", error)
            report = CallReport(flags=("report_unreadable",))
        return self._with_wire(report)

    def _with_wire(self, report: CallReport) -> CallReport:
        report.request_id = request_id(self._headers) or report.request_id
        report.attempts = self._attempts or None
        return report

    def _finish(self, report: CallReport, error: BaseException | None = None) -> None:
        if not self._is_over:
            self._is_over = True
            self._outcome.settle(report, error)


_current: ContextVar[Exchange | None] = ContextVar("tollbook_openai_exchange", default=None)

current_exchange = _current.get
"""The exchange that the SDK's private hooks are called for now."""


@contextmanager
def masked() -> Iterator[None]:
    """Inside, hooks are called for no exchange: a request that is not tracked, made in the middle of one that is."""
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)
