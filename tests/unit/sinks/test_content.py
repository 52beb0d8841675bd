"""The quick way from a record to its row changes nothing of the row."""

from hypothesis import given

from tollbook_schemas import DecodedEvent, UsageEvent, decode, encode_event
from tollbook_schemas.codec import DecodedFields, decode_for_ledger
from tollbook_sinks.content import EVENT_COLUMNS, event_columns
from unit.schemas.strategies import usage_events


@given(usage_events())
def test_a_row_of_bare_fields_is_the_row_of_the_event(event: UsageEvent) -> None:
    key, value = encode_event(event)
    whole, quick = decode("live", key, value), decode_for_ledger("live", key, value, [])
    assert isinstance(whole, DecodedEvent)
    assert isinstance(quick, (DecodedFields, DecodedEvent))
    assert dict(zip(EVENT_COLUMNS, event_columns(quick.event), strict=True)) == dict(
        zip(EVENT_COLUMNS, event_columns(whole.event), strict=True)
    )
