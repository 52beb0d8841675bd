"""The command's options."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.command import new_parser, positive, read_arguments

DESCRIPTION = """\
Measures the stream processor: the real `tollbook processor`, one worker on four partitions of a log that was filled
beforehand with events of real size, beside Faust's own windowed table, quixstreams and the same decoder and fold in a
plain confluent-kafka loop. Two mixes: a few hundred open keys, and a key an event. All in turn, round after round; a
ratio is the median of the rounds' ratios. Starts its own Kafka on loopback. Progress goes to standard error; the last
line of the output is one JSON object."""


@dataclass(frozen=True, slots=True)
class Options:
    """How much is measured. `slow_events`: the prefix of the log that the slow rivals are given."""

    rounds: int
    events: int
    slow_events: int
    quixstreams_python: Path


FULL = {"rounds": 5, "events": 300_000, "slow_events": 60_000}
QUICK = {"rounds": 2, "events": 100_000, "slow_events": 20_000}


def read_options(arguments: Sequence[str] | None = None) -> Options:
    """The options from the command line; `--quick` changes the defaults of the others."""
    parser = new_parser("bench-processor", DESCRIPTION, "few rounds and events")
    parser.add_argument("--rounds", type=positive, help=f"how often each is measured ({FULL['rounds']})")
    parser.add_argument("--events", type=positive, help=f"events in each log ({FULL['events']})")
    parser.add_argument("--slow-events", type=positive, help=f"of them for Faust's table ({FULL['slow_events']})")
    parser.add_argument(
        "--quixstreams-python",
        type=Path,
        default=Path(".venv-quixstreams/bin/python"),
        help="the Python that has quixstreams (%(default)s); it wants another confluent-kafka than we do",
    )
    return Options(**read_arguments(parser, arguments, FULL, QUICK))
