"""Whatever bytes arrive, the decoder answers with a decision."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from tollbook_schemas import DecodedEvent, ImportEnd, Rejected, Tick, UnknownSchemaVersionError, decode, encode_event
from unit.schemas.strategies import event

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
keys = st.none() | st.binary(max_size=40) | st.sampled_from([b"__tick", b"__end"])
headers = st.none() | st.lists(st.tuples(st.just("import_id"), st.none() | st.binary(max_size=40)), max_size=2)
KINDS = (DecodedEvent, ImportEnd, Rejected, Tick)


@given(st.sampled_from(["live", "import"]), keys, st.none() | st.binary(max_size=200), headers)
def test_random_bytes(kind, key, value, record_headers) -> None:  # type: ignore[no-untyped-def]
    assert isinstance(decode(kind, key, value, record_headers), KINDS)


FIELDS = sorted(orjson.loads(encode_event(event(workspace_id="w", latency_ms=1, cached_prompt_tokens=1))[1]))


@given(st.sampled_from([*FIELDS, "tags", "raw_usage", "input_audio_seconds", "flags"]), json_values)
def test_any_json_in_place_of_a_field(field, replacement) -> None:  # type: ignore[no-untyped-def]
    key, value = encode_event(event())
    body = orjson.loads(value)
    body[field] = replacement
    try:
        decoded = decode("live", key, orjson.dumps(body))
    except UnknownSchemaVersionError:
        assert field == "schema_version"
    else:
        assert isinstance(decoded, DecodedEvent | Rejected)
