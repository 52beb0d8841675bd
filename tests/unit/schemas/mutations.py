"""Records that are canonical, and what may become of them: by the byte, by the field, by the form of a value."""

from typing import Any

import orjson
from hypothesis import strategies as st

from tollbook_schemas import UsageEvent, encode_event
from unit.schemas.strategies import event

FULL = event(
    attempts=1,
    batch=False,
    cached_prompt_tokens=20,
    reasoning_tokens=3,
    input_audio_seconds=1.5,
    provider_cost_usd="0.5",
    flags=("x_clamped",),
    tags={"a": "1", "b": "2"},
    raw_usage={"a": {"b": [1, None, True, "word", 1.5, -0.0, 1e-7]}, "c": 0},
    error_type="rate_limit",
    service_tier="flex",
    workspace_id="wörk",
)
USUAL = event(
    cached_prompt_tokens=20,
    reasoning_tokens=3,
    tags={"a": "1"},
    raw_usage={
        "completion_tokens": 50,
        "prompt_tokens": 100,
        "prompt_tokens_details": {"cached_tokens": 20},
        "tier": "x",
    },
    workspace_id="wörk",
)
RECORDS = [
    encode_event(one)[1]
    for one in (FULL, event(), event(status="error", prompt_tokens=None, completion_tokens=None), USUAL)
]

_LITERALS = [
    *(b"null", b"true", b"false", b"0", b"-0", b"-0.0", b"1", b"-1", b"1.0", b"1e3", b"1E3", b"1e-7", b"1e400", b"NaN"),
    *(b"Infinity", b"01", b"10000000000", b"10000000001", b"1000000", b"1000001", b"9007199254740992"),
    *(b"9007199254740993", b"18446744073709551616", b"100000000000000000000000", b"0.0001", b"12.345", b"10000000.0"),
    *(b'""', b'" "', b'"x"', b'"\\n"', b'"\n"', b'"\x7f"', b'"\\ud800"', b'"\xff"', b'"\\u0041"', b'"1.5"', b'"0.50"'),
    *(
        b'"success"',
        b'"error"',
        b'"Barbara"',
        b'"barbara_x"',
        b'"a-b.c"',
        b'"1e2"',
        b'"99999"',
        b'"100000"',
        b'"100001"',
    ),
    *(b'"2023-11-14T22:13:20.000Z"', b'"2023-11-14T22:13:20Z"', b'"2023-W46-2T22:13:20.000Z"', b"1700000000", b"[]"),
    *(b"{}", b"[1]", b'["x","x"]', b'{"b":1,"a":1}', b'{"a":"1","a":"2"}', b'{"a":null}', b'{"k":"v"}', b'{"x y":1}'),
    *(b'{"a":[[[[[1]]]]]}', b'{"a":[[[1]]]}', b'{"a":{"b":{"c":{"d":{}}}}}', b'{"a":1e20}', b'{"a":9007199254740993}'),
    *(b'{"a":"two words"}', b'{"a":1.0}', b'{"a":1e-7}', b'{"a":[]}', b'"' + b"x" * 64 + b'"', b'"' + b"x" * 65 + b'"'),
    *(b'"' + "é".encode() * 200 + b'"', b'"' + "é".encode() * 201 + b'"', b"[" * 400 + b"]" * 400),
    b"{" + b",".join(b'"t%02d":"v"' % number for number in range(16)) + b"}",
    b"{" + b",".join(b'"t%02d":"v"' % number for number in range(17)) + b"}",
    b'{"a":[' + b",".join([b"1"] * 200) + b"]}",
    b'{"a":[' + b",".join([b"1"] * 201) + b"]}",
]
_NAMES = [*UsageEvent.model_fields, "unknown", "Batch"]

literals = st.sampled_from(_LITERALS) | st.integers(-(2**70), 2**70).map(lambda number: str(number).encode())
values = literals | st.one_of(st.text(max_size=70), st.floats(), st.integers(0, 300)).map(orjson.dumps)
Items = list[tuple[str, bytes]]


def _items(record: bytes) -> Items:
    fields: dict[str, Any] = orjson.loads(record)
    return [(name, orjson.dumps(value, option=orjson.OPT_SORT_KEYS)) for name, value in fields.items()]


def _written(items: Items) -> bytes:
    return b"{" + b",".join(orjson.dumps(name) + b":" + value for name, value in items) + b"}"


@st.composite
def _other_fields(draw: st.DrawFn) -> bytes:
    """Fields replaced, added, repeated or left out; mostly in order, as only then anything is taken."""
    items = _items(draw(st.sampled_from(RECORDS)))
    for name, value in draw(st.lists(st.tuples(st.sampled_from(_NAMES), values), max_size=3)):
        repeated = draw(st.integers(0, 9)) == 0
        items = [item for item in items if repeated or item[0] != name] + [(name, value)]
    if draw(st.integers(0, 9)) == 0:
        items.pop(draw(st.integers(0, len(items) - 1)))
    return _written(sorted(items) if draw(st.integers(0, 9)) else draw(st.permutations(items)))


@st.composite
def _other_bytes(draw: st.DrawFn) -> bytes:
    """A stretch of bytes replaced."""
    record = draw(st.sampled_from(RECORDS))
    start = draw(st.integers(0, len(record)))
    end = draw(st.integers(start, min(len(record), start + 3)))
    return (
        record[:start]
        + draw(st.binary(max_size=3) | st.text('{}[]",:0123456789. \\', max_size=3).map(str.encode))
        + record[end:]
    )


def mutated() -> st.SearchStrategy[bytes]:
    """Records that are nearly canonical, valid or not."""
    return _other_fields() | _other_bytes()
