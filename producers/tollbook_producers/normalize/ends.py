"""What the end of a stream says about its call."""

from dataclasses import replace

from tollbook_producers.report import CallReport

TRUNCATED = "truncated"


def at_end_of_stream(report: CallReport, *, done: bool = False) -> CallReport:
    """The report of a stream that the server ended; flagged `truncated` where nothing said that it was complete.

    `done` is whether the transport said so: `data: [DONE]`. What was known until then is kept: without usage the call
    is `missing_usage`.
    """
    return report if done or report.complete else replace(report, flags=(*report.flags, TRUNCATED))
