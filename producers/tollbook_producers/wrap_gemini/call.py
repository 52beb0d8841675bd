"""One request on the wire, from its start to its event. Performs no I/O: the hooks tell it what they see."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Self

import orjson

from tollbook_producers import abandoned
from tollbook_producers.early import closed_early
from tollbook_producers.log import warn_once
from tollbook_producers.normalize import Reader
from tollbook_producers.read import header
from tollbook_producers.report import CallReport
from tollbook_producers.wrap_gemini.endings import Ending
from tollbook_producers.wrap_gemini.hops import HopGroup
from tollbook_schemas import LLMUsageStatus

_TIER = "x-gemini-service-tier"
_FIRST_ERROR = 400


class WireCall:
    """A context manager for what the SDK does on the network: an error inside is the call's. Nothing here raises.

    With `waits`, the end of the answer is not the end of the call: `settle` is, since the SDK may yet fail to parse.
    """

    __slots__ = ("_ending", "_group", "_headers", "_is_read", "_reader", "_streams", "attempts", "waits")

    def __init__(self, ending: Ending, reader: Reader | None, group: HopGroup | None) -> None:
        self._ending, self._reader, self._group = ending, reader, group
        self._headers: Mapping[str, Any] | None = None
        self._is_read = self._streams = False
        self.attempts = 0
        self.waits = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is not None:
            self.broken(error)

    def __del__(self) -> None:
        """A stream that was dropped without a word is one that was closed."""
        with suppress(Exception):
            if not self._ending.is_over:
                abandoned.later(self.close)

    @property
    def markers(self) -> tuple[bytes, ...]:
        """Of a stream's messages only the first, and those whose bytes hold one of these, need to be fed."""
        return () if self._reader is None else self._reader.markers

    def attempted(self) -> None:
        """A request goes out: the first, or a hidden retry."""
        self.attempts += 1

    def answered(self, headers: Mapping[str, Any], *, streams: bool = False) -> None:
        """The answer begins."""
        self._headers, self._streams = headers, streams
        if streams:
            abandoned.expect()

    def refused(self, status: int) -> None:
        """The answer has this HTTP status. If it is an error the SDK raises later."""
        if status >= _FIRST_ERROR and not self._ending.is_over:
            self._ending.end(replace(self._report(), status=LLMUsageStatus.ERROR, error_type=f"http_{status}"))

    def first_chunk(self) -> None:
        """Something of the answer's body is here."""
        self._ending.first_chunk()

    def whole(self, body: bytes | str | None) -> None:
        """The answer is here as a whole: JSON, or nothing at all."""
        if not self._ending.is_over:
            with suppress(orjson.JSONDecodeError):  # a page of HTML: nothing is reported
                self.feed(orjson.loads(body or b""))
        self.finish()

    def chunk(self, message: object) -> None:
        """One message of a stream. One that is an error is the last: the SDK raises it, and drops the stream."""
        if self._ending.is_over:
            return
        self._ending.first_chunk()
        self.feed(message)
        if isinstance(message, Mapping) and message.get("error") is not None:
            self._ending.end(self._report())

    def feed(self, message: object) -> None:
        """Any JSON value of the answer."""
        try:
            if self._reader is not None:
                self._reader.feed(message)
            if self._group is not None:
                self._group.read(message)
        except Exception as error:  # noqa: BLE001  # tracking never raises into a call
            warn_once("a Gemini answer could not be read", error)

    def finish(self) -> None:
        """The answer has been read to its end."""
        self._is_read = True
        if not self.waits:
            self.close()

    def settle(self) -> None:
        """The SDK is done with the answer."""
        self.waits = False
        self.close()

    def close(self) -> None:
        """Nobody reads on. If there is more, the caller does not want it."""
        if not self._ending.is_over:
            report = self._report()
            self._ending.end(report if self._is_read else closed_early(report))

    def broken(self, error: BaseException) -> None:
        """The network failed, or nobody reads on. Nothing is missing where the provider had said all."""
        if isinstance(error, GeneratorExit):
            if not self.waits:  # else it may be that the SDK failed to parse, which whoever settles will be told
                abandoned.later(self.close)
        elif not self._ending.is_over:
            report = self._report()
            self._ending.end(report, None if report.complete and report.usage.is_reported else error)

    def fail(self, error: BaseException) -> None:
        """The caller got this error, whatever the provider had said."""
        if isinstance(error, GeneratorExit):
            abandoned.later(self.close)
        elif not self._ending.is_over:
            self._ending.end(self._report(), error)

    def _report(self) -> CallReport:
        try:
            return self._completed(CallReport() if self._reader is None else self._reader.report())
        except Exception as error:  # noqa: BLE001
            warn_once("a Gemini answer's usage could not be read", error)
            return CallReport(flags=("report_unreadable",), attempts=self.attempts or None)

    def _completed(self, report: CallReport) -> CallReport:
        is_cut_off = self._streams and self._is_read and not report.complete
        return replace(
            report,
            service_tier=header(self._headers, _TIER) or report.service_tier,
            attempts=self.attempts or None,
            operation_id=None if self._group is None else self._group.operation_id,
            flags=(*report.flags, "truncated") if is_cut_off else report.flags,
        )
