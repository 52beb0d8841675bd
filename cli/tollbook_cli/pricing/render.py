"""Prices, changes and corrections for people (tables) and for programs (JSON)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tollbook_cli.pricing.correct import Correction
from tollbook_cli.pricing.differences import PriceDifference
from tollbook_cli.pricing.plan import Change
from tollbook_cli.pricing.price import PriceKey, describe_key
from tollbook_cli.tables import new_table

MOST_SHOWN = 50
"""Changes that are shown to people: a list of prices has thousands."""
_STYLES = {"new": "green", "changed": "yellow", "refused": "bold red", "kept": "dim", "unchanged": "dim"}


def row_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the price list or of the corrections: money as text, times in UTC."""
    return {name: _plain(value) for name, value in row.items()}


def change_json(change: Change) -> dict[str, Any]:
    """A planned or entered change."""
    old = None if change.old is None else {"price": _plain(change.old.price), "unit": change.old.unit}
    return {
        "change": change.kind,
        **{name: _plain(value) for name, value in change.price.key._asdict().items()},
        "price": _plain(change.price.price),
        "unit": change.price.unit,
        "from": _plain(change.start),
        "to": _plain(change.end),
        "old": old,
        "reason": change.reason or None,
    }


def correction_json(correction: Correction) -> dict[str, Any]:
    """An entered correction."""
    return {
        **{name: _plain(value) for name, value in correction.price.key._asdict().items()},
        "price": _plain(correction.price.price),
        "unit": correction.price.unit,
        "from": _plain(correction.start),
        "to": _plain(correction.end),
        "old_price_per_one": _plain(correction.old_per_one),
        "quantity": _plain(correction.quantity),
        "difference": _plain(correction.difference),
        "by_workspace": [
            {"workspace_id": workspace, "difference": _plain(difference)}
            for workspace, difference in correction.by_workspace.items()
        ],
    }


def prices_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Prices in force: what they are for, the price, since when."""
    table = new_table("price of", "price", "unit", "from (UTC)", "to", "source")
    for row in rows:
        table.add_row(*_row_cells(row), Text(str(row["source"]), style="dim" if row["seed"] else ""))
    return table


def history_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Every range with who and why."""
    table = new_table("price of", "price", "unit", "from (UTC)", "to", "who and why")
    for row in rows:
        table.add_row(*_row_cells(row), _story(row))
    return table


def changes_table(changes: Sequence[Change]) -> RenderableType:
    """What is refused, new or changed, line by line up to a limit; the rest is counted."""
    telling = [change for change in changes if change.kind not in ("unchanged", "kept")]
    telling.sort(key=lambda change: change.kind != "refused")
    table = new_table("change", "price of", "old", "new", "unit", "from (UTC)", "to")
    for change in telling[:MOST_SHOWN]:
        table.add_row(Text(change.kind, style=_STYLES[change.kind]), *map(Text, _change_cells(change)))
    kinds = [change.kind for change in changes]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in _STYLES if kind in kinds)
    hidden = f"; {len(telling) - MOST_SHOWN} not shown (--json has all)" if len(telling) > MOST_SHOWN else ""
    return Group(table, Text(counts + hidden)) if telling else Text(counts)


def _change_cells(change: Change) -> tuple[str, ...]:
    old = f"{change.old.price:f} / {change.old.unit}" if change.old else ""
    new, unit = f"{change.price.price:f}", str(change.price.unit)
    return describe_key(change.price.key), old, new, unit, _time(change.start), _time(change.end)


def differences_table(found: Iterable[PriceDifference]) -> Table:
    """Keys whose price is another one at the later time."""
    table = new_table("price of", "before", "after")
    for one in found:
        table.add_row(Text(describe_key(one.key)), _amount(one.before), _amount(one.after))
    return table


def corrections_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Corrections as they were entered, each with its difference."""
    table = new_table("correction of", "old, each", "new", "unit", "from (UTC)", "to", "quantity", "difference")
    for row in rows:
        key = PriceKey(*(row[name] for name in PriceKey._fields))
        old = row["old_price_per_one"]
        cells = (
            describe_key(key),
            "none" if old is None else f"{old.normalize():f}",
            f"{row['price']:f}",
            str(row["unit"]),
            _time(row["starts"]),
            _time(row["ends"]),
            f"{row['quantity']:,f}",
            f"{row['difference']:+,f} {key.currency}",
        )
        table.add_row(*map(Text, cells))
    return table


def correction_row(correction: Correction) -> dict[str, Any]:
    """A correction as corrections_table takes it."""
    return correction.price.key._asdict() | {
        "old_price_per_one": correction.old_per_one,
        "price": correction.price.price,
        "unit": correction.price.unit,
        "starts": correction.start,
        "ends": correction.end,
        "quantity": correction.quantity,
        "difference": correction.difference,
    }


def _row_cells(row: Mapping[str, Any]) -> tuple[Text, ...]:
    key = PriceKey(*(row[name] for name in PriceKey._fields))
    end = "withdrawn" if row["withdrawn"] else _time(row["ends"])
    return tuple(map(Text, (describe_key(key), f"{row['price']:f}", str(row["unit"]), _time(row["starts"]), end)))


def _amount(row: Mapping[str, Any] | None) -> Text:
    return Text("no price" if row is None else f"{row['price']:f} / {row['unit']}")


def _story(row: Mapping[str, Any]) -> Text:
    text = Text(f"{row['created_by']}, {_time(row['created_at'])}: {row['why']} ({row['source']})")
    if row["ended_by"]:
        text.append(f"\nended by {row['ended_by']}, {_time(row['ended_at'])}: {row['ended_why'] or 'no reason given'}")
    return text


def _time(value: datetime | None) -> str:
    return "" if value is None else f"{value.astimezone(UTC):%Y-%m-%d %H:%M}"


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value
