"""A scope's usage by day, line by line, with everything that the figures rest on: what `tollbook export` writes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from tollbook_billing.asking import Asked
from tollbook_billing.queries import load_queries
from tollbook_billing.question import Question, question_of
from tollbook_billing.statement import LINE_PARTS, Book, Part, UsageScope
from tollbook_billing.usage import CALL_FIELDS, REPORTED_FIELDS

Row = dict[str, Any]

KEYS: Final = ("day", "provider", "model", "response_model", "use_case", "state")
REASONS: Final = ("late", "duplicate", "conflict", "replay", "expired")
COLUMNS: Final = (
    *KEYS,
    "events",
    "calls",
    *CALL_FIELDS[1:],
    "coverage",
    *REPORTED_FIELDS,
    "cost",
    "corrections",
    "total",
    "currency",
    "unpriced",
    *(f"calls_{reason}" for reason in REASONS),
    "adjusted_prompt_tokens",
    "adjusted_completion_tokens",
)
"""The columns of an export, in order. `calls_late` and its like are signed corrections that are in `calls` already."""
_BY: Final[tuple[Part, ...]] = (*LINE_PARTS, "day")
_QUERIES: Final = ("lines", "windows", "adjustments", "prices", "price_corrections", "state")
_COVERAGE_DIGITS: Final = 6
_SQL = load_queries("exports.sql")


@dataclass(frozen=True, slots=True)
class ExportQuestion:
    """What an export is of: whose usage, the windows of [start, end), the zone of its days, and which prices."""

    scope: UsageScope
    start: datetime
    end: datetime
    zone: str = "UTC"
    book: Book = "cost"
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class UsageExport:
    """The answer, all of one moment.

    `rows` have COLUMNS: `day` a date, money and seconds decimals, `unpriced` a dict of class to quantity, None what
    nobody reported or nothing could price. `windows`, `adjustments` (one by one), `prices` and `price_corrections` are
    what they rest on, `state` what get_range_state says of the range.
    """

    question: ExportQuestion
    rows: tuple[Row, ...]
    windows: tuple[Row, ...]
    adjustments: tuple[Row, ...]
    prices: tuple[Row, ...]
    price_corrections: tuple[Row, ...]
    state: Row

    @property
    def is_final(self) -> bool:
        """Whether only corrections on record can still change it."""
        return bool(self.state["is_final"]) and all(window["proven"] for window in self.windows)


@Asked
def read_export(question: ExportQuestion) -> Question[UsageExport]:
    """Usage by day with what it rests on, in one snapshot.

    Raises UsageRangeError for a range or a zone's days that windows cannot be cut at, SnapshotError,
    BillingSchemaError, BillingDatabaseError.
    """
    parameters = question_of(
        question.scope,
        question.start,
        question.end,
        book=question.book,
        currency=question.currency,
        by=_BY,
        zone=question.zone,
    )

    def read(*answers: list[Row]) -> UsageExport:
        lines, windows, adjustments, prices, price_corrections, (state,) = answers
        return UsageExport(
            question=question,
            rows=tuple(_rows(lines, adjustments)),
            windows=tuple(windows),
            adjustments=tuple(adjustments),
            prices=tuple(prices),
            price_corrections=tuple(price_corrections),
            state=state,
        )

    return Question(tuple(_SQL[name] for name in _QUERIES), parameters, read)


def _rows(lines: Iterable[Row], adjustments: Iterable[Row]) -> list[Row]:
    apart: defaultdict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for adjustment in adjustments:
        apart[_key(adjustment)].append(adjustment)
    rows = [_row(line, apart.get(_key(line), [])) for line in lines]
    # By code points, because a database's collation is its own.
    return sorted(rows, key=lambda row: [str(row[name] or "") for name in KEYS])


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (row["period"], *(row[name] for name in KEYS[1:]))


def _row(line: Row, adjustments: list[Row]) -> Row:
    day: date = line["period"]
    corrected = {
        f"calls_{reason}": sum(one["calls"] for one in adjustments if one["reason"] == reason) for reason in REASONS
    }
    tokens = {
        f"adjusted_{name}": sum(one[name] for one in adjustments) for name in ("prompt_tokens", "completion_tokens")
    }
    unpriced = {name: Decimal(quantity) for name, quantity in sorted(line["unpriced"].items())}
    made = {"day": day, "coverage": _coverage(line), "unpriced": unpriced}
    return {name: value for name, value in (line | corrected | tokens | made).items() if name in COLUMNS}


def _coverage(line: Row) -> Decimal | None:
    """Cut off, not rounded, so that only all of it is 1."""
    if not line["calls"]:
        return None
    return Decimal(line["calls_with_usage"] * 10**_COVERAGE_DIGITS // line["calls"]).scaleb(-_COVERAGE_DIGITS)
