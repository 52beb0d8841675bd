"""A statement for programs: whole numbers as numbers, money and seconds as exact decimal strings, unknown as null."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tollbook_billing import Part, Usage, UsageLine, UsageScope, UsageStatement, WindowProof
from tollbook_billing.unknowns import unknowns_of
from tollbook_billing.usage import REPORTED_FIELDS
from tollbook_cli.spelling import plain
from tollbook_cli.statement.unknown import unknown_json

_COVERAGE_STEP = Decimal("0.000001")
_FURTHER_KEYS: Mapping[Part, tuple[str, ...]] = {
    "environment": ("environment",),
    "workspace": ("workspace_id",),
    "project": ("project_id",),
    "template": ("template_id",),
    "collection": ("collection_id",),
    "window": ("period_start", "period"),
    "day": ("period_start", "period"),
    "month": ("period_start", "period"),
}
"""The keys that a line has when lines are told apart by this."""


def statement_json(statement: UsageStatement) -> dict[str, Any]:
    """The object that `tollbook bill --json` prints; its help has an example."""
    confidence = statement.confidence
    return {
        **subject_json(statement.scope, statement.start, statement.end),
        "book": statement.book,
        "currency": statement.currency,
        "lines": [_line(line, statement.by) for line in statement.lines],
        "totals": _usage(statement.totals),
        "confidence": {
            "coverage": _ratio(confidence.coverage),
            "final_calls": confidence.final_calls,
            "provisional_calls": confidence.provisional_calls,
            "disputed_windows": confidence.disputed_windows,
            "is_final": confidence.is_final,
        },
        "unknown": unknown_json(unknowns_of(statement)),
        "record": {
            "begins": plain(statement.extent.begins),
            "ends": plain(statement.extent.ends),
            "dropped_days": statement.extent.dropped_days,
            "dropped_through": plain(statement.extent.dropped_through),
        },
        "adjustments": [asdict(adjustment) for adjustment in statement.adjustments],
        "windows": [_window(window) for window in statement.windows],
    }


def subject_json(scope: UsageScope, start: datetime | None, end: datetime | None) -> dict[str, Any]:
    """Whose usage, and when: what every answer's object begins with."""
    return {"scope": asdict(scope), "from": plain(start), "to": plain(end)}


def _line(line: UsageLine, by: tuple[Part, ...]) -> dict[str, Any]:
    further = [key for part in by for key in _FURTHER_KEYS.get(part, ())]
    return {
        **{key: plain(getattr(line, key)) for key in further},
        "provider": line.provider,
        "model": line.model,
        "response_model": line.response_model,
        "use_case": line.use_case,
        "state": line.state,
        **_usage(line.usage),
    }


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "events": usage.events,
        "calls": usage.calls,
        "calls_success": usage.calls_success,
        "calls_missing_usage": usage.calls_missing_usage,
        "calls_timeout": usage.calls_timeout,
        "calls_error": usage.calls_error,
        "calls_with_usage": usage.calls_with_usage,
        "usage": {name: plain(getattr(usage, name)) for name in REPORTED_FIELDS},
        "calls_that_report": dict(usage.reported),
        "cost": plain(usage.cost),
        "corrections": plain(usage.corrections),
        "total": plain(usage.total),
        "unpriced": {name: plain(amount) for name, amount in usage.unpriced.items()},
    }


def _window(window: WindowProof) -> dict[str, Any]:
    return {
        "stream": window.stream,
        "start": plain(window.start),
        "state": window.state,
        "calls": window.calls,
        "proven": window.proven,
        "ledger_events": window.ledger_events,
        "rollup_events": window.rollup_events,
        "ledger_calls": window.ledger_calls,
        "rollup_calls": window.rollup_calls,
        "ledger_digest": None if window.ledger_digest is None else window.ledger_digest.hex(),
        "rollup_digest": None if window.rollup_digest is None else window.rollup_digest.hex(),
        "compacted_at": plain(window.compacted_at),
        "differences": plain(window.differences),
    }


def _ratio(value: Fraction | None) -> str | None:
    if value is None:
        return None
    return str((Decimal(value.numerator) / Decimal(value.denominator)).quantize(_COVERAGE_STEP))
