"""Records of a changelog topic: totals by key, and one mark a partition (architecture.md 13-15, contract.md).

Keys are JSON arrays, values JSON objects. Every value states something that is true for ever, so readers keep the one
with the highest offset; a checksum over key and value tells a true statement from garbage that claims a high offset.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import orjson

from tollbook_schemas.dimensions import Dimensions
from tollbook_schemas.errors import TollbookError
from tollbook_schemas.measures import Measures, from_sparse, to_sparse
from tollbook_schemas.topics import StreamKind
from tollbook_schemas.windows import NO_CLOCK

Scope = int | str
"""What opens and closes as one: a live window's start in ms, or an import's id."""

MARK = "mark"
_KEY_LENGTH = 3 + len(Dimensions._fields)


class BadRollupRecordError(TollbookError):
    """A changelog record that no processor of ours wrote, or that was damaged."""


@dataclass(frozen=True, slots=True)
class RollupKey:
    """Source partition, import id (None when live), window start in ms, dimensions."""

    partition: int
    import_id: str | None
    window_ms: int
    dimensions: Dimensions

    @property
    def scope(self) -> Scope:
        """The window, or the import that the key belongs to."""
        return self.window_ms if self.import_id is None else self.import_id

    def encode(self) -> bytes:
        """The key's bytes; equal keys have equal bytes."""
        return encode_key(self.partition, self.import_id, self.window_ms, *self.dimensions)


@dataclass(frozen=True, slots=True)
class RollupValue:
    """The fold of a key up to source offset `applied`, inclusive."""

    applied: int
    measures: Measures


@dataclass(frozen=True, slots=True)
class OpenScope:
    """What a mark says of an open window or import: records folded into it, and the first offset that it needs."""

    events: int
    first_offset: int


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a partition is folded and what is open in it.

    `through`: highest source offset folded, -1 for none. `clock`: ms. `ended`: import id to the clock at its end.
    `floor`: windows that start before it (ms) cannot be whole, because the log's head was gone when folding began.
    `width_ms`: the width of the windows that the partition's totals are kept in; 0 where it is not stated.
    """

    through: int
    clock: int = NO_CLOCK
    open: Mapping[Scope, OpenScope] = field(default_factory=dict)
    ended: Mapping[str, int] = field(default_factory=dict)
    floor: int = 0
    width_ms: int = 0


def encode_key(partition: int, import_id: str | None, window_ms: int, *dimensions: str | bool | int | None) -> bytes:
    """A key's bytes, from its parts in the order of RollupKey."""
    # A copy, because keys are kept and orjson's own bytes hold on to a buffer of several kilobytes.
    return bytes(memoryview(orjson.dumps((partition, import_id, window_ms, *dimensions))))


def place_of(key: bytes) -> tuple[int, Scope]:
    """The partition and the scope of a total, from its key's bytes."""
    partition, import_id, window_ms, *_ = orjson.loads(key)
    return partition, window_ms if import_id is None else import_id


def mark_key(partition: int) -> bytes:
    """The key of a partition's mark."""
    return orjson.dumps([partition, MARK])


def encode_value(key: bytes, value: RollupValue) -> bytes:
    """The bytes of a total."""
    return _seal(key, {"applied": value.applied, "measures": to_sparse(value.measures)})


def encode_mark(key: bytes, mark: Mark) -> bytes:
    """The bytes of a mark."""
    scopes = [[scope, entry.events, entry.first_offset] for scope, entry in mark.open.items()]
    body = {
        "through": mark.through,
        "clock": mark.clock,
        "open": sorted(scopes, key=lambda item: str(item[0])),
        "ended": dict(sorted(mark.ended.items())),
        "floor": mark.floor,
        "width": mark.width_ms,
    }
    return _seal(key, body)


def decode_rollup(
    kind: StreamKind, partition: int, key: bytes | None, value: bytes
) -> tuple[RollupKey, RollupValue] | Mark:
    """Decode a changelog record of one partition.

    Raises BadRollupRecordError for anything whose form, partition or checksum is wrong.
    """
    try:
        parts = orjson.loads(key or b"")
        body = _unseal(key or b"", value)
        if parts == [partition, MARK]:
            return _mark(body)
        return _key(kind, partition, parts), RollupValue(_offset(body["applied"]), from_sparse(body["measures"]))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise BadRollupRecordError(f"changelog record with key {key!r:.200}: {error}") from error


def _key(kind: StreamKind, partition: int, parts: Any) -> RollupKey:
    if len(parts) != _KEY_LENGTH or parts[0] != partition or not isinstance(parts[2], int):
        raise ValueError("not a rollup key of this partition")
    if (parts[1] is None) != (kind == "live"):
        raise ValueError(f"not a key of the {kind} stream")
    return RollupKey(partition, parts[1], parts[2], Dimensions(*parts[3:]))


def _mark(body: dict[str, Any]) -> Mark:
    return Mark(
        through=int(body["through"]),
        clock=_offset(body["clock"]),
        open={scope: OpenScope(_offset(events), _offset(first)) for scope, events, first in body["open"]},
        ended={str(name): _offset(clock) for name, clock in body["ended"].items()},
        floor=_offset(body["floor"]),
        width_ms=_offset(body["width"]),
    )


def _offset(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is not a non-negative integer")
    return value


def _seal(key: bytes, body: dict[str, Any]) -> bytes:
    text = orjson.dumps(body)
    return text[:-1] + b',"crc32":%d}' % crc32(text, crc32(key))


def _unseal(key: bytes, value: bytes) -> dict[str, Any]:
    text, separator, tail = value.rpartition(b',"crc32":')
    body = text + b"}"
    if not separator or tail != b"%d}" % crc32(body, crc32(key)):
        raise ValueError("checksum mismatch")
    loaded = orjson.loads(body)
    if not isinstance(loaded, dict):
        raise TypeError("not an object")
    return loaded
