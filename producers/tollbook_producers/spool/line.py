"""A record as one line: CRC-32 as eight hexadecimal digits, a space, a JSON array, a newline.

The arrays, by their first element: `["b", call, facts]` a call began, `["p", call, facts]` it went on, `["e", call, id,
facts]` it ended, `["l", id, facts]` an event without a beginning, `["r", call, facts]` what is known of a call that is
open for long, written again so that the segment it began in can go, `["c", call]` a call is over and its event is
elsewhere.
"""

import json
import re
from collections.abc import Sequence
from typing import Any
from zlib import crc32

import orjson

BEGAN, PROGRESSED, ENDED, LEFT, REWRITTEN, CLOSED = "b", "p", "e", "l", "r", "c"

Record = list[Any]

_START = re.compile(rb"[0-9a-f]{8} \[")
_PREFIX = 9
_SLOW = b"[ "
"""How an array begins that only Python's own JSON reads exactly."""


def encode(record: Sequence[object]) -> bytes:
    """The line of a record."""
    try:
        body = orjson.dumps(record)
    except TypeError:  # a lone surrogate or an integer beyond 64 bits: no event takes it, but its call counts
        body = _SLOW + json.dumps(record, default=str).encode()[1:]
    return b"%08x %b\n" % (crc32(body), body)


def encode_beginning(call: str, facts: object) -> bytes:
    """The line of a call that begins. Facts that are the same object as last time are not encoded anew."""
    known, encoded = _last[0]
    if known is not facts:
        try:
            encoded = orjson.dumps(facts)
        except TypeError:
            return encode((BEGAN, call, facts))
        _last[0] = (facts, encoded)
    body = b'["b","%b",%b]' % (call.encode(), encoded)
    return b"%08x %b\n" % (crc32(body), body)


_last: list[tuple[object, bytes]] = [(object(), b"")]


def decode(line: bytes) -> Record | None:
    """The record of a line without its newline; None for one that is torn or corrupt."""
    body = line[_PREFIX:]
    if line[:_PREFIX] != b"%08x " % crc32(body):
        return None
    try:
        record = json.loads(body) if body.startswith(_SLOW) else orjson.loads(body)
    except ValueError:
        return None
    return record if isinstance(record, list) else None


def salvage(line: bytes) -> Record | None:
    """The whole record at the end of a line that begins with the fragment of another."""
    for start in _START.finditer(line, 1):
        record = decode(line[start.start() :])
        if record is not None:
            return record
    return None
