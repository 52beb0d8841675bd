"""Which fold of a stream is the live one.

A replay folds a source log again, into a changelog of its own: the next generation. Postgres says which one the sink
reads, and a small topic tells the processors, which know no Postgres: one record a stream kind, key the kind, value
`{"generation": 2}`. Without such a record it is the first.
"""

from collections.abc import Iterable
from typing import NamedTuple

import orjson

from tollbook_schemas.errors import TollbookError
from tollbook_schemas.topics import STREAM_KINDS, StreamKind

FIRST_GENERATION = 1


class BadGenerationError(TollbookError):
    """The topic of generations holds a record that no replay wrote."""


class Generations(NamedTuple):
    """The generation of each stream kind."""

    live: int = FIRST_GENERATION
    imports: int = FIRST_GENERATION

    def of(self, kind: StreamKind) -> int:
        """The generation of a kind."""
        return self.live if kind == "live" else self.imports

    def having(self, kind: StreamKind, generation: int) -> "Generations":
        """The same with another generation of one kind."""
        return self._replace(live=generation) if kind == "live" else self._replace(imports=generation)

    @property
    def suffix(self) -> str:
        """What tells names apart that belong to both kinds; empty for the first generations."""
        if self == Generations():
            return ""
        return f".g{self.live}" if self.imports == FIRST_GENERATION else f".g{self.live}.i{self.imports}"


def encode_generation(kind: StreamKind, generation: int) -> tuple[bytes, bytes]:
    """Key and value of the record that makes a generation live for the processors."""
    return kind.encode(), orjson.dumps({"generation": generation})


def read_generations(records: Iterable[tuple[bytes | None, bytes | None]], known: Generations) -> Generations:
    """The generations after these records: the highest of each kind, for none ever comes back.

    Raises BadGenerationError.
    """
    for key, value in records:
        kind, generation = _decode(key, value)
        known = known.having(kind, max(generation, known.of(kind)))
    return known


def _decode(key: bytes | None, value: bytes | None) -> tuple[StreamKind, int]:
    try:
        kind = next(name for name in STREAM_KINDS if name.encode() == key)
        generation = orjson.loads(value or b"")["generation"]
        if type(generation) is int and generation >= FIRST_GENERATION:
            return kind, generation
    except (StopIteration, ValueError, KeyError, TypeError):
        pass
    raise BadGenerationError(
        f"the topic of generations holds a record that is not ours (key {key!r:.100}): see who may write to it"
    )
