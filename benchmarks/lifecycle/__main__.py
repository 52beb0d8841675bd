"""`make bench-lifecycle`."""

import json
from datetime import date
from typing import Any

from psycopg.conninfo import make_conninfo

from benchmarks.command import say, working_folder
from benchmarks.ledger.filling import fill
from benchmarks.ledger.shape import Shape
from benchmarks.lifecycle.beside import sink_beside_compaction
from benchmarks.lifecycle.days import compact_and_drop
from benchmarks.lifecycle.options import Options, read_options
from benchmarks.sink.databases import new_database
from benchmarks.sink.filling import fill as fill_log
from tollbook_cli.stack import Stack
from tollbook_schemas import Settings

FIRST = date(2026, 3, 1)
WANTED = 0.8


def main() -> None:
    """Measure, and print the table and the JSON object."""
    options = read_options()
    with working_folder() as folder:
        say("starting Kafka and Postgres")
        with Stack(folder / "home", Settings(), workers=()) as stack:
            result = _measure(stack, options)
    for name, unit in (
        ("compaction_s_per_million", "s"),
        ("drop_day_s", "s"),
        ("bytes_per_million_before", "bytes"),
        ("bytes_per_million_after", "bytes"),
    ):
        print(f"{name:28} {result[name]:>13,} {unit}")
    print(f"{'sink_ratio_while_compacting':28} {result['sink_ratio_while_compacting']:>13}   at least {WANTED} wanted")
    print(json.dumps(result))


def _measure(stack: Stack, options: Options) -> dict[str, Any]:
    with new_database(stack) as database:
        days = compact_and_drop(_owner(stack, database.name), Shape(FIRST, options.days, options.daily), say)
    window = Shape(FIRST, 1, options.window, hours=1)
    with new_database(stack) as database:
        fill(_owner(stack, database.name), window, window.start, say)
        say(f"writing {options.sink:,} events to the log")
        filled = fill_log(Settings(kafka=stack.addresses.kafka), options.sink)
        return days | sink_beside_compaction(stack, database.name, window, filled, rounds=options.rounds, say=say)


def _owner(stack: Stack, name: str) -> str:
    return make_conninfo(stack.addresses.postgres_owner, dbname=name)


if __name__ == "__main__":
    main()
