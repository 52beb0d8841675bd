"""The measures of a rollup: integers only, so that every sum is exact, in any order, in Python and in Postgres."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import compress
from operator import attrgetter
from typing import Any

from tollbook_schemas.attribution import LLMUsageStatus
from tollbook_schemas.canonical_event import CanonicalEvent
from tollbook_schemas.event import UsageEvent
from tollbook_schemas.fields import seconds_to_ms, usd_to_e10
from tollbook_schemas.usage import SECONDS_FIELDS, TOKEN_FIELDS, UNIT_FIELDS

Measures = tuple[int, ...]
"""One integer for each name in `MEASURES`, in that order."""

_MS_MEASURES = tuple(name.replace("_seconds", "_ms") for name in SECONDS_FIELDS)
_REPORTED = (*TOKEN_FIELDS, *_MS_MEASURES, *UNIT_FIELDS, "provider_cost_e10", "latency_ms")

MEASURES: tuple[str, ...] = (
    "events",
    "calls_success",
    "calls_missing_usage",
    "calls_timeout",
    "calls_error",
    "calls_with_usage",
    *(measure for name in _REPORTED for measure in (name, f"{name}_calls")),
)
"""`events` counts records; everything called calls counts calls (`call_count`). `X_calls` is how many calls reported X.

Audio is in milliseconds, `provider_cost_e10` in 1e-10 USD, `latency_ms` in milliseconds.
"""

EVENTS = MEASURES.index("events")
ZERO: Measures = (0,) * len(MEASURES)
_STATUS_INDEX = {status: MEASURES.index(f"calls_{status.value}") for status in LLMUsageStatus}
_WITH_USAGE = MEASURES.index("calls_with_usage")
_COUNTS = (*TOKEN_FIELDS, *UNIT_FIELDS)

Reported = tuple[Any, ...]
"""What an event says that is summed, but for seconds and a cost: status, calls, latency, and a count or None each."""

reported = attrgetter("status", "call_count", "latency_ms", *_COUNTS)
"""A Reported of an event."""

_CALLS, _FIRST_COUNT = 1, 3
_MANY = 4
_COLUMN_INDEXES = tuple(MEASURES.index(name) for name in ("latency_ms", *_COUNTS))
_amounts = attrgetter(*SECONDS_FIELDS, "provider_cost_usd")
_AMOUNTS = tuple(
    (MEASURES.index(measure), convert)
    for measure, convert in (*((name, seconds_to_ms) for name in _MS_MEASURES), ("provider_cost_e10", usd_to_e10))
)
_NO_AMOUNTS = (None,) * len(_AMOUNTS)


def add_event(values: list[int], event: UsageEvent | CanonicalEvent) -> None:
    """Add what one event says to the values of its rollup row. Not for a CanonicalEvent with seconds or a cost."""
    said = reported(event)
    _add_one(values, said)
    amounts = _amounts(event)
    if amounts != _NO_AMOUNTS:
        _add_amounts(values, amounts, event.call_count)
        if not _has_counts(said):
            values[_WITH_USAGE] += event.call_count


def add_reported(values: list[int], batch: Sequence[Reported]) -> None:
    """Add what events of one rollup row say that have no seconds and no cost: a few in turn, many by columns."""
    if len(batch) >= _MANY:
        _add_columns(values, batch)
    else:
        for said in batch:
            _add_one(values, said)


def _add_one(values: list[int], said: Reported) -> None:
    status, calls, *counts = said
    values[EVENTS] += 1
    values[_STATUS_INDEX[status]] += calls
    if _has_counts(said):
        values[_WITH_USAGE] += calls
    for index, count in zip(_COLUMN_INDEXES, counts, strict=True):
        if count is not None:
            values[index] += count
            values[index + 1] += calls


def _add_columns(values: list[int], batch: Sequence[Reported]) -> None:
    statuses, calls, *columns = zip(*batch, strict=True)
    all_calls = sum(calls)
    values[EVENTS] += len(batch)
    for status, called in zip(statuses, calls, strict=True):
        values[_STATUS_INDEX[status]] += called
    values[_WITH_USAGE] += sum(said[_CALLS] for said in batch if _has_counts(said))
    for index, column in zip(_COLUMN_INDEXES, columns, strict=True):
        missing = column.count(None)
        if not missing:
            values[index] += sum(column)
            values[index + 1] += all_calls
        elif missing < len(column):
            values[index] += sum(filter(None, column))
            values[index + 1] += sum(called for called, count in zip(calls, column, strict=True) if count is not None)


def _has_counts(said: Reported) -> bool:
    return said[_FIRST_COUNT] is not None or any(count is not None for count in said[_FIRST_COUNT:])


def _add_amounts(values: list[int], amounts: tuple[Decimal | None, ...], calls: int) -> None:
    for (index, convert), amount in zip(_AMOUNTS, amounts, strict=True):
        if amount is not None:
            values[index] += convert(amount)
            values[index + 1] += calls


def measures_of(event: UsageEvent | CanonicalEvent) -> Measures:
    """What one event adds to its rollup row. Not for a CanonicalEvent with seconds or a cost."""
    values = list(ZERO)
    add_event(values, event)
    return tuple(values)


def add(left: Measures, right: Measures) -> Measures:
    """The sum of two rows."""
    return tuple(a + b for a, b in zip(left, right, strict=True))


def negate(measures: Measures) -> Measures:
    """The row that takes another back: what an adjustment for a duplicate holds."""
    return tuple(-value for value in measures)


def to_sparse(measures: Measures) -> dict[str, int]:
    """Names and values of the measures that are not zero."""
    return dict(zip(compress(MEASURES, measures), filter(None, measures), strict=True))


def from_sparse(sparse: dict[str, int]) -> Measures:
    """The inverse of `to_sparse`. Unknown names are an error: dropping a measure would lose usage."""
    unknown = sparse.keys() - set(MEASURES)
    if unknown:
        raise ValueError(f"unknown measures: {', '.join(sorted(unknown))}")
    return tuple(sparse.get(name, 0) for name in MEASURES)
