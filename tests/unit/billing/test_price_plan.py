"""What entering prices may change: nothing that was in force, and never two prices at a time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tollbook_cli.pricing.plan import Change, Clock, PriceRow, plan_changes
from tollbook_cli.pricing.price import Price

NOW = datetime(2026, 3, 10, 12, 20, tzinfo=UTC)
CLOCK = Clock(NOW, timedelta(hours=1))
NEXT = datetime(2026, 3, 10, 13, tzinfo=UTC)
PAST = NEXT - timedelta(days=30)
SOON = NEXT + timedelta(days=30)


def _price(amount: int = 2, start: datetime | None = None, **fields: Any) -> Price:
    base = {"provider": "openai", "model": "m", "token_class": "input_text", "price": amount, "from": start}
    return Price.model_validate(base | fields)


def _row(price: Price, start: datetime = PAST, end: datetime | None = None, *, seed: bool = False) -> PriceRow:
    return PriceRow(1, price.key, price.price, price.unit, price.per_one, start, end, seed)


def _one(rows: Sequence[PriceRow], price: Price, **options: bool) -> Change:
    (change,) = plan_changes(rows, [price], CLOCK, **options)
    return change


def test_without_a_start_it_is_the_next_window() -> None:
    change = _one([], _price())
    assert (change.kind, change.start, change.end, change.old) == ("new", NEXT, None, None)


def test_the_old_price_ends_where_the_new_one_begins() -> None:
    old = _row(_price(1))
    change = _one([old], _price(2, SOON))
    assert (change.kind, change.start, change.end, change.old) == ("changed", SOON, None, old)


def test_a_price_before_one_that_is_to_come_ends_there() -> None:
    change = _one([_row(_price(1), PAST, SOON), replace(_row(_price(3), SOON), id=2)], _price(2, NEXT))
    assert (change.kind, change.end, change.old and change.old.id) == ("changed", SOON, 1)


def test_what_is_in_force_already_is_left_alone() -> None:
    for start in (PAST, NEXT, None):
        assert _one([_row(_price(2))], _price(2, start)).kind == "unchanged"
    assert _one([_row(_price(2))], _price(price="0.002", unit=1000)).kind == "unchanged"


@pytest.mark.parametrize("start", [PAST, NEXT - timedelta(hours=1)])
def test_a_start_in_the_past_is_refused_and_says_what_to_do(start: datetime) -> None:
    change = _one([_row(_price(1))], _price(2, start))
    assert change.kind == "refused"
    assert "prices correct" in change.reason
    assert "2026-03-10T13:00Z" in change.reason
    assert "prices correct" in _one([_row(_price(1))], _price(2, start), fill=True).reason


@pytest.mark.parametrize(
    "fields",
    [
        {"min_prompt_tokens": 200_000},
        {"workspace_id": "w1"},
        {"token_class": "reasoning"},
    ],
)
def test_what_was_priced_some_other_way_is_no_gap(fields: dict[str, Any]) -> None:
    token_class = "output_text" if "token_class" in fields else "input_text"
    change = _one([_row(_price(1, token_class=token_class))], _price(2, PAST, **fields), fill=True)
    assert change.kind == "refused"


def test_only_a_gap_in_the_past_may_be_filled() -> None:
    later = _row(_price(1), NEXT)
    assert _one([later], _price(2, PAST)).kind == "refused"
    change = _one([later], _price(2, PAST), fill=True)
    assert (change.kind, change.end) == ("new", NEXT)


@pytest.mark.parametrize(("minutes", "width"), [(30, 60), (1, 60), (10, 15)])
def test_a_start_inside_a_window_is_refused(minutes: int, width: int) -> None:
    clock = Clock(NOW, timedelta(minutes=width))
    (change,) = plan_changes([], [_price(2, SOON + timedelta(minutes=minutes))], clock)
    assert change.kind == "refused"
    assert f"inside a window, and a window has one price: use a full {width} minutes" in change.reason


def test_quarter_hours_are_fine_where_windows_are_quarter_hours() -> None:
    (change,) = plan_changes([], [_price(2, SOON + timedelta(minutes=15))], Clock(NOW, timedelta(minutes=15)))
    assert change.kind == "new"


def test_two_prices_for_one_time_are_refused() -> None:
    kinds = [change.kind for change in plan_changes([], [_price(1, SOON), _price(2, SOON)], CLOCK)]
    assert kinds == ["new", "refused"]


def test_a_seed_gives_way_to_a_price_of_yours() -> None:
    yours = _row(_price(1))
    assert _one([yours], _price(9), seed=True).kind == "kept"
    assert _one([yours], _price(9, min_prompt_tokens=200_000), seed=True).kind == "kept"
    assert _one([_row(_price(1), SOON)], _price(9), seed=True).end == SOON
    assert _one([_row(_price(1), seed=True)], _price(9), seed=True).kind == "changed"


def test_a_seed_becomes_yours_when_you_enter_the_same_price() -> None:
    assert _one([_row(_price(1), seed=True)], _price(1)).kind == "changed"


hours = st.integers(-6, 6).map(lambda hour: NEXT + timedelta(hours=hour))
wanted = st.lists(
    st.builds(_price, st.integers(0, 3), hours, min_prompt_tokens=st.sampled_from((0, 200_000))), max_size=8
)
entered = st.lists(st.tuples(st.integers(0, 3), st.integers(-12, 12), st.integers(1, 6), st.booleans()), max_size=3)


def _table(ranges: list[tuple[int, int, int, bool]]) -> list[PriceRow]:
    rows: list[PriceRow] = []
    for number, (amount, begin, length, seed) in enumerate(ranges):
        start = NEXT + timedelta(hours=begin)
        row = replace(_row(_price(amount), start, start + timedelta(hours=length), seed=seed), id=number)
        if not any(other.overlaps(start, row.end or NEXT) for other in rows):
            rows.append(row)
    return rows


def _applied(rows: list[PriceRow], changes: list[Change]) -> list[PriceRow]:
    table = {row.id: row for row in rows}
    for number, change in enumerate(changes, len(rows) + 100):
        if change.kind not in ("new", "changed"):
            continue
        if change.old is not None:
            old = table[change.old.id]
            table[old.id] = replace(old, end=change.start, withdrawn=old.start == change.start)
        table[number] = replace(_row(change.price, change.start, change.end), id=number)
    return list(table.values())


@given(entered, wanted, st.booleans())
def test_a_plan_never_changes_the_past_and_never_makes_two_prices(
    ranges: list[tuple[int, int, int, bool]], prices: list[Price], fill: bool
) -> None:
    rows = _table(ranges)
    after = _applied(rows, plan_changes(rows, prices, CLOCK, fill=fill))
    for hour in range(-24, 24):
        time = NEXT + timedelta(hours=hour)
        now = [row for row in after if row.covers(time)]
        assert len({row.key for row in now}) == len(now)
        if time <= NOW:
            for row in rows:
                assert not row.covers(time) or row.per_one in {one.per_one for one in now if one.key == row.key}
