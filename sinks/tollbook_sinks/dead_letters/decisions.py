"""What is decided of letters: written beside them, within an administrator's action, once and for ever."""

from collections.abc import Collection
from typing import Any

from psycopg import Connection

from tollbook_sinks.admin import AdminAction
from tollbook_sinks.dead_letters.choice import Choice, place_lists
from tollbook_sinks.dead_letters.letter import Place
from tollbook_sinks.dead_letters.queries import QUERIES


def requeue(connection: Connection[Any], action: AdminAction, places: Collection[Place], import_id: str) -> None:
    """Decide that these letters are sent as this import; written before the first of them is sent."""
    parameters = {**place_lists(places), "import_id": import_id, "action": action.id, "why": action.why}
    connection.execute(QUERIES["requeue"], parameters)


def mark_sent(connection: Connection[Any], action: AdminAction, import_id: str) -> None:
    """Say that an import of letters is in Kafka, to its end."""
    connection.execute(QUERIES["mark_sent"], {"import_id": import_id, "action": action.id})


def unsent_imports(connection: Connection[Any]) -> list[str]:
    """Imports of letters that were begun and are not known to be in Kafka to their end."""
    return [import_id for (import_id,) in connection.execute(QUERIES["unsent_imports"])]


def discard(connection: Connection[Any], action: AdminAction, choice: Choice) -> int:
    """Decide that the chosen letters are not to be counted, those of which nothing is decided; how many they were."""
    parameters = {**choice.parameters(), "action": action.id, "why": action.why}
    return connection.execute(QUERIES["discard"], parameters).rowcount
