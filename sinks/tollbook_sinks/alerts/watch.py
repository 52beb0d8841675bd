"""Looking once: Kafka's ends first, so that what is read of Postgres afterwards is never ahead of them."""

from typing import Any

from psycopg import Connection

from tollbook_schemas.settings import Settings
from tollbook_sinks.alerts.ends import LogEnds
from tollbook_sinks.alerts.facts import Facts, SpoolFacts
from tollbook_sinks.alerts.reading import read_facts
from tollbook_sinks.alerts.thresholds import thresholds_of
from tollbook_sinks.errors import KafkaUnreachableError
from tollbook_sinks.generations import live_generations


def look(settings: Settings, connection: Connection[Any], ends: LogEnds, spool: SpoolFacts | None = None) -> Facts:
    """The facts as they are now; the connection is one of `lifecycle.connect`."""
    live = settings.of_generations(live_generations(connection))
    try:
        found = ends.read(live)
    except KafkaUnreachableError as error:
        return read_facts(connection, thresholds_of(settings), str(error), spool)
    return read_facts(connection, thresholds_of(settings), found, spool)
