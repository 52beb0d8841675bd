"""What an answer's report becomes by the way its body ended."""

from dataclasses import replace

from tollbook_producers.report import CallReport
from tollbook_schemas import LLMUsageStatus


def ended(report: CallReport, *, is_done: bool) -> CallReport:
    """The server sent no more."""
    if is_done or report.complete or report.usage.is_reported:
        return report
    return replace(report, flags=(*report.flags, "truncated"))


def closed(report: CallReport, *, is_done: bool) -> CallReport:
    """The caller wanted no more. What came before the provider was done is kept, and the call is cancelled."""
    if is_done or report.status is not None or (report.complete and report.usage.is_reported):
        return report
    report = replace(report, flags=(*report.flags, "closed_early"))
    if report.complete:  # all but the usage, which would have come last
        return report
    return replace(report, status=LLMUsageStatus.ERROR, error_type="cancelled")


def is_final(report: CallReport, *, is_done: bool) -> bool:
    """Whether nothing was missing any more when the connection broke."""
    return is_done or (report.complete and report.usage.is_reported)
