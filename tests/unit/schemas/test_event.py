"""Usage event version 1: what is accepted, what is refused, and that the bytes carry all of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from pydantic import ValidationError

from tollbook_schemas import (
    DecodedEvent,
    ImportEnd,
    Rejected,
    Tick,
    UnknownSchemaVersionError,
    UsageEvent,
    content_digest,
    decode,
    encode_event,
    new_event_id,
)
from tollbook_schemas.ids import id_to_ms, ms_to_datetime
from unit.schemas.strategies import event, usage_events

IMPORT_ID = "imp_" + "0" * 32
IMPORT_HEADERS = [("import_id", IMPORT_ID.encode())]

MISSION_FIELDS = [
    "id",
    "workspace_id",
    "project_id",
    "template_id",
    "collection_id",
    "session_id",
    "provider",
    "model",
    "use_case",
    "status",
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "input_audio_tokens",
    "output_audio_tokens",
    "raw_usage",
    "request_id",
    "latency_ms",
    "created_at",
]


def test_the_missions_nineteen_fields_keep_their_names() -> None:
    assert len(MISSION_FIELDS) == 19
    assert set(MISSION_FIELDS) <= set(UsageEvent.model_fields)


@given(usage_events())
def test_a_record_carries_the_whole_event(original: UsageEvent) -> None:
    key, value = encode_event(original)
    assert decode("live", key, value) == DecodedEvent(original, None)
    assert decode("import", key, value, IMPORT_HEADERS) == DecodedEvent(original, IMPORT_ID)


@given(usage_events())
def test_the_digest_survives_the_wire(original: UsageEvent) -> None:
    decoded = decode("live", *encode_event(original))
    assert isinstance(decoded, DecodedEvent)
    assert content_digest(decoded.event) == content_digest(original)


def test_the_digest_sees_every_change_but_not_a_trailing_zero() -> None:
    plain = event(provider_cost_usd="0.10")
    assert content_digest(plain) == content_digest(plain.model_copy(update={"provider_cost_usd": Decimal("0.1")}))
    assert content_digest(plain) != content_digest(plain.model_copy(update={"prompt_tokens": 101}))


def test_an_unknown_field_is_tolerated_and_not_part_of_the_content() -> None:
    original = event()
    key, value = encode_event(original)
    decoded = decode("live", key, value[:-1] + b',"from_a_newer_producer":1}')
    assert decoded == DecodedEvent(original, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"prompt_tokens": -1},
        {"prompt_tokens": True},
        {"prompt_tokens": "12"},
        {"prompt_tokens": 1.0},
        {"prompt_tokens": 10**11},
        {"cached_prompt_tokens": 101},
        {"cached_prompt_tokens": 50, "cache_write_tokens": 51},
        {"reasoning_tokens": 11},
        {"output_audio_tokens": 6, "reasoning_tokens": 5},
        {"cached_audio_tokens": 1},
        {"use_case": "Barbara Analysis"},
        {"use_case": ""},
        {"provider": "OpenAI"},
        {"model": ""},
        {"model": "x" * 201},
        {"workspace_id": "a\x00b"},
        {"workspace_id": "a\nb"},
        {"status": "cancelled"},
        {"tags": {str(number): "x" for number in range(17)}},
        {"raw_usage": {"text": "a sentence with blanks"}},
        {"raw_usage": {"a key with blanks": 1}},
        {"raw_usage": {"deep": [[[[[[1]]]]]]}},
        {"raw_usage": {"many": list(range(201))}},
        {"raw_usage": {"huge": 2**60}},
        {"raw_usage": {"nan": float("nan")}},
        {"input_audio_seconds": "-1"},
        {"provider_cost_usd": "nan"},
        {"provider_cost_usd": "100001"},
        {"call_count": 0},
        {"error_type": "what went wrong in prose"},
        {"id": UUID(int=0, version=4)},
    ],
    ids=str,
)
def test_what_cannot_be_billed_exactly_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        event(**changes)


def test_created_at_is_the_ids_millisecond() -> None:
    event_id = new_event_id()
    time = ms_to_datetime(id_to_ms(event_id))
    assert abs(datetime.now(UTC) - time) < timedelta(minutes=1)
    assert event(id=event_id, created_at=time).created_ms == id_to_ms(event_id)
    for wrong in (time + timedelta(milliseconds=1), time + timedelta(microseconds=1)):
        with pytest.raises(ValidationError, match="millisecond embedded in the id"):
            event(id=event_id, created_at=wrong)


def test_bad_records_become_dead_letters_with_a_reason_that_quotes_no_value() -> None:
    key, value = encode_event(event())
    secret = b"a prompt that somebody sent by mistake"
    assert decode("live", key, secret) == Rejected("not_json", "the record's value is not JSON")
    rejected = decode("live", key, value.replace(b'"gpt-4.1"', b'{"text":"' + secret + b'"}'))
    assert isinstance(rejected, Rejected)
    assert rejected.reason == "invalid"
    assert secret.decode() not in rejected.detail
    assert "model" in rejected.detail


def test_control_records() -> None:
    key, value = encode_event(event())
    assert decode("live", b"__tick", b"") == Tick()
    assert decode("import", b"__end", b"", IMPORT_HEADERS) == ImportEnd(IMPORT_ID)
    assert decode("live", b"other", value) == Rejected(
        "key_mismatch", "the record's key must be the event's id as UUID text"
    )
    for bad in (None, [], [("import_id", None)], [("import_id", b"live")]):
        for record in ((key, value), (b"__end", b"")):
            rejected = decode("import", *record, bad)
            assert isinstance(rejected, Rejected)
            assert rejected.reason == "no_import_id"
    ended = decode("live", b"__end", b"", IMPORT_HEADERS)
    assert isinstance(ended, Rejected)
    assert ended.reason == "end_on_live_topic"


def test_a_newer_major_version_stops_the_consumer() -> None:
    key, value = encode_event(event())
    with pytest.raises(UnknownSchemaVersionError, match="upgrade the consumers"):
        decode("live", key, value.replace(b'"schema_version":1', b'"schema_version":2'))
    for strange in (b"0", b"true", b'"2"', b"null", b"1.5"):
        assert isinstance(decode("live", key, value.replace(b'_version":1', b'_version":' + strange)), Rejected)


class _Interrupted(datetime):
    """A time during whose formatting somebody presses Ctrl-C."""

    def isoformat(self, *_args: Any, **_kwargs: Any) -> str:
        raise KeyboardInterrupt


def test_an_interrupt_while_encoding_stays_an_interrupt() -> None:
    plain = event()
    with pytest.raises(KeyboardInterrupt):
        encode_event(plain.model_copy(update={"created_at": _Interrupted.fromtimestamp(0, UTC)}))
