"""The command's options."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from benchmarks.command import new_parser, read_arguments

DESCRIPTION = """\
Measures the maintainer. Days of made-up calls are loaded with their windows closed; one pass compacts them all, another
drops the oldest days. Then one big window is compacted while the real sink reads a filled log into the same database,
in turn with the sink alone. Starts its own Kafka and Postgres on loopback. Progress goes to standard error; the last
line of the output is one JSON object."""


@dataclass(frozen=True, slots=True)
class Options:
    """How much is measured: days of `daily` calls, a window of `window` calls, `rounds` of `sink` events each."""

    days: int
    daily: int
    window: int
    sink: int
    rounds: int


FULL = Options(days=30, daily=100_000, window=1_000_000, sink=200_000, rounds=5)
QUICK = Options(days=6, daily=20_000, window=300_000, sink=20_000, rounds=2)


def read_options(arguments: Sequence[str] | None = None) -> Options:
    """The options from the command line; `--quick` changes the defaults of the others."""
    parser = new_parser("bench-lifecycle", DESCRIPTION, "little of everything")
    for name, text in (
        ("days", "days of calls"),
        ("daily", "calls a day"),
        ("window", "calls in the big window"),
        ("sink", "events that the sink reads"),
        ("rounds", "how often the sink runs, alone and beside a compaction"),
    ):
        parser.add_argument(f"--{name}", type=int, help=f"{text} ({getattr(FULL, name)})")
    return Options(**read_arguments(parser, arguments, asdict(FULL), asdict(QUICK)))
