"""A line is read whole or not at all, wherever it was cut or changed."""

from hypothesis import assume, given
from hypothesis import strategies as st

from tollbook_producers.spool.line import BEGAN, decode, encode, encode_beginning, salvage

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
RECORDS = st.lists(JSON, min_size=1, max_size=4)


@given(RECORDS)
def test_what_is_encoded_is_decoded(record: list[object]) -> None:
    line = encode(record)
    assert line.endswith(b"\n")
    assert b"\n" not in line[:-1]
    assert decode(line[:-1]) == record


def test_tuples_become_lists() -> None:
    assert decode(encode(("b", "call", {"flags": ("x",)}))[:-1]) == ["b", "call", {"flags": ["x"]}]


@given(JSON)
def test_a_beginning_is_a_line_like_any_other(facts: object) -> None:
    for call in ("call-1", "call-2"):
        assert encode_beginning(call, facts) == encode((BEGAN, call, facts))


@given(RECORDS, st.data())
def test_a_line_cut_anywhere_is_no_record(record: list[object], data: st.DataObject) -> None:
    line = encode(record)[:-1]
    cut = data.draw(st.integers(0, len(line) - 1))
    assert decode(line[:cut]) is None


@given(RECORDS, st.data())
def test_a_line_with_any_bit_flipped_is_no_record(record: list[object], data: st.DataObject) -> None:
    line = bytearray(encode(record)[:-1])
    line[data.draw(st.integers(0, len(line) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert decode(bytes(line)) is None


@given(RECORDS, RECORDS, st.data())
def test_a_record_behind_a_torn_one_is_found(torn: list[object], whole: list[object], data: st.DataObject) -> None:
    start = encode(torn)[:-1]
    fragment = start[: data.draw(st.integers(1, len(start) - 1))]
    line = fragment + encode(whole)[:-1]
    assume(decode(line) is None)
    assert salvage(line) == whole


@given(st.binary(max_size=200))
def test_noise_is_no_record_and_no_error(noise: bytes) -> None:
    assert decode(noise) is None
    assert salvage(noise) is None
