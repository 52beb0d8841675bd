"""An app's own extractors: whatever they do, the call is counted."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tollbook_producers.log import warn_once
from tollbook_producers.report import CallReport

Extract = Callable[[Any], CallReport | None]
"""A result's report; None where it says nothing."""

ExtractItem = Callable[[Any, CallReport], CallReport | None]
"""The report after one more item of a stream, given the report so far; None where the item says nothing new."""

UNREADABLE = "report_unreadable"


def of_result(extract: Extract | None, result: object) -> CallReport:
    """The extractor's report; an empty and flagged one where it fails. Never raises."""
    return CallReport() if extract is None else _checked(CallReport(), extract, result)


def of_item(extract: ExtractItem | None, item: object, so_far: CallReport) -> CallReport:
    """The report so far with what the item adds; flagged where the extractor failed on any item. Never raises."""
    if extract is None:
        return so_far
    report = _checked(so_far, extract, item, so_far)
    return _flagged(report) if UNREADABLE in so_far.flags else report


def _checked(otherwise: CallReport, extract: Callable[..., CallReport | None], *given: object) -> CallReport:
    try:
        report = extract(*given)
    except Exception as error:  # noqa: BLE001  # an app's extractor may fail with anything
        return _unreadable(otherwise, error)
    if report is None:
        return otherwise
    return report if isinstance(report, CallReport) else _unreadable(otherwise, TypeError())


def _unreadable(report: CallReport, error: BaseException) -> CallReport:
    warn_once("a call's usage could not be read", error)
    return _flagged(report)


def _flagged(report: CallReport) -> CallReport:
    return report if UNREADABLE in report.flags else replace(report, flags=(*report.flags, UNREADABLE))
