"""A publisher that keeps events in a list."""

from tollbook_schemas import UsageEvent


class EventList(list[UsageEvent]):
    """Appending to a list is atomic, so threads may publish at once."""

    def publish(self, event: UsageEvent) -> None:
        """Keep an event."""
        self.append(event)

    def flush(self, timeout_seconds: float) -> int:  # noqa: ARG002  # the protocol's parameter
        """Nothing is ever pending."""
        return 0

    @property
    def only(self) -> UsageEvent:
        """The single event there is."""
        assert len(self) == 1, f"{len(self)} events"
        return self[0]
