"""Rows fit their columns, and no record can make a row that Postgres refuses."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from support.sink_events import usage_event
from support.sink_logs import NOW_MS
from tollbook_schemas.dimensions import Dimensions, dimensions_of
from tollbook_schemas.event import UsageEvent
from tollbook_schemas.measures import MEASURES
from tollbook_sinks.content import event_columns
from tollbook_sinks.keys import dimensions_digest
from tollbook_sinks.reading import Candidate, DeadLetter
from tollbook_sinks.records import Feed, Record
from tollbook_sinks.rows import ADJUSTMENT_COLUMNS, LEDGER_COLUMNS, PARTIAL_COLUMNS, dead_letter_row, ledger_row
from unit.schemas.strategies import usage_events


def candidate(event: UsageEvent) -> Candidate:
    record = Record(Feed("source", "live", 2), 9, b"", b"", [], NOW_MS)
    return Candidate(record, event, "live", 0, True, b"digest", dimensions_of(event), event_columns(event))


@given(usage_events())
def test_a_ledger_row_has_a_value_for_each_column(event: UsageEvent) -> None:
    row = dict(zip(LEDGER_COLUMNS, ledger_row(candidate(event)), strict=True))
    assert row["id"] == event.id
    assert row["status"] == event.status.value
    assert row["prompt_band"] == dimensions_of(event).prompt_band
    assert row["flags"] == list(event.flags)
    assert row["tags"] == (None if event.tags is None else orjson.dumps(event.tags))


def test_the_columns_are_the_contracts() -> None:
    assert set(UsageEvent.model_fields) < set(LEDGER_COLUMNS)
    assert PARTIAL_COLUMNS[-len(MEASURES) :] == ADJUSTMENT_COLUMNS[-len(MEASURES) :] == MEASURES
    assert set(Dimensions._fields) < set(PARTIAL_COLUMNS) & set(ADJUSTMENT_COLUMNS)


@given(st.text(), st.none() | st.binary(), st.none() | st.binary())
def test_a_dead_letter_holds_no_character_that_postgres_cannot(
    text: str, key: bytes | None, value: bytes | None
) -> None:
    record = Record(Feed("source", "live", 0), 1, key, value, [(text, value)], NOW_MS)
    row = dead_letter_row(DeadLetter(record, "invalid", text))
    assert row[6:8] == (key, value)
    for stored in (row[4], row[8]):
        stored.encode()
        assert "\x00" not in stored
        assert "\\u0000" not in stored


def test_equal_dimensions_have_equal_digests_and_others_have_not() -> None:
    dimensions = dimensions_of(usage_event(1, NOW_MS))
    assert dimensions_digest(dimensions) == dimensions_digest(Dimensions(*dimensions))
    assert dimensions_digest(dimensions) != dimensions_digest(dimensions._replace(template_id=dimensions.project_id))
    assert dimensions_digest(dimensions._replace(project_id=None)) != dimensions_digest(dimensions)
