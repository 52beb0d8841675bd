"""What an answer's report becomes by the way its body ended."""

from dataclasses import replace

from tollbook_producers.early import closed_early
from tollbook_producers.report import CallReport


def ended(report: CallReport, *, is_done: bool) -> CallReport:
    """The server sent no more."""
    if is_done or report.complete or report.usage.is_reported:
        return report
    return replace(report, flags=(*report.flags, "truncated"))


def closed(report: CallReport, *, is_done: bool) -> CallReport:
    """The caller wanted no more. What came before the provider was done is kept, and the call is cancelled."""
    if is_done:
        return report
    if not report.complete:
        return closed_early(report)
    if report.status is not None or report.usage.is_reported:
        return report
    return replace(report, flags=(*report.flags, "closed_early"))  # all but the usage, which would have come last


def is_final(report: CallReport, *, is_done: bool) -> bool:
    """Whether nothing was missing any more when the connection broke."""
    return is_done or (report.complete and report.usage.is_reported)
