"""The sums of an export, with what is not in them counted beside them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tollbook_billing.exports import Row, UsageExport
from tollbook_billing.usage import CALL_FIELDS, exact_sum
from tollbook_cli.spelling import plain


def totals_of(export: UsageExport) -> dict[str, Any]:
    """Calls, money as exact text (null: unknown), and what is unknown: no usage, no price, provisional, not proven."""
    rows = export.rows
    calls = _sum(rows, "calls")
    states = [window["state"] for window in export.windows]
    return {
        "calls": calls,
        **{name: _sum(rows, name) for name in CALL_FIELDS},
        "calls_without_usage": calls - _sum(rows, "calls_with_usage"),
        "provisional_calls": _sum((row for row in rows if row["state"] == "provisional"), "calls"),
        **{name: plain(exact_sum(row[name] for row in rows)) for name in ("cost", "corrections", "total")},
        "unpriced": plain(unpriced_of(row["unpriced"] for row in rows)),
        "unpriced_models": _unpriced_models(rows),
        "windows": {state: states.count(state) for state in ("open", "closed", "disputed", "compacted")},
    }


def unpriced_of(parts: Iterable[Mapping[str, Any]]) -> dict[str, Decimal]:
    """Class to quantity, summed."""
    amounts: defaultdict[str, list[Decimal]] = defaultdict(list)
    for part in parts:
        for name, quantity in part.items():
            amounts[name].append(Decimal(quantity))
    return {name: exact_sum(amounts[name]) or Decimal(0) for name in sorted(amounts)}


def _unpriced_models(rows: Sequence[Row]) -> list[dict[str, Any]]:
    models: defaultdict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["unpriced"]:
            models[row["provider"], row["response_model"] or row["model"]].append(row["unpriced"])
    return [
        {"provider": provider, "model": model, "unpriced": plain(unpriced_of(parts))}
        for (provider, model), parts in sorted(models.items())
    ]


def _sum(rows: Iterable[Row], name: str) -> int:
    return sum(row[name] for row in rows)
