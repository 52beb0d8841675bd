"""What a replay needs of whoever runs it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from tollbook_schemas.settings import Settings
from tollbook_schemas.topics import StreamKind

FOLD_STEP = "Records folded"
STORE_STEP = "Records that the ledger has too"
COMPARE_STEP = "Windows compared"


class Report(Protocol):
    """Hears how far the work is."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """`done` of `total` parts of the named step are finished."""


class Fold(Protocol):
    """The process that folds into the replay's generation."""

    def tend(self) -> None:
        """Start it again if it stopped itself. Raises FoldFailedError if that does not help."""


StartFold = Callable[[Settings, StreamKind], AbstractContextManager[Fold]]
"""Starts it for settings that name the replay's generation; the end of the block ends it."""
