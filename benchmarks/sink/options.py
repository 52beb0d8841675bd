"""The command's options."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from benchmarks.command import new_parser, positive, read_arguments

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
    parser = new_parser("bench-sink", DESCRIPTION, "few rounds and events")
    parser.add_argument("--rounds", type=positive, help=f"how often both are measured ({FULL.rounds})")
    parser.add_argument("--events", type=positive, help=f"events in the log ({FULL.events})")
    return Options(**read_arguments(parser, arguments, asdict(FULL), asdict(QUICK)))
