"""Which generation's changelogs belong to this database: a replay's cut-over changes it, with the totals, at once."""

from typing import Any

from psycopg import Connection

from tollbook_schemas.generations import Generations
from tollbook_sinks.errors import GenerationReplacedError
from tollbook_sinks.queries import load_queries

_SQL = load_queries("generations.sql")


def live_generations(connection: Connection[Any]) -> Generations:
    """The generations that this database's totals come from."""
    found = dict(connection.execute(_SQL["live_generations"]).fetchall())
    return Generations(found["live"], found["import"])


def refuse_replaced(connection: Connection[Any], generations: Generations) -> None:
    """Raise GenerationReplacedError unless these are the live ones.

    This only says it in time. What keeps a sink from writing old totals is that the offsets it would move belong to
    another topic by then.
    """
    live = live_generations(connection)
    if live != generations:
        raise GenerationReplacedError(generations, live)
