"""How a session ended, without importing the websocket library."""

from dataclasses import dataclass, replace

from tollbook_producers.report import CallReport
from tollbook_schemas import LLMUsageStatus

UNFINISHED = "responses_unfinished"
_LOWEST_CLOSE_CODE = 1000
_ABNORMAL = 1006  # RFC 6455 7.4.1: no close frame was received


@dataclass(frozen=True, slots=True)
class Ending:
    """The exception that ended a session, or the error type of a broken connection; neither where it was closed well.

    `flag` says what the event should name beside. `by_caller` is false where the provider closed.
    """

    error: BaseException | None = None
    error_type: str | None = None
    flag: str | None = None
    by_caller: bool = True

    @property
    def failed(self) -> bool:
        """Whether the session did not end well."""
        return self.error is not None or self.error_type is not None

    def applied_to(self, report: CallReport) -> CallReport:
        """The report of a call that this ended."""
        flags = report.flags if self.flag is None else (*report.flags, self.flag)
        if self.error_type is None:
            return replace(report, flags=flags)
        return replace(report, flags=flags, status=LLMUsageStatus.ERROR, error_type=self.error_type)


CLOSED = Ending()
"""The caller closed the session."""

LEFT_BEHIND = Ending(flag="not_closed")
"""The caller let go of the session without closing it."""


def ending_of(error: BaseException | None) -> Ending:
    """The ending of a session that this exception left. A generator's exit is a close by the caller."""
    if error is None or isinstance(error, GeneratorExit):
        return CLOSED
    return disconnected(error) or _disguised(error) or Ending(error=error)


def disconnected(error: BaseException) -> Ending | None:
    """The ending that a websocket's ConnectionClosed stands for, None for any other exception.

    A broken connection has the error type `websocket_<close code>`.
    """
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if "ConnectionClosed" not in kinds:
        return None
    if "ConnectionClosedOK" in kinds:
        return Ending(by_caller=False)
    code = getattr(getattr(error, "rcvd", None), "code", None)
    return _broken(_ABNORMAL if code is None else int(code))


def _disguised(error: BaseException) -> Ending | None:
    """google-genai turns a close into an APIError whose code is the close code, which no HTTP status is as high as."""
    code = getattr(error, "code", None)
    return _broken(code) if isinstance(code, int) and code >= _LOWEST_CLOSE_CODE else None


def _broken(code: int) -> Ending:
    return Ending(error_type=f"websocket_{code}", by_caller=False)
