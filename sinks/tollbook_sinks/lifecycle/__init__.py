"""The life of a window after its last event: closed, compacted with a proof or disputed, expired; the ledger's days."""

import logging

from tollbook_sinks.lifecycle.closing import Progress, closable
from tollbook_sinks.lifecycle.compaction import Verdict, compact_window
from tollbook_sinks.lifecycle.comparison import Comparison, Difference, Side, compare_window
from tollbook_sinks.lifecycle.errors import DatabaseUnreachableError, MaintenanceFailedError
from tollbook_sinks.lifecycle.listing import WindowRecord, list_windows
from tollbook_sinks.lifecycle.lock import Holder
from tollbook_sinks.lifecycle.maintain import maintain, maintain_once
from tollbook_sinks.lifecycle.report import MaintainReport
from tollbook_sinks.lifecycle.retention import DayReport, RetentionReport, explain_days
from tollbook_sinks.lifecycle.session import connect
from tollbook_sinks.lifecycle.states import WindowState
from tollbook_sinks.lifecycle.windows import Window

__all__ = [
    "Comparison",
    "DatabaseUnreachableError",
    "DayReport",
    "Difference",
    "Holder",
    "MaintainReport",
    "MaintenanceFailedError",
    "Progress",
    "RetentionReport",
    "Side",
    "Verdict",
    "Window",
    "WindowRecord",
    "WindowState",
    "closable",
    "compact_window",
    "compare_window",
    "connect",
    "explain_days",
    "list_windows",
    "maintain",
    "maintain_once",
]

# What happens is told by whoever runs it; a program that sets up no logging is not written to.
logging.getLogger(__name__).addHandler(logging.NullHandler())
