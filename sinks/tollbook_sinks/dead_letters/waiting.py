"""Letters that may be counted yet, as they are read to be sent again."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection

from tollbook_schemas.event import UsageEvent
from tollbook_sinks.dead_letters.choice import Choice
from tollbook_sinks.dead_letters.letter import Place
from tollbook_sinks.dead_letters.queries import QUERIES


class Waiting(NamedTuple):
    """A letter's place and its record's value."""

    place: Place
    value: bytes | None


BEFORE_ALL = Place("import", -1, -1)
"""Kinds are in the order of their names."""


def undecided(connection: Connection[Any], choice: Choice, after: Place, limit: int) -> list[Waiting]:
    """The chosen letters behind a place of which nothing is decided, in the order of kind, partition and offset."""
    behind = {"after_kind": after.kind, "after_partition": after.partition, "after_offset": after.offset}
    return _read(connection, "undecided", {**choice.parameters(), **behind, "limit": limit})


def letters_of_import(connection: Connection[Any], import_id: str) -> list[Waiting]:
    """The letters that were requeued as this import."""
    return _read(connection, "letters_of_import", {"import_id": import_id})


def recorded_digests(connection: Connection[Any], events: Sequence[UsageEvent]) -> dict[UUID, bytes]:
    """By id, the content digests of the ledger's rows that have the ids of these events."""
    parameters = {"ids": [event.id for event in events], "times": [event.created_at for event in events]}
    return dict(connection.execute(QUERIES["recorded_digests"], parameters).fetchall())


def expired_days(connection: Connection[Any]) -> Collection[date]:
    """The days that have left the ledger, into which nothing can be counted any more."""
    return {day for (day,) in connection.execute(QUERIES["expired_days"])}


def _read(connection: Connection[Any], query: str, parameters: dict[str, Any]) -> list[Waiting]:
    rows = connection.execute(QUERIES[query], parameters).fetchall()
    return [Waiting(Place(kind, partition, offset), value) for kind, partition, offset, value in rows]
