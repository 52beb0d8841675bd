"""`make bench-bill`."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.bill.asking import measure
from benchmarks.bill.call_to_bill import call_to_bill
from benchmarks.bill.options import Options, read_options
from benchmarks.command import say, working_folder
from benchmarks.ledger.filling import LOADING, copy_earlier, fill
from benchmarks.ledger.shape import Shape
from tollbook_cli.stack import Stack
from tollbook_schemas import Settings

MONTH, DAYS = date(2026, 3, 1), 31
EARLIER = 11
OPEN = timedelta(hours=2)
WANTED = (
    ("ledger_ratio", "at least", 200.0),
    ("project_month_ms", "below", 20.0),
    ("workspace_year_ms", "below", 100.0),
    ("session_ms", "below", 5.0),
    ("call_to_bill_p99_s", "below", 1.5),
)


def main() -> None:
    """Measure, and print the table and the JSON object."""
    options = read_options()
    with working_folder() as folder:
        result = _ask(folder / "asked", options)
    with working_folder() as folder:
        result |= _time_calls(folder / "timed", options)
    for name, limit, wanted in WANTED:
        print(f"{name:20} {result[name]:>10,}   {limit} {wanted:g} wanted")
    print(json.dumps(result))


def _ask(home: Path, options: Options) -> dict[str, Any]:
    shape = Shape(MONTH, DAYS, options.events // DAYS)
    say(f"loading {shape.daily * shape.days:,} calls")
    with Stack(home, Settings(), workers=(), postgres_options=LOADING) as stack:
        owner = stack.addresses.postgres_owner
        fill(owner, shape, shape.end - OPEN, say)
        with psycopg.connect(owner, autocommit=True) as connection:
            copy_earlier(connection, shape, EARLIER)
            connection.execute("VACUUM ANALYZE")
        return measure(owner, shape, options.rounds, say) | {"events": shape.daily * shape.days}


def _time_calls(home: Path, options: Options) -> dict[str, float]:
    say(f"making {options.events_s:g} calls a second")
    with Stack(home, Settings()) as stack:
        settings = Settings(kafka=stack.addresses.kafka, home=stack.home.path)
        return call_to_bill(stack, settings, options.events_s, options.latency_seconds)


if __name__ == "__main__":
    main()
