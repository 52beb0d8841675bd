"""The command's options."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from benchmarks.command import new_parser, read_arguments

DESCRIPTION = """\
Measures what a bill takes. First a month of made-up calls is loaded, with all totals, and eleven earlier months of the
largest workspace's totals. The largest project's month by use case is asked for from the totals and, in turn with it,
as the same sums over the raw ledger by its index; further the month of a time zone, a workspace's year and sessions.
Then calls are made through the whole pipe, and a project's bill is asked for again and again: the time from a call's
end until a bill includes it. Starts its own Kafka and Postgres on loopback. Progress goes to standard error; the last
line of the output is one JSON object."""


@dataclass(frozen=True, slots=True)
class Options:
    """How much is measured."""

    events: int
    rounds: int
    latency_seconds: float
    events_s: float


FULL = Options(events=10_000_000, rounds=7, latency_seconds=60.0, events_s=500.0)
QUICK = Options(events=300_000, rounds=3, latency_seconds=10.0, events_s=500.0)


def read_options(arguments: Sequence[str] | None = None) -> Options:
    """The options from the command line; `--quick` changes the defaults of the others."""
    parser = new_parser("bench-bill", DESCRIPTION, "few calls and rounds")
    parser.add_argument("--events", type=int, help=f"calls in the month ({FULL.events})")
    parser.add_argument("--rounds", type=int, help=f"how often all is asked ({FULL.rounds})")
    parser.add_argument("--latency-seconds", type=float, help=f"how long calls are timed ({FULL.latency_seconds})")
    parser.add_argument("--events-s", type=float, help=f"calls a second meanwhile ({FULL.events_s})")
    return Options(**read_arguments(parser, arguments, asdict(FULL), asdict(QUICK)))
