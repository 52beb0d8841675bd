"""The read side: what a project, a session or a workspace used, what it cost, and how far the answer can be trusted.

Every question is a function that takes a connection first: a psycopg Connection, or an AsyncConnection, whose answer is
awaited.
"""

from tollbook_billing.asking import Asked, ask, ask_async
from tollbook_billing.connection import open_database
from tollbook_billing.errors import BillingDatabaseError, BillingSchemaError, SnapshotError, UsageRangeError
from tollbook_billing.events import DroppedDay, EventPage, line_filter, usage_events
from tollbook_billing.figures import RefreshFigure, SessionFigure, refresh_figures, session_figures
from tollbook_billing.money import (
    InvoiceLine,
    ProviderDifference,
    RepricedLine,
    invoice_lines,
    provider_differences,
    usage_at_prices,
)
from tollbook_billing.question import Question
from tollbook_billing.read import (
    collection_usage,
    project_usage,
    read_usage,
    session_usage,
    template_usage,
    workspace_usage,
)
from tollbook_billing.statement import (
    LINE_PARTS,
    Adjustment,
    Book,
    Confidence,
    LineState,
    Part,
    RecordExtent,
    ScopeKind,
    UsageLine,
    UsageScope,
    UsageStatement,
    WindowProof,
    WindowState,
)
from tollbook_billing.usage import Usage

__all__ = [
    "LINE_PARTS",
    "Adjustment",
    "Asked",
    "BillingDatabaseError",
    "BillingSchemaError",
    "Book",
    "Confidence",
    "DroppedDay",
    "EventPage",
    "InvoiceLine",
    "LineState",
    "Part",
    "ProviderDifference",
    "Question",
    "RecordExtent",
    "RefreshFigure",
    "RepricedLine",
    "ScopeKind",
    "SessionFigure",
    "SnapshotError",
    "Usage",
    "UsageLine",
    "UsageRangeError",
    "UsageScope",
    "UsageStatement",
    "WindowProof",
    "WindowState",
    "ask",
    "ask_async",
    "collection_usage",
    "invoice_lines",
    "line_filter",
    "open_database",
    "project_usage",
    "provider_differences",
    "read_usage",
    "refresh_figures",
    "session_figures",
    "session_usage",
    "template_usage",
    "usage_at_prices",
    "usage_events",
    "workspace_usage",
]
