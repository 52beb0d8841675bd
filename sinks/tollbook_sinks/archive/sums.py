"""The measures of the rows of a file, summed by Arrow: what the view llm_usage_event_measures says of them in SQL."""

from collections import Counter
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from tollbook_schemas.measures import MEASURES
from tollbook_schemas.usage import SECONDS_FIELDS, TOKEN_FIELDS, UNIT_FIELDS, USAGE_FIELDS

_STATUSES = tuple(
    name.removeprefix("calls_") for name in MEASURES if name.startswith("calls_") and name != "calls_with_usage"
)
_FIELDS = (
    *((name, name, 1) for name in (*TOKEN_FIELDS, *UNIT_FIELDS, "latency_ms")),
    *((name, name.replace("_seconds", "_ms"), 1000) for name in SECONDS_FIELDS),
    ("provider_cost_usd", "provider_cost_e10", 10**10),
)
"""Field, measure, and what a unit of the field is in the measure's."""


def batch_sums(batch: pa.RecordBatch) -> Counter[str]:
    """The sum of each measure that is not zero."""
    calls = batch["call_count"]
    sums = Counter({"events": batch.num_rows})
    for status in _STATUSES:
        sums[f"calls_{status}"] = _where(pc.equal(batch["status"], status), calls)
    sums["calls_with_usage"] = _where(_reported(batch), calls)
    for field, measure, scale in _FIELDS:
        sums[measure] = int(Decimal(_total(batch[field])) * scale)
        sums[f"{measure}_calls"] = _where(pc.is_valid(batch[field]), calls)
    return +sums


def _reported(batch: pa.RecordBatch) -> pa.Array:
    reported = pc.is_valid(batch[USAGE_FIELDS[0]])
    for field in USAGE_FIELDS[1:]:
        reported = pc.or_(reported, pc.is_valid(batch[field]))
    return reported


def _where(condition: pa.Array, calls: pa.Array) -> int:
    return int(_total(pc.if_else(condition, calls, 0)))


def _total(values: pa.Array) -> Decimal | int:
    total: Decimal | int | None = pc.sum(values).as_py()
    return total or 0
