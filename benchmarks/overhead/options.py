"""The command's options."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from benchmarks.command import new_parser, positive, read_arguments

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
    parser = new_parser("bench-overhead", DESCRIPTION, "few rounds and calls")
    parser.add_argument("--rounds", type=positive, help=f"how often each contestant runs ({FULL.rounds})")
    parser.add_argument("--calls", type=positive, help=f"unary calls in a round, after warm-up ({FULL.calls})")
    parser.add_argument("--streams", type=positive, help=f"streams in a round, after warm-up ({FULL.streams})")
    parser.add_argument(
        "--memory-calls",
        type=_memory_calls,
        help=f"watch our memory from a tenth of these calls to the last ({FULL.memory_calls}); 0: not at all",
    )
    return Options(**read_arguments(parser, arguments, asdict(FULL), asdict(QUICK)))


def _memory_calls(text: str) -> int:
    number = int(text)
    if number != 0 and number < MARKS:
        raise argparse.ArgumentTypeError(f"{text} is neither 0 nor at least {MARKS}")
    return number
