"""Days of the ledger that have served their time: which may go and why, their archive, and how they go."""

from tollbook_sinks.lifecycle.retention.decision import (
    DayFacts,
    DayVerdict,
    Reason,
    RetentionRule,
    WindowFacts,
    decide,
    is_too_young,
)
from tollbook_sinks.lifecycle.retention.expiry import expire_days
from tollbook_sinks.lifecycle.retention.explain import DayReport, explain_days
from tollbook_sinks.lifecycle.retention.report import RetentionReport

__all__ = [
    "DayFacts",
    "DayReport",
    "DayVerdict",
    "Reason",
    "RetentionReport",
    "RetentionRule",
    "WindowFacts",
    "decide",
    "expire_days",
    "explain_days",
    "is_too_young",
]
