"""What long work tells whoever watches it."""

from typing import Protocol


class Report(Protocol):
    """A callback for progress. Called from several threads."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """`done` of `total` parts of the named step are finished; equal numbers end it."""


def unreported(step: str, done: int, total: int) -> None:
    """The callback for nobody watching."""
