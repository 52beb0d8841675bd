"""The interview product's call paths: every way in which it reaches a model. The table is `interviews_paths.csv`."""

import csv
from dataclasses import dataclass
from pathlib import Path as File

from pydantic import TypeAdapter

from tollbook_schemas import LLMUseCase

TABLE = File(__file__).parents[1] / "acceptance" / "interviews_paths.csv"


@dataclass(frozen=True, slots=True)
class Path:
    """One path: where it enters the product, what its requests are about, who pays, who answers, and the call's place.

    `calls` is how many such calls one pass through the edge makes when all goes well. The calls of an `operation` share
    an id: all of a `refresh`, or the `hops` of one function call.
    """

    edge: str
    task: str
    calls: int
    use_case: LLMUseCase
    provider: str
    model: str
    operation: str
    site: str


def _read() -> tuple[Path, ...]:
    with TABLE.open(newline="") as table:
        return TypeAdapter(tuple[Path, ...]).validate_python(list(csv.DictReader(table)))


PATHS = _read()


def path_of(task: str) -> Path:
    """The first path with this task; those that share one differ in their edge only."""
    return next(path for path in PATHS if path.task == task)
