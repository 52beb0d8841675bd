"""Dead letters with their states, for people to look at."""

from typing import Any

from psycopg import Connection
from psycopg.rows import class_row, dict_row

from tollbook_sinks.dead_letters.choice import Choice, LetterState
from tollbook_sinks.dead_letters.letter import Letter, LetterCount, Place
from tollbook_sinks.dead_letters.queries import QUERIES


def list_letters(
    connection: Connection[Any], choice: Choice, state: LetterState | None = None, limit: int | None = None
) -> list[Letter]:
    """The chosen letters in a state, or in any; the newest first."""
    parameters = {**choice.parameters(), "state": state, "limit": limit}
    with connection.cursor(row_factory=dict_row) as cursor:
        return [_letter(**row) for row in cursor.execute(QUERIES["letters"], parameters)]


def count_letters(connection: Connection[Any], choice: Choice, state: LetterState | None = None) -> list[LetterCount]:
    """How many of them there are by reason and state."""
    with connection.cursor(row_factory=class_row(LetterCount)) as cursor:
        return cursor.execute(QUERIES["counts"], {**choice.parameters(), "state": state}).fetchall()


def _letter(*, kind: Any, partition: int, offset: int, **others: Any) -> Letter:
    return Letter(place=Place(kind, partition, offset), **others)
