"""`make bench-overhead`."""

import json
from importlib.metadata import version
from typing import Any

from benchmarks.command import say
from benchmarks.overhead.broker import no_broker, running_broker
from benchmarks.overhead.figures import Figures, growth_mb
from benchmarks.overhead.options import Options, read_options
from benchmarks.overhead.processes import Places, run_together
from benchmarks.overhead.report import table
from benchmarks.overhead.rounds import run_rounds
from benchmarks.overhead.sink import running_sink
from tollbook_cli.stack import interrupted_by_termination

OURS = ("ours", "ours_away")
PACKAGES = ("openai", "opentelemetry-instrumentation-genai-openai", "openinference-instrumentation-openai", "langfuse")


def main() -> None:
    """Measure, and print the tables and the JSON object."""
    options = read_options()
    with interrupted_by_termination(), running_sink() as sink:
        say("starting Kafka")
        with running_broker() as kafka:
            places = Places(kafka=kafka, kafka_away=no_broker(), sink=sink.url)
            figures = Figures(run_rounds(options, places, sink, say))
            memory = watch_memory(options, places)
    result = {
        **figures.promised(),
        "rss_growth_mb": memory["ours"]["growth_mb"] if memory else None,
        "medians": figures.medians(),
        "memory": memory,
        "rounds": options.rounds,
        "calls": options.calls,
        "streams": options.streams,
        "memory_calls": options.memory_calls,
        "versions": {name: version(name) for name in PACKAGES},
    }
    print("\n".join(table(result)))
    print(json.dumps(result))


def watch_memory(options: Options, places: Places) -> dict[str, Any]:
    """Ours with the broker there and away, side by side: growth and the marks behind it, in MB."""
    if not options.memory_calls:
        return {}
    say(f"watching memory over {options.memory_calls} calls")
    found = run_together(places, OURS, "memory", options.memory_calls)
    return {name: {"growth_mb": growth_mb(one["resident_mb"]), **one} for name, one in found.items()}


if __name__ == "__main__":
    main()
