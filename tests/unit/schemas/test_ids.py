"""Event ids hold their time, and derived ids are the same everywhere."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tollbook_schemas import derived_event_id, new_event_id
from tollbook_schemas.ids import datetime_to_ms, id_to_ms, is_event_id, ms_to_datetime

times = st.integers(0, 2**48 - 1)


@given(times, st.lists(st.text(), max_size=4))
def test_a_derived_id_is_a_uuid7_that_holds_its_time(created_ms: int, identity: list[str]) -> None:
    event_id = derived_event_id(created_ms, *identity)
    assert is_event_id(event_id)
    assert id_to_ms(event_id) == created_ms
    assert event_id == derived_event_id(created_ms, *identity)


def test_derived_ids_are_frozen() -> None:
    assert derived_event_id(1_700_000_000_000, "openai", "batch_1") == UUID("018bcfe5-6800-70a9-9ed9-24749c626a1c")


def test_lists_of_parts_do_not_run_into_each_other() -> None:
    assert derived_event_id(1, "ab", "c") != derived_event_id(1, "a", "bc") != derived_event_id(1, "abc")


@pytest.mark.parametrize("time", [-1, 2**48])
def test_a_time_that_no_id_can_hold_is_refused(time: int) -> None:
    with pytest.raises(ValueError, match="cannot hold the time"):
        derived_event_id(time, "x")


@given(st.integers(0, 253_402_300_799_999))
def test_milliseconds_and_datetimes(time_ms: int) -> None:
    assert datetime_to_ms(ms_to_datetime(time_ms)) == time_ms


def test_minted_ids_are_unique() -> None:
    ids = [new_event_id() for _ in range(10_000)]
    assert len(set(ids)) == len(ids)
    assert all(map(is_event_id, ids))
