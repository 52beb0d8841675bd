"""The measures of a rollup: integers only, so that every sum is exact, in any order, in Python and in Postgres."""

from decimal import Decimal
from itertools import compress
from operator import attrgetter

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
_counts = attrgetter(*_COUNTS)
_COUNT_INDEXES = tuple(MEASURES.index(name) for name in _COUNTS)
_amounts = attrgetter(*SECONDS_FIELDS, "provider_cost_usd")
_AMOUNTS = tuple(
    (MEASURES.index(measure), convert)
    for measure, convert in (*((name, seconds_to_ms) for name in _MS_MEASURES), ("provider_cost_e10", usd_to_e10))
)
_NO_AMOUNTS = (None,) * len(_AMOUNTS)
_LATENCY = MEASURES.index("latency_ms")


def add_event(values: list[int], event: UsageEvent | CanonicalEvent) -> None:
    """Add what one event says to the values of its rollup row. Not for a CanonicalEvent with seconds or a cost."""
    calls = event.call_count
    values[EVENTS] += 1
    values[_STATUS_INDEX[event.status]] += calls
    reported = False
    for index, count in zip(_COUNT_INDEXES, _counts(event), strict=True):
        if count is not None:
            reported = True
            values[index] += count
            values[index + 1] += calls
    amounts = _amounts(event)
    if amounts != _NO_AMOUNTS:
        reported = True
        _add_amounts(values, amounts, calls)
    if reported:
        values[_WITH_USAGE] += calls
    if event.latency_ms is not None:
        values[_LATENCY] += event.latency_ms
        values[_LATENCY + 1] += calls


def _add_amounts(values: list[int], amounts: tuple[Decimal | None, ...], calls: int) -> None:
    for (index, convert), amount in zip(_AMOUNTS, amounts, strict=True):
        if amount is not None:
            values[index] += convert(amount)
            values[index + 1] += calls


def measures_of(event: UsageEvent) -> Measures:
    """What one event adds to its rollup row."""
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
