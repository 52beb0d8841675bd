"""A row as one text, made by Arrow as `spelled` in columns.py makes it in SQL: equal digests mean equal rows.

The two are made in different ways, by different programs: that makes the digest a proof that the file holds what the
table held.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

BETWEEN: Final = "\x1f"
NULL: Final = "\x1e"
"""Characters that no value holds: identifiers have no control characters, and JSON escapes them."""


def row_digests(batch: pa.RecordBatch) -> Iterator[bytes]:
    """The SHA-256 of each row."""
    spelled = [_spell(values) for values in batch.columns]
    lines = pc.binary_join_element_wise(*spelled, BETWEEN, null_handling="replace", null_replacement=NULL)
    for line in lines.to_pylist():
        yield hashlib.sha256(line.encode()).digest()


def _spell(values: pa.Array) -> pa.Array:
    """A column as text, null where the value is."""
    if pa.types.is_timestamp(values.type):
        return pc.cast(values.cast(pa.int64()), pa.string())
    spell = _speller(values.type)
    if spell is None:
        return pc.cast(values, pa.string())
    return pa.array([None if value is None else spell(value) for value in values.to_pylist()], pa.string())


def _speller(kind: pa.DataType) -> Callable[[Any], str] | None:
    if kind == pa.uuid():
        return lambda value: value.hex
    if pa.types.is_binary(kind):
        return bytes.hex
    if pa.types.is_decimal(kind):
        return lambda value: format(value, "f")
    if pa.types.is_list(kind):
        return lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return None
