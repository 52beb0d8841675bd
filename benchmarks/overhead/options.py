"""The command's options."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

DESCRIPTION = """\
Measures what tracking adds to an OpenAI call: a unary chat completion, a stream of 203 chunks, both answered from
memory. Every contestant runs in a fresh process of its own, round after round in turn; a contestant's added time is its
median minus the median without tracking in the same round, and what is shown is the median over the rounds.
Starts its own Kafka on loopback. Progress goes to standard error; the last line of the output is one JSON object."""

MARKS = 10
"""How often memory is looked at: from a tenth of the calls to the last."""


@dataclass(frozen=True, slots=True)
class Options:
    """How much is measured. `memory_calls` is the last of the calls over which memory is watched; 0 leaves it out."""

    rounds: int
    calls: int
    streams: int
    memory_calls: int


FULL = Options(rounds=7, calls=5_000, streams=300, memory_calls=1_000_000)
QUICK = Options(rounds=3, calls=2_000, streams=100, memory_calls=50_000)


def read_options(arguments: Sequence[str] | None = None) -> Options:
    """The options from the command line; `--quick` changes the defaults of the others."""
    parser = argparse.ArgumentParser(
        prog="make bench-overhead",
        description=DESCRIPTION,
        epilog='Example: make bench-overhead ARGS="--quick"',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="few rounds and calls: a look, not a result")
    parser.add_argument("--rounds", type=_positive, help=f"how often each contestant runs ({FULL.rounds})")
    parser.add_argument("--calls", type=_positive, help=f"unary calls in a round, after warm-up ({FULL.calls})")
    parser.add_argument("--streams", type=_positive, help=f"streams in a round, after warm-up ({FULL.streams})")
    parser.add_argument(
        "--memory-calls",
        type=_memory_calls,
        help=f"watch our memory from a tenth of these calls to the last ({FULL.memory_calls}); 0: not at all",
    )
    given = vars(parser.parse_args(arguments))
    default = QUICK if given.pop("quick") else FULL
    return Options(**{name: getattr(default, name) if value is None else value for name, value in given.items()})


def _memory_calls(text: str) -> int:
    number = int(text)
    if number != 0 and number < MARKS:
        raise argparse.ArgumentTypeError(f"{text} is neither 0 nor at least {MARKS}")
    return number


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return number
