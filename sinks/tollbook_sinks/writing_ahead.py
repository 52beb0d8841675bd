"""Writes a batch in a thread of its own: that is mostly waiting for Postgres, and the next one is made meanwhile."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from tollbook_sinks.batches import Batch


class Writer:
    """See WriteAhead. `write` is called in one thread, one batch at a time."""

    def __init__(self, write: Callable[[Batch], None]) -> None:
        self._write = write
        self._thread = ThreadPoolExecutor(1, "tollbook-sink-writes")
        self._writing: Future[None] | None = None

    def begin(self, batch: Batch) -> None:
        """See WriteAhead."""
        self._writing = self._thread.submit(self._write, batch)

    def wait(self) -> None:
        """See WriteAhead."""
        if self._writing is not None:
            wait((self._writing,))

    def finish(self) -> None:
        """See WriteAhead."""
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.result()

    def close(self) -> None:
        """See WriteAhead."""
        self._thread.shutdown()
