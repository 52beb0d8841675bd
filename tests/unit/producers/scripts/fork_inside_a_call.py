"""Fork inside a tracked call: what the child calls is no part of the parent's call, but is attributed alike."""

import os
import sys

from tollbook_producers import configure, tracked_call, usage_context
from tollbook_schemas import UsageEvent


class Printed:
    """Prints events in Kafka's place."""

    def publish(self, event: UsageEvent) -> None:
        sys.stdout.write(f"{event.provider} {event.session_id}\n")
        sys.stdout.flush()

    def flush(self, timeout_seconds: float) -> int:  # noqa: ARG002  # the protocol's parameter
        return 0


def inside() -> None:
    with usage_context(session_id="s"):
        child = os.fork()
        if child == 0:
            tracked_call(lambda: None, provider="child", model="m")
    if child == 0:
        tracked_call(lambda: None, provider="after", model="m")
        os._exit(0)
    os.waitpid(child, 0)
    tracked_call(lambda: None, provider="hidden", model="m")


configure(publisher=Printed())
tracked_call(inside, provider="parent", model="m")
