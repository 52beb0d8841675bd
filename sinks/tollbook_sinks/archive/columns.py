"""The ledger's columns, each as Postgres reads and spells it and as Arrow holds it.

They are read from the table itself, so that a column that a later migration adds is archived without a change here; one
of a type that is not known here stops the archive with an error.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from psycopg import Column, sql

from tollbook_sinks.archive.errors import ArchiveError


@dataclass(frozen=True, slots=True)
class ArchiveColumn:
    """One column. `selected` is what is read of it and `spelled` its text in a row's digest, both in SQL.

    `build` makes an Arrow column of the values read.
    """

    name: str
    type: pa.DataType
    selected: sql.Composable
    spelled: sql.Composable
    build: Callable[[list[Any], pa.DataType], pa.Array]


@dataclass(frozen=True, slots=True)
class _Kind:
    type: Callable[[Column], pa.DataType]
    selected: str = "{}"
    spelled: str = "{}::text"
    build: Callable[[list[Any], pa.DataType], pa.Array] = pa.array


def archive_columns(description: list[Column]) -> list[ArchiveColumn]:
    """The columns of a statement's result. Raises ArchiveError for one of a type that is not known."""
    return [_column(column) for column in description]


def _column(column: Column) -> ArchiveColumn:
    kind = _KINDS.get(column.type_code)
    if kind is None:
        raise ArchiveError(
            f"the ledger's column {column.name} has a type that this version cannot archive: install a newer one"
        )
    name = sql.Identifier(column.name)
    selected, spelled = (sql.SQL(text).format(name) for text in (kind.selected, kind.spelled))
    return ArchiveColumn(column.name, kind.type(column), selected, spelled, kind.build)


def _build_ids(values: list[Any], kind: pa.DataType) -> pa.Array:
    return pa.ExtensionArray.from_storage(kind, pa.array(values, pa.binary(16)))


def _build_times(values: list[Any], kind: pa.DataType) -> pa.Array:
    return pa.array(values, pa.int64()).cast(kind)


_MICROSECONDS = "(extract(epoch FROM {}) * 1000000)::bigint"
_KINDS = {
    16: _Kind(lambda _: pa.bool_()),
    17: _Kind(lambda _: pa.binary(), spelled="encode({}, 'hex')"),
    20: _Kind(lambda _: pa.int64()),
    21: _Kind(lambda _: pa.int16()),
    23: _Kind(lambda _: pa.int32()),
    25: _Kind(lambda _: pa.string()),
    1009: _Kind(lambda _: pa.list_(pa.string()), spelled="array_to_json({})::text"),
    1184: _Kind(lambda _: pa.timestamp("us", "UTC"), _MICROSECONDS, f"{_MICROSECONDS}::text", _build_times),
    1700: _Kind(lambda column: pa.decimal128(column.precision, column.scale)),
    2950: _Kind(lambda _: pa.uuid(), "uuid_send({})", "encode(uuid_send({}), 'hex')", _build_ids),
    3802: _Kind(lambda _: pa.string(), selected="{}::text"),
}
"""By the number that Postgres gives a type: bool, bytea, bigint, smallint, integer, text, text[], timestamptz, numeric,
uuid, jsonb. JSON is kept as the text that Postgres writes."""
