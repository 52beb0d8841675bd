"""Watches over the workers and the services from a thread of its own."""

from collections.abc import Callable, Sequence
from signal import SIGTERM
from threading import Event, Thread

from tollbook_cli.stack.errors import StackError
from tollbook_cli.stack.processes import end
from tollbook_cli.stack.workers import Worker
from tollbook_cli.state import ProcessRecord

WATCH_SECONDS = 0.2
WORKER_STOP_SECONDS = 20.0


class Supervision:
    """Starts workers, starts them again when they stop, and notices when a service has ended.

    `failure` asks the services why the stack cannot go on; `changed` is called when a process came or went; `notify`
    hears one sentence for it, from the watching thread.
    """

    def __init__(
        self,
        workers: Sequence[Worker],
        *,
        failure: Callable[[], StackError | None],
        changed: Callable[[], None],
        notify: Callable[[str], None],
    ) -> None:
        self._workers = workers
        self._find_failure = failure
        self._changed = changed
        self._notify = notify
        self._stopping = Event()
        self._over = Event()
        self._thread = Thread(target=self._watch, name="tollbook-supervision", daemon=True)
        self._failure: StackError | None = None

    def start(self, started: Callable[[int], None]) -> None:
        """Starts the workers, calling `started` with their count so far, and begins to watch."""
        for count, worker in enumerate(self._workers, start=1):
            worker.start()
            self._changed()
            started(count)
        self._thread.start()

    def wait(self) -> None:
        """Returns after `stop`. Raises the failure that ended the watch."""
        while not self._over.wait(WATCH_SECONDS):
            """A short wait lets the main thread see Ctrl-C on every platform."""
        if self._failure:
            raise self._failure

    def stop(self) -> None:
        """Ends the watch, then the workers."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        end([worker.process for worker in self._workers if worker.process], SIGTERM, WORKER_STOP_SECONDS)
        self._over.set()

    def records(self) -> tuple[ProcessRecord, ...]:
        """The workers, for the state; one that is being started again keeps its last pid."""
        return tuple(worker.record for worker in self._workers if worker.record)

    def _watch(self) -> None:
        while not self._stopping.wait(WATCH_SECONDS):
            self._failure = self._find_failure()
            if self._failure:
                self._over.set()
                return
            for event in [event for worker in self._workers if (event := worker.tend())]:
                self._changed()
                self._notify(event)
