"""The measures of a rollup: integers only, so that every sum is exact, in any order, in Python and in Postgres."""

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
_STATUS_INDEX = {name: MEASURES.index(f"calls_{name}") for name in ("success", "missing_usage", "timeout", "error")}
_WITH_USAGE = MEASURES.index("calls_with_usage")
_FIRST_REPORTED = MEASURES.index(_REPORTED[0])
_PLAIN_BEFORE = tuple((name, MEASURES.index(name)) for name in (*TOKEN_FIELDS, *UNIT_FIELDS, "latency_ms"))
_SECONDS = tuple((field, MEASURES.index(measure)) for field, measure in zip(SECONDS_FIELDS, _MS_MEASURES, strict=True))
_COST = MEASURES.index("provider_cost_e10")


def measures_of(event: UsageEvent) -> Measures:
    """What one event adds to its rollup row."""
    values = [0] * len(MEASURES)
    calls = event.call_count
    values[EVENTS] = 1
    values[_STATUS_INDEX[event.status.value]] = calls
    if event.is_reported:
        values[_WITH_USAGE] = calls
    for name, index in _PLAIN_BEFORE:
        _put(values, index, getattr(event, name), calls)
    for name, index in _SECONDS:
        seconds = getattr(event, name)
        _put(values, index, None if seconds is None else seconds_to_ms(seconds), calls)
    cost = event.provider_cost_usd
    _put(values, _COST, None if cost is None else usd_to_e10(cost), calls)
    return tuple(values)


def _put(values: list[int], index: int, amount: int | None, calls: int) -> None:
    if amount is not None:
        values[index] = amount
        values[index + 1] = calls


def add(left: Measures, right: Measures) -> Measures:
    """The sum of two rows."""
    return tuple(a + b for a, b in zip(left, right, strict=True))


def negate(measures: Measures) -> Measures:
    """The row that takes another back: what an adjustment for a duplicate holds."""
    return tuple(-value for value in measures)


def to_sparse(measures: Measures) -> dict[str, int]:
    """Names and values of the measures that are not zero."""
    return {name: value for name, value in zip(MEASURES, measures, strict=True) if value}


def from_sparse(sparse: dict[str, int]) -> Measures:
    """The inverse of `to_sparse`. Unknown names are an error: dropping a measure would lose usage."""
    unknown = sparse.keys() - set(MEASURES)
    if unknown:
        raise ValueError(f"unknown measures: {', '.join(sorted(unknown))}")
    return tuple(sparse.get(name, 0) for name in MEASURES)
