"""The command's options."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.command import new_parser, read_arguments

DESCRIPTION = """\
Measures the whole pipe with default settings: app workers that make tracked calls, Kafka, processor, sink, maintainer
and Postgres, all on this machine. First the rate that is kept up: as much as comes through, then lower or higher until
the lag stays flat. Then, at half that rate, the time from a call's end until its row is in the ledger, and until the
rollups have counted it. Starts its own Kafka and Postgres on loopback. Progress goes to standard error; the last line
of the output is one JSON object."""


@dataclass(frozen=True, slots=True)
class Options:
    """How long is measured: seconds. `events_s` is a rate to measure latency at instead of half the sustained one."""

    apps: int
    flat_seconds: float
    latency_seconds: float
    events_s: float | None


FULL = {"apps": 2, "flat_seconds": 25.0, "latency_seconds": 60.0}
QUICK = {"apps": 2, "flat_seconds": 8.0, "latency_seconds": 10.0}


def read_options(arguments: Sequence[str] | None = None) -> Options:
    """The options from the command line; `--quick` changes the defaults of the others."""
    parser = new_parser("bench-pipe", DESCRIPTION, "short times")
    parser.add_argument("--apps", type=int, help=f"processes that make calls ({FULL['apps']})")
    parser.add_argument("--flat-seconds", type=float, help=f"how long the lag must stay flat ({FULL['flat_seconds']})")
    parser.add_argument(
        "--latency-seconds", type=float, help=f"how long latency is measured ({FULL['latency_seconds']})"
    )
    parser.add_argument("--events-s", type=float, help="measure latency alone, at this rate")
    full, quick = ({**default, "events_s": None} for default in (FULL, QUICK))
    return Options(**read_arguments(parser, arguments, full, quick))
