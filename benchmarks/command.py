"""What all benchmarks' commands do alike: options, progress, a folder and an environment of their own."""

import argparse
import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tollbook_cli.stack import interrupted_by_termination

_SET_HERE = "TOLLBOOK_"


def new_parser(command: str, description: str, quick: str) -> argparse.ArgumentParser:
    """A parser that knows `--quick`; `quick` says what it leaves out."""
    parser = argparse.ArgumentParser(
        prog=f"make {command}",
        description=description,
        epilog=f'Example: make {command} ARGS="--quick"',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help=f"{quick}: a look, not a result")
    return parser


def read_arguments(
    parser: argparse.ArgumentParser,
    arguments: Sequence[str] | None,
    full: Mapping[str, Any],
    quick: Mapping[str, Any],
) -> dict[str, Any]:
    """What was given, and for the rest the defaults: `quick` with `--quick`, `full` without."""
    given = vars(parser.parse_args(arguments))
    default = quick if given.pop("quick") else full
    return {name: default[name] if value is None else value for name, value in given.items()}


def positive(text: str) -> int:
    """The type of an option that counts."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return number


def say(line: str) -> None:
    """Progress, for whoever waits."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def working_folder() -> Iterator[Path]:
    """A folder that is removed at the end; what the caller's shell says of our settings changes nothing."""
    for name in [name for name in os.environ if name.startswith(_SET_HERE)]:
        del os.environ[name]
    logging.disable(logging.INFO)
    with interrupted_by_termination(), tempfile.TemporaryDirectory(prefix="tollbook-bench-") as folder:
        Path(folder).chmod(0o755)  # Postgres never runs as root, so its user has to enter
        yield Path(folder)
