"""What entering prices would change, decided from the table's rows alone."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal

from tollbook_cli.pricing.price import Price, PriceKey, describe_key

ChangeKind = Literal["new", "changed", "unchanged", "kept", "refused"]


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A row of the price list; `end` None is open, `id` None is only planned. A withdrawn one never begins."""

    id: int | None
    key: PriceKey
    price: Decimal
    unit: int
    per_one: Decimal
    start: datetime
    end: datetime | None
    seed: bool
    withdrawn: bool = False

    def covers(self, time: datetime) -> bool:
        """Whether it is in force then."""
        return not self.withdrawn and self.start <= time and (self.end is None or time < self.end)

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Whether it is in force at any time of [start, end)."""
        return not self.withdrawn and self.start < end and (self.end is None or start < self.end)


@dataclass(frozen=True, slots=True)
class Clock:
    """The time of the plan, and the width of the windows."""

    now: datetime
    window: timedelta

    @property
    def next_window(self) -> datetime:
        """Start of the first window that has not begun."""
        return self.now - (self.now - datetime(1970, 1, 1, tzinfo=UTC)) % self.window + self.window

    def is_boundary(self, time: datetime) -> bool:
        """Whether a window begins then."""
        return not (time - datetime(1970, 1, 1, tzinfo=UTC)) % self.window


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one price: `kept` is a seed that gives way to a price of yours, `refused` says why.

    `start` and `end` are the new row's range; `old` is the row that ends there, or is withdrawn if it begins there.
    """

    kind: ChangeKind
    price: Price
    start: datetime
    end: datetime | None = None
    old: PriceRow | None = None
    reason: str = ""


def plan_changes(
    rows: Iterable[PriceRow], prices: Sequence[Price], clock: Clock, *, seed: bool = False, fill: bool = False
) -> list[Change]:
    """One change a price, latest start first, so that each ends where the next begins.

    `seed`: these give way to prices of yours. `fill`: a start in the past is allowed where no price was in force.
    """
    tables: defaultdict[tuple[object, ...], list[PriceRow]] = defaultdict(list)
    for row in rows:
        tables[_model(row.key)].append(row)
    changes = []
    for price in sorted(prices, key=lambda price: price.start or clock.next_window, reverse=True):
        table = tables[_model(price.key)]
        change = _plan_one(table, price, clock, seed=seed, fill=fill)
        if change.kind in ("new", "changed"):
            _enter(table, change, seed=seed)
        changes.append(change)
    return changes


def _model(key: PriceKey) -> tuple[object, ...]:
    return key.book, key.provider, key.model


def _plan_one(table: list[PriceRow], price: Price, clock: Clock, *, seed: bool, fill: bool) -> Change:
    start = price.start or clock.next_window
    same = [row for row in table if row.key == price.key]
    current = next((row for row in same if row.covers(start)), None)
    change = Change("new", price, start, _next_start(same, start), current)
    if current is not None and current.id is None and current.start == start:
        return _refused(change, "there are two prices for the same time in what is to be entered: leave one out")
    if current is not None and current.per_one == price.per_one and (seed or not current.seed):
        return replace(change, kind="unchanged", start=current.start, end=current.end)
    if seed and any(_is_yours_for(row, price.key, start) for row in table):
        return replace(change, kind="kept", reason="a price of yours is in force")
    reason = _why_not(table, change, clock, fill=fill)
    if reason:
        return _refused(change, reason)
    return replace(change, kind="changed") if current is not None else change


def _why_not(table: list[PriceRow], change: Change, clock: Clock, *, fill: bool) -> str:
    start, key = change.start, change.price.key
    if not clock.is_boundary(start):
        minutes = clock.window.total_seconds() / 60
        return f"{_text(start)} is inside a window, and a window has one price: use a full {minutes:g} minutes, UTC"
    if start > clock.now:
        return ""
    end = min(change.end or clock.now, clock.now)
    if any(_fits_calls_of(row, key) and row.overlaps(start, end) for row in table):
        return (
            f"{_text(start)} is in the past, where a price was in force: start at "
            f"{_text(clock.next_window)} or later, and set the past right with `tollbook prices correct`"
        )
    if not fill:
        return (
            f"{_text(start)} is in the past: start at {_text(clock.next_window)} or later; --fill prices past calls "
            "that had no price"
        )
    return ""


def _fits_calls_of(row: PriceRow, key: PriceKey) -> bool:
    """Whether a row may have priced calls that the key's price is for."""
    is_class = row.key.token_class == key.token_class
    is_reasoning_as_text = (row.key.token_class, key.token_class) == ("output_text", "reasoning")
    return (
        (is_class or is_reasoning_as_text)
        and _model(row.key) == _model(key)
        and (row.key.service_tier, row.key.batch, row.key.currency) == (key.service_tier, key.batch, key.currency)
        and row.key.min_prompt_tokens <= key.min_prompt_tokens
        and row.key.workspace_id in (None, key.workspace_id)
    )


def _is_yours_for(row: PriceRow, key: PriceKey, start: datetime) -> bool:
    """Whether a price of yours for some prompt size goes before a seed of that key."""
    alike = row.key._replace(min_prompt_tokens=key.min_prompt_tokens) == key
    return not row.seed and row.covers(start) and alike


def _next_start(same: list[PriceRow], start: datetime) -> datetime | None:
    return min((row.start for row in same if not row.withdrawn and row.start > start), default=None)


def _enter(table: list[PriceRow], change: Change, *, seed: bool) -> None:
    old, price = change.old, change.price
    if old is not None:
        withdrawn = old.start == change.start
        table[table.index(old)] = replace(old, end=change.start, withdrawn=withdrawn)
    entered = PriceRow(None, price.key, price.price, price.unit, price.per_one, change.start, change.end, seed)
    table.append(entered)


def _refused(change: Change, reason: str) -> Change:
    return replace(change, kind="refused", reason=f"{describe_key(change.price.key)}: {reason}")


def _text(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
