"""Where the facts of calls go: an intent before a call, an outcome after it.

Facts are a JSON object of what an event holds, without the id and the time; they hold no content and every text in
them is bounded (`facts.py`). Events are made from facts later, off the caller's path. Ids are UUIDs as text.
"""

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from tollbook_producers.counters import Counters
from tollbook_producers.event_builder import build_event
from tollbook_producers.log import warn_once
from tollbook_producers.publisher import Publisher

Facts = Mapping[str, Any]


class Recorder(Protocol):
    """Keeps what calls leave. An implementation neither blocks nor raises, and counts what it loses."""

    def began(self, reserved: str, facts: Facts) -> None:
        """A call starts. If nothing else comes, its event is this one, under the id reserved for it."""

    def progressed(self, reserved: str, facts: Facts) -> None:
        """A call goes on: if nothing else comes, its event is this one."""

    def ended(self, reserved: str, event_id: str, facts: Facts) -> None:
        """A call that began is over: its event, and the id minted for it."""

    def left(self, event_id: str, facts: Facts) -> None:
        """An event without a beginning: something that was only learned of when it was over."""

    def lost(self, error: BaseException) -> None:
        """A call for which nothing could be recorded."""


class DirectRecorder:
    """Events straight to a publisher, for tests and apps that bring their own. A call that is killed leaves nothing."""

    def __init__(self, publisher: Publisher, counters: Counters) -> None:
        self._publisher = publisher
        self._counters = counters
        self._is_gone = False

    def began(self, reserved: str, facts: Facts) -> None:
        """Nothing is kept."""

    def progressed(self, reserved: str, facts: Facts) -> None:
        """Nothing is kept."""

    def ended(self, reserved: str, event_id: str, facts: Facts) -> None:  # noqa: ARG002  # the protocol's parameter
        """Publish the event."""
        self.left(event_id, facts)

    def left(self, event_id: str, facts: Facts) -> None:
        """Publish the event."""
        if self._is_gone:
            return
        try:
            self._publisher.publish(build_event(facts, UUID(event_id)))
        except Exception as error:  # noqa: BLE001  # tracking never raises into a call
            self.lost(error)

    def lost(self, error: BaseException) -> None:
        """Count it."""
        self._counters.add("dropped")
        warn_once("a call left no event", error)

    def disown(self) -> None:
        """In a forked child: what began before the fork is the parent's."""
        self._is_gone = True


class LostRecorder:
    """Where settings are refused: calls go on and are counted."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters

    def began(self, reserved: str, facts: Facts) -> None:
        """Nothing can be kept."""

    def progressed(self, reserved: str, facts: Facts) -> None:
        """Nothing can be kept."""

    def ended(self, reserved: str, event_id: str, facts: Facts) -> None:  # noqa: ARG002  # the protocol's parameters
        """Count it."""
        self._counters.add("dropped")

    def left(self, event_id: str, facts: Facts) -> None:  # noqa: ARG002  # the protocol's parameters
        """Count it."""
        self._counters.add("dropped")

    def lost(self, error: BaseException) -> None:  # noqa: ARG002  # the protocol's parameter
        """Count it."""
        self._counters.add("dropped")
