"""Faust's own windowed table, as its documentation shows it: a model, an agent, one write an event.

Reads `bootstrap source group`; runs until it is ended. The store is in memory, everything else is Faust's default.
"""

import logging
import sys
import tempfile
from datetime import timedelta
from typing import Any

import faust

MEASURES = (
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "cached_prompt_tokens",
    "reasoning_tokens",
    "latency_ms",
)
PARTITIONS = 4


class Event(faust.Record, serializer="json"):
    """The fields that are summed; a Faust model leaves the others alone."""

    call_count: int
    status: str
    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    cached_prompt_tokens: int = 0
    reasoning_tokens: int = 0
    latency_ms: int = 0


def create_app(bootstrap: str, source: str, group: str) -> faust.App:
    """The app. The topic is keyed by the dimensions already: without that, Faust would have to repartition it."""
    app = faust.App(
        group,
        broker=f"aiokafka://{bootstrap}",
        store="memory://",
        topic_partitions=PARTITIONS,
        topic_replication_factor=1,
        version=1,
        web_enabled=False,
        datadir=tempfile.mkdtemp(prefix=f"{group}-"),
    )
    topic = app.topic(source, key_type=str, value_type=Event)
    totals: Any = app.Table("totals", default=dict, partitions=PARTITIONS).tumbling(
        timedelta(hours=1), expires=timedelta(hours=2)
    )

    @app.agent(topic)
    async def fold(events: faust.StreamT[Event]) -> None:
        async for key, event in events.items():
            total = totals[key].now()
            sums = {name: total.get(name, 0) + getattr(event, name) for name in MEASURES}
            totals[key] = {**sums, "calls": total.get("calls", 0) + event.call_count}

    return app


def main() -> None:
    """Run a worker."""
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR)
    worker = faust.Worker(create_app(*sys.argv[1:]), quiet=True, loglevel="ERROR")
    worker.spinner = None
    worker.execute_from_commandline()


if __name__ == "__main__":
    main()
