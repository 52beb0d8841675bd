"""The totals of days and months, from which long ranges are billed, are the sums of their windows' final rows."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from psycopg import Connection

from tollbook_schemas.measures import MEASURES
from tollbook_sinks.audit.offsets import MAX_PLACES
from tollbook_sinks.audit.queries import QUERIES
from tollbook_sinks.audit.report import Finding, PeriodPlace

Amounts = Sequence[Decimal] | None
"""A key's measures, in their order; None where it has no row."""


def audit_periods(connection: Connection[Any]) -> list[Finding]:
    """Each wrong day and month, in the order of time. Reads in the caller's transaction."""
    return [
        Finding("period_totals", PeriodPlace(unit, start), _detail(keys, kept, summed))
        for unit, start, keys, kept, summed in connection.execute(QUERIES["wrong_periods"], {"limit": MAX_PLACES})
    ]


def _detail(keys: int, kept: Amounts, summed: Amounts) -> str:
    differ = f"{keys} totals are not the sums of their windows; the first"
    if kept is None:
        return f"{differ} is missing"
    if summed is None:
        return f"{differ} is in no window"
    number = next(number for number in range(len(MEASURES)) if kept[number] != summed[number])
    return f"{differ} in {MEASURES[number]}: {kept[number]}, windows {summed[number]}"
