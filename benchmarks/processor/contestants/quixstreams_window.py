"""quixstreams' windowed aggregation, as its documentation shows it. Runs under a Python of its own.

Reads `bootstrap source group state-folder mode`; runs until it is ended. `mode` is when a window is stated: `current`,
whenever it changes, or `final`, once it is closed, so not before the next hour. The state is in RocksDB and a changelog
topic; checkpoints are committed every 10,000 messages instead of every 5 s, so that the end of a run can be seen.
"""

import sys
from datetime import timedelta

from quixstreams import Application
from quixstreams.dataframe.windows import Count, Sum

SUMS = (
    "call_count",
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "cached_prompt_tokens",
    "reasoning_tokens",
    "latency_ms",
)
COMMIT_EVERY = 10_000


def main() -> None:
    """Run the application."""
    bootstrap, source, group, folder, mode = sys.argv[1:]
    app = Application(
        broker_address=bootstrap,
        consumer_group=group,
        auto_offset_reset="earliest",
        state_dir=folder,
        commit_every=COMMIT_EVERY,
        loglevel="ERROR",
    )
    events = app.dataframe(app.topic(source, key_deserializer="str", value_deserializer="json"))
    window = events.tumbling_window(timedelta(hours=1)).agg(events=Count(), **{name: Sum(name) for name in SUMS})
    totals = getattr(window, mode)()
    totals.to_topic(app.topic(f"{group}-output", value_serializer="json"))
    app.run()


if __name__ == "__main__":
    main()
