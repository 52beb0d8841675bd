"""`make bench-sink`."""

import json
from statistics import median

from benchmarks.command import say, working_folder
from benchmarks.sink.contestants import copy_rate, rows_of, sink_rate
from benchmarks.sink.databases import new_database
from benchmarks.sink.filling import Filled, fill
from benchmarks.sink.options import read_options
from tollbook_cli.stack import Stack
from tollbook_schemas import Settings

WANTED = 0.5
_SET_HERE = "TOLLBOOK_"


def main() -> None:
    """Measure, and print the table and the JSON object."""
    options = read_options()
    with working_folder() as folder:
        say("starting Kafka and Postgres")
        with Stack(folder / "home", Settings(), workers=()) as stack:
            settings = Settings(kafka=stack.addresses.kafka)
            say(f"writing {options.events} events")
            filled = fill(settings, options.events)
            rates = [_round(stack, settings, filled, number) for number in range(1, options.rounds + 1)]
    result = {
        "ratio_to_copy": round(median(sink / copy for sink, copy in rates), 3),
        "sink_events_s": round(median(sink for sink, _ in rates)),
        "copy_rows_s": round(median(copy for _, copy in rates)),
        "rounds": [[round(sink), round(copy)] for sink, copy in rates],
        "events": filled.records,
        "repetitions": filled.repetitions,
        "statements": filled.statements,
    }
    print(f"the sink {result['sink_events_s']:>10,} events/s\nCOPY     {result['copy_rows_s']:>10,} rows/s")
    print(f"ratio    {result['ratio_to_copy']:>10}   at least {WANTED} wanted")
    print(json.dumps(result))


def _round(stack: Stack, settings: Settings, filled: Filled, number: int) -> tuple[float, float]:
    """Events a second through the sink, rows a second by COPY."""
    with new_database(stack) as database:
        sink = sink_rate(settings, database, filled)
        rows = rows_of(database)
    with new_database(stack) as database:
        copy = copy_rate(database, rows)
    say(f"round {number}: sink {sink:,.0f}/s, COPY {copy:,.0f}/s, ratio {sink / copy:.3f}")
    return sink, copy


if __name__ == "__main__":
    main()
