"""A statement of usage: its lines, and how far they can be trusted."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from operator import add
from typing import Any, Literal

from tollbook_billing.usage import Usage

ScopeKind = Literal["project", "workspace", "collection", "template", "session", "operation", "all"]
Part = Literal[
    "provider",
    "model",
    "use_case",
    "environment",
    "workspace",
    "project",
    "template",
    "collection",
    "window",
    "day",
    "month",
]
"""What the lines of a statement can be told apart by."""
LINE_PARTS: tuple[Part, ...] = ("provider", "model", "use_case")
"""What they are told apart by unless one asks for something else."""
Book = Literal["cost", "sell"]
"""What providers charge, or what customers are charged."""
LineState = Literal["final", "provisional"]
WindowState = Literal["open", "closed", "compacted", "disputed"]


@dataclass(frozen=True, slots=True)
class UsageScope:
    """What a statement is about; `id` is None for `all`. `workspace_id` narrows it to one workspace."""

    kind: ScopeKind
    id: str | None
    workspace_id: str | None = None


@dataclass(frozen=True, slots=True)
class UsageLine:
    """Usage by what the statement's lines are told apart by, the rest is None; `final`: from compacted windows.

    `period` is the day, or the first day of the month, in the statement's zone; `period_start` is when it, or the
    window, begins.
    """

    provider: str | None
    model: str | None
    response_model: str | None
    use_case: str | None
    state: LineState
    usage: Usage
    period: date | None = None
    period_start: datetime | None = None
    environment: str | None = None
    workspace_id: str | None = None
    project_id: str | None = None
    template_id: str | None = None
    collection_id: str | None = None


@dataclass(frozen=True, slots=True)
class WindowProof:
    """A window behind a statement.

    `calls` are the scope's own. The proof is of the whole window: None until it was compared; `proven` where events,
    calls and digest of ledger and rollups were equal. `differences` says where a disputed window differs.
    """

    stream: str
    start: datetime
    state: WindowState
    calls: int
    ledger_events: int | None
    rollup_events: int | None
    ledger_calls: int | None
    rollup_calls: int | None
    ledger_digest: bytes | None
    rollup_digest: bytes | None
    proven: bool
    compacted_at: datetime | None
    differences: Any


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Signed corrections for one reason: `duplicate`, `conflict`, `late`, `replay` or `expired`."""

    reason: str
    state: LineState
    events: int
    calls: int
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class RecordExtent:
    """What all time, or the range, is in this database: nothing is known of time before `begins`, which is not zero.

    From the first to the end of the last window with anybody's usage, None where there is none. `dropped_days`: days
    in it whose events have left the ledger, up to `dropped_through`; their totals stay.
    """

    begins: datetime | None
    ends: datetime | None
    dropped_days: int = 0
    dropped_through: date | None = None


@dataclass(frozen=True, slots=True)
class Confidence:
    """What a bill may rest on. `is_final`: there is usage, and only a correction that it would show can change it."""

    calls: int
    calls_by_status: dict[str, int]
    calls_with_usage: int
    coverage: Fraction | None
    unpriced: dict[str, Decimal]
    final_calls: int
    provisional_calls: int
    disputed_windows: int
    is_final: bool


@dataclass(frozen=True, slots=True)
class UsageStatement:
    """Usage of a scope in the windows of [start, end), None for no bound, at the prices of a book in one currency."""

    scope: UsageScope
    start: datetime | None
    end: datetime | None
    lines: tuple[UsageLine, ...]
    windows: tuple[WindowProof, ...]
    adjustments: tuple[Adjustment, ...]
    book: Book = "cost"
    currency: str = "USD"
    by: tuple[Part, ...] = LINE_PARTS
    zone: str = "UTC"
    extent: RecordExtent = RecordExtent(None, None)

    @property
    def totals(self) -> Usage:
        """The sum of all lines."""
        return reduce(add, (line.usage for line in self.lines), Usage())

    @property
    def confidence(self) -> Confidence:
        """How far the totals can be trusted."""
        totals = self.totals
        provisional = sum(line.usage.calls for line in self.lines if line.state == "provisional")
        return Confidence(
            calls=totals.calls,
            calls_by_status={
                "success": totals.calls_success,
                "missing_usage": totals.calls_missing_usage,
                "timeout": totals.calls_timeout,
                "error": totals.calls_error,
            },
            calls_with_usage=totals.calls_with_usage,
            coverage=totals.coverage,
            unpriced=dict(totals.unpriced),
            final_calls=totals.calls - provisional,
            provisional_calls=provisional,
            disputed_windows=sum(window.state == "disputed" for window in self.windows),
            is_final=bool(self.windows) and all(window.proven for window in self.windows),
        )
