"""How many records wait, asked of Kafka when somebody wants to know."""

from collections.abc import Mapping
from threading import Lock

from tollbook_schemas.settings import Settings
from tollbook_sinks.alerts import LogEnds
from tollbook_sinks.errors import KafkaUnreachableError
from tollbook_sinks.records import Feed


class LagReader:
    """Not asked before the first one wants to know; one at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._ends: LogEnds | None = None
        self._turn = Lock()

    def read(self, offsets: Mapping[Feed, int], of: Settings | None = None) -> dict[Feed, int]:
        """By partition; nothing while Kafka does not answer, for an unknown lag is not zero. `of` names generations."""
        with self._turn:
            self._ends = self._ends or LogEnds(self._settings)
            try:
                ends = self._ends.read(of or self._settings)
            except KafkaUnreachableError:
                return {}
        return {feed: max(0, ends[feed] - offset) for feed, offset in offsets.items() if feed in ends}
