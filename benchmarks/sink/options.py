"""The command's options."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

DESCRIPTION = """\
Measures the sink: topics filled beforehand with events of real size, duplicates among them, and with the totals that a
processor would state, read by the real `tollbook sink` into a new database. Beside it COPY, from memory, of the very
rows that the sink left into the ledger of another new database. Both in turn, round after round; the ratio is the
median of the rounds' ratios. Starts its own Kafka and Postgres on loopback. Progress goes to standard error; the last
line of the output is one JSON object."""


@dataclass(frozen=True, slots=True)
class Options:
    """How much is measured."""

    rounds: int
    events: int


FULL = Options(rounds=7, events=200_000)
QUICK = Options(rounds=3, events=50_000)


def read_options(arguments: Sequence[str] | None = None) -> Options:
    """The options from the command line; `--quick` changes the defaults of the others."""
    parser = argparse.ArgumentParser(
        prog="make bench-sink",
        description=DESCRIPTION,
        epilog='Example: make bench-sink ARGS="--quick"',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="few rounds and events: a look, not a result")
    parser.add_argument("--rounds", type=_positive, help=f"how often both are measured ({FULL.rounds})")
    parser.add_argument("--events", type=_positive, help=f"events in the log ({FULL.events})")
    given = vars(parser.parse_args(arguments))
    default = QUICK if given.pop("quick") else FULL
    return Options(**{name: getattr(default, name) if value is None else value for name, value in given.items()})


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return number
