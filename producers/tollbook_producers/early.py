"""What is said of a stream that its consumer closed."""

from dataclasses import replace

from tollbook_producers.report import CallReport
from tollbook_schemas import LLMUsageStatus


def closed_early(report: CallReport) -> CallReport:
    """The report of a stream closed by its consumer: cancelled, with the usage known so far, unless it had said all."""
    if report.status is not None or (report.complete and report.usage.is_reported):
        return report
    flags = (*report.flags, "closed_early")
    return replace(report, status=LLMUsageStatus.ERROR, error_type="cancelled", flags=flags)
