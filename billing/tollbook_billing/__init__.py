"""The read side: what a project, a session or a workspace used, what it cost, and how far the answer can be trusted."""

from tollbook_billing.connection import open_database
from tollbook_billing.errors import BillingDatabaseError, BillingSchemaError, SnapshotError, UsageRangeError
from tollbook_billing.money import (
    InvoiceLine,
    ProviderDifference,
    RepricedLine,
    invoice_lines,
    provider_differences,
    usage_at_prices,
)
from tollbook_billing.read import project_usage, read_usage, session_usage, workspace_usage
from tollbook_billing.statement import (
    Adjustment,
    Book,
    Confidence,
    LineState,
    ScopeKind,
    UsageLine,
    UsageScope,
    UsageStatement,
    WindowProof,
    WindowState,
)
from tollbook_billing.usage import Usage

__all__ = [
    "Adjustment",
    "BillingDatabaseError",
    "BillingSchemaError",
    "Book",
    "Confidence",
    "InvoiceLine",
    "LineState",
    "ProviderDifference",
    "RepricedLine",
    "ScopeKind",
    "SnapshotError",
    "Usage",
    "UsageLine",
    "UsageRangeError",
    "UsageScope",
    "UsageStatement",
    "WindowProof",
    "WindowState",
    "invoice_lines",
    "open_database",
    "project_usage",
    "provider_differences",
    "read_usage",
    "session_usage",
    "usage_at_prices",
    "workspace_usage",
]
