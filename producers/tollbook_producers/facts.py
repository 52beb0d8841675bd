"""What is said about a call, as a JSON object that may be written to disk: bounded, and without any content."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from tollbook_producers.attribution import UNATTRIBUTED, Attribution
from tollbook_producers.outcome import outcome_of
from tollbook_producers.report import MAX_TEXT, CallReport
from tollbook_schemas import LLMUsageStatus, NormalizedTokenUsage
from tollbook_schemas.usage import USAGE_FIELDS

_INTERRUPTED = {"status": LLMUsageStatus.ERROR.value, "error_type": "interrupted"}


@dataclass(slots=True)  # made for every call: freezing would make it three times as slow
class CallSpec:
    """What is known about a call before it is made."""

    provider: str
    model: str
    attribution: Attribution


def intent(spec: CallSpec) -> dict[str, Any]:
    """The facts of a call that nothing more is ever heard of. Not to be changed: the same are given out again."""
    return _known(spec).intent


def so_far(spec: CallSpec, report: CallReport) -> dict[str, Any]:
    """The facts of a call that was cut off after it reported this much."""
    return {**_reported(report), **_known(spec).facts, **_INTERRUPTED}


def outcome(
    spec: CallSpec, report: CallReport, error: BaseException | None, times: Mapping[str, int | None]
) -> dict[str, Any]:
    """The facts of a call that is over. `times` are the event's fields of milliseconds."""
    if report.unread is not None and error is None:
        return {
            "raw_usage": report.raw_usage,
            "response_model": report.response_model,
            "request_id": report.request_id,
            "service_tier": report.service_tier,
            "attempts": report.attempts,
            "unread": report.unread,
            **_known(spec).facts,
            **times,
        }
    status, error_type = _ending(report, error)
    return {**_reported(report), **_known(spec).facts, **times, "status": status.value, "error_type": error_type}


def counts_of(usage: NormalizedTokenUsage) -> dict[str, Any]:
    """The counts that were reported, as JSON."""
    counts = usage.__dict__  # a third of the cost of asking the model for each
    return {name: fact(value) for name in USAGE_FIELDS if (value := counts[name]) is not None}


def fact(count: int | Decimal) -> int | str:
    """A count as JSON."""
    return format(count.normalize(), "f") if isinstance(count, Decimal) else count


def status_if(*, is_reported: bool) -> LLMUsageStatus:
    """The status of a call that went well, by whether anything says what it used."""
    return LLMUsageStatus.SUCCESS if is_reported else LLMUsageStatus.MISSING_USAGE


class _Known(NamedTuple):
    """What is said about every call of a context."""

    spec: CallSpec
    facts: dict[str, Any]
    intent: dict[str, Any]


_last: list[_Known] = []
"""What was asked for last: of the calls of one context it is the same, at the beginning and at the end of each."""


def _known(spec: CallSpec) -> _Known:
    for known in _last:
        last = known.spec
        if last.attribution is spec.attribution and last.model == spec.model and last.provider == spec.provider:
            return known
    facts: dict[str, Any] = {"use_case": UNATTRIBUTED}
    for name, value in spec.attribution.items():
        facts[name] = _bounded(value)
    facts["provider"], facts["model"] = _bounded(spec.provider), _bounded(spec.model)
    known = _Known(spec, facts, facts | _INTERRUPTED)
    _last[:] = [known]
    return known


def _reported(report: CallReport) -> dict[str, Any]:
    facts = counts_of(report.usage) | _said(report)
    facts["flags"] = (*report.flags, *report.usage.flags)
    facts["call_count"], facts["batch"], facts["aggregate"] = report.call_count, report.batch, report.aggregate
    facts["source_id"] = _bounded(report.identity)
    if report.operation_id is not None:  # what the attribution says goes before it
        facts["operation_id"] = _bounded(report.operation_id)
    return facts


def _said(report: CallReport) -> dict[str, Any]:
    return {
        "raw_usage": report.raw_usage,
        "response_model": _bounded(report.response_model),
        "request_id": _bounded(report.request_id),
        "service_tier": _bounded(report.service_tier),
        "attempts": report.attempts,
    }


def _ending(report: CallReport, error: BaseException | None) -> tuple[LLMUsageStatus, str | None]:
    if report.status is not None:
        return report.status, report.error_type
    if error is not None:
        return outcome_of(error)
    return status_if(is_reported=report.usage.is_reported), None


def _bounded(value: object) -> object:
    if isinstance(value, str):
        return value[:MAX_TEXT]
    if isinstance(value, Mapping):
        return {str(key)[:MAX_TEXT]: _bounded(item) for key, item in list(value.items())[:32]}
    return value if value is None or isinstance(value, int) else ""  # which no field takes
