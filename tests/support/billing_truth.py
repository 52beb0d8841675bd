"""What a bill must say of some events, added up one by one in Python."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import localcontext
from typing import Any

from support.billing_prices import Price, charge
from support.billing_rows import Recorded
from tollbook_billing import Usage, UsageLine
from tollbook_schemas import UsageEvent, WindowRule
from tollbook_schemas.ids import ms_to_datetime
from tollbook_schemas.usage import USAGE_FIELDS

LineKey = tuple[str | None, str | None, str | None, str | None, str]
"""Provider, model, response model, use case, state."""


def expected_lines(
    records: Iterable[Recorded], prices: Sequence[Price], final: set[datetime], rule: WindowRule
) -> dict[LineKey, Usage]:
    """The lines of a bill for these records; `final` are the compacted windows."""
    lines: defaultdict[LineKey, Usage] = defaultdict(Usage)
    for record in records:
        if not record.is_net:
            continue
        event, window_start = record.event, ms_to_datetime(rule.start(record.event.created_ms))
        state = "final" if window_start in final else "provisional"
        key = (event.provider, event.model, event.response_model, event.use_case, state)
        with localcontext(prec=100):
            lines[key] += usage_of(event, prices, window_start)
    return dict(lines)


def usage_of(event: UsageEvent, prices: Sequence[Price], window_start: datetime) -> Usage:
    """One event as a bill sees it."""
    amounts: dict[str, Any] = {name: getattr(event, name) for name in (*USAGE_FIELDS, "latency_ms")}
    calls: dict[str, Any] = {f"calls_{event.status}": event.call_count}
    cost, unpriced = charge(event, prices, window_start)
    return Usage(
        events=1,
        calls_with_usage=event.call_count if event.is_reported else 0,
        **calls,
        **amounts,
        cost=cost,
        reported={name: event.call_count for name, amount in amounts.items() if amount is not None},
        unpriced=unpriced,
    )


def lines_of(lines: Iterable[UsageLine]) -> dict[LineKey, Usage]:
    """A statement's lines by what they are about."""
    return {(line.provider, line.model, line.response_model, line.use_case, line.state): line.usage for line in lines}
