"""Records of any content on a terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tollbook_cli.dead_letters.text import MAX_CHARACTERS, pretty, printable
from tollbook_sinks.dead_letters import BadPlaceError, Place


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_nothing_that_a_terminal_obeys_is_shown(value: bytes) -> None:
    shown = pretty(value)
    assert not {unicodedata.category(character) for character in shown.replace("\n", "")} & {"Cc", "Cf", "Cs", "Zl"}


def test_json_is_shown_a_field_a_line_and_other_text_as_it_is() -> None:
    assert pretty(b'{"a":{"b":"\xc3\xa9"}}') == '{\n  "a": {\n    "b": "é"\n  }\n}'
    assert pretty(b"\x1b[31mred\x00") == "\\x1b[31mred\\x00"
    assert pretty(None) == "(null)"
    assert pretty(b"x" * (MAX_CHARACTERS + 5)).endswith("x\n… and 5 characters more")
    assert printable("a\nb\u202ec") == "a\\nb\\u202ec"


@given(st.builds(Place, st.sampled_from(("live", "import")), st.integers(0, 10**8), st.integers(0, 10**17)))
def test_a_place_is_read_back(place: Place) -> None:
    assert Place.parse(str(place)) == place


@pytest.mark.parametrize("text", ["", "live", "live/0", "dead/0/1", "live/0/1/2", "live/-1/0", "live/٣/0"])
def test_no_place(text: str) -> None:
    with pytest.raises(BadPlaceError, match="such as live/0/17"):
        Place.parse(text)
