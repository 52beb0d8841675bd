"""The one place where calls become events: a runner that adds nothing to a call but the event it leaves."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from tollbook_producers import process
from tollbook_producers.attribution import UNATTRIBUTED, Attribution
from tollbook_producers.event_builder import build_event
from tollbook_producers.log import warn_once
from tollbook_producers.outcome import outcome_of
from tollbook_producers.report import CallReport
from tollbook_schemas import LLMUsageStatus
from tollbook_schemas.usage import USAGE_FIELDS

T = TypeVar("T")
Observer = Callable[[T | None, BaseException | None], CallReport]
"""Reads the report of a call from its result or its error. Whatever it raises is swallowed and flagged."""


@dataclass(frozen=True, slots=True)
class CallSpec:
    """What is known about a call before it is made."""

    provider: str
    model: str
    attribution: Attribution


def run(call: Callable[[], T], spec: CallSpec, observe: Observer[T]) -> T:
    """Make the call and leave one event. Result and exception are the call's own, untouched."""
    started = time.monotonic()
    try:
        result = call()
    except BaseException as error:
        _leave_event(spec, started, observe, None, error)
        raise
    _leave_event(spec, started, observe, result, None)
    return result


def _leave_event(
    spec: CallSpec, started: float, observe: Observer[T], result: T | None, error: BaseException | None
) -> None:
    try:
        latency_ms = round((time.monotonic() - started) * 1000)
        report, flags = _observed(observe, result, error)
        process.publish(build_event(_facts(spec, report, error, latency_ms, flags)))
    except Exception as failure:  # noqa: BLE001  # tracking never raises into a call
        process.count_dropped(failure)


def _observed(
    observe: Observer[T], result: T | None, error: BaseException | None
) -> tuple[CallReport, tuple[str, ...]]:
    try:
        return observe(result, error), ()
    except Exception as failure:  # noqa: BLE001  # a call whose report cannot be read is still a call
        warn_once("a call's usage could not be read", failure)
        return CallReport(), ("report_unreadable",)


def _facts(
    spec: CallSpec, report: CallReport, error: BaseException | None, latency_ms: int, flags: tuple[str, ...]
) -> dict[str, Any]:
    usage = report.usage
    status, error_type = _status(report) if error is None else outcome_of(error)
    counts = {name: value for name in USAGE_FIELDS if (value := getattr(usage, name)) is not None}
    return {
        "use_case": UNATTRIBUTED,
        "operation_id": report.operation_id,
        **spec.attribution,
        **counts,
        "flags": (*flags, *usage.flags),
        "provider": spec.provider,
        "model": spec.model,
        "status": status,
        "error_type": error_type,
        "response_model": report.response_model,
        "request_id": report.request_id,
        "service_tier": report.service_tier,
        "attempts": report.attempts,
        "latency_ms": latency_ms,
        "raw_usage": report.raw_usage,
    }


def _status(report: CallReport) -> tuple[LLMUsageStatus, None]:
    return (LLMUsageStatus.SUCCESS if report.usage.is_reported else LLMUsageStatus.MISSING_USAGE), None
