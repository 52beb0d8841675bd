"""Proof from the tables themselves that nothing was lost, doubled or changed."""

from tollbook_sinks.audit.report import (
    AuditReport,
    Check,
    Finding,
    OffsetPlace,
    PartitionAudit,
    PeriodPlace,
    WindowPlace,
)
from tollbook_sinks.audit.run import audit, audit_database

__all__ = [
    "AuditReport",
    "Check",
    "Finding",
    "OffsetPlace",
    "PartitionAudit",
    "PeriodPlace",
    "WindowPlace",
    "audit",
    "audit_database",
]
