"""Processor, sink and maintainer on a cluster, as a supervisor runs them; what they left, compared with the truth."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg

from support.postgres import Database
from support.waiting import eventually
from support.workers import WorkerProcess, run_worker
from tollbook_schemas.settings import Settings
from tollbook_sinks.queries import split_queries

COMMANDS = ("processor", "sink", "maintain")
QUERIES = dict(split_queries(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")))
END_SECONDS = 240.0
LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Outcome:
    """`lost` calls have no ledger row; `double` rows are beyond the first of their call.

    `totals_are_true` says whether the compacted windows and what came late to them add up to the truth.
    """

    events: int
    lost: int
    double: int
    totals_are_true: bool

    @property
    def is_exact(self) -> bool:
        """Whether Postgres holds the truth, all of it and nothing else."""
        return self.totals_are_true and not (self.lost or self.double)


class Truth(Protocol):
    """What a load did: the session of every call, each its own, and by project the calls and their tokens."""

    def sessions(self) -> list[str]: ...
    def by_project(self) -> list[tuple[Any, ...]]: ...


class Pipe:
    """The workers of one database. One that stops itself is started again; `restarts` says of each time why."""

    def __init__(self, settings: Settings, database: Database, workers: list[WorkerProcess]) -> None:
        self.settings = settings
        self.database = database
        self.workers = workers
        self.restarts: list[str] = []
        self._stop = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, daemon=True)
        self._supervisor.start()

    def stop(self) -> None:
        """Start nothing again."""
        self._stop.set()
        self._supervisor.join()

    def ledger_size(self) -> int:
        """Rows of the ledger now."""
        return int(self._fetch("ledger_size")[0][0])

    def compare(self, load: Truth) -> Outcome:
        """Wait until every window is compacted, and compare ledger and totals with the truth, all of it."""
        truth = set(load.sessions())
        eventually(lambda: self._has_arrived(len(truth)), END_SECONDS)
        ledger = [session for (session,) in self._fetch("ledger")]
        return Outcome(
            events=len(truth),
            lost=len(truth - set(ledger)),
            double=len(ledger) - len(truth & set(ledger)),
            totals_are_true=self._fetch("totals") == load.by_project(),
        )

    def _has_arrived(self, calls: int) -> bool:
        rows, unfinished = self.ledger_size(), self._fetch("unfinished_windows")[0][0]
        said = f"{rows} of {calls} rows, {unfinished} windows are not compacted; workers stopped: {self.restarts}"
        assert rows >= calls, said
        assert unfinished == 0, said
        return True

    def _supervise(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            for worker in self.workers:
                if worker.exit_code is not None:
                    said = worker.output.strip().splitlines() or ["nothing"]  # killed before its first line
                    self.restarts.append(f"{worker.command}: {said[-1]}")
                    worker.restart()

    def _fetch(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.owner) as connection:
            return connection.execute(QUERIES[query]).fetchall()


@contextmanager
def running_pipe(
    settings: Settings, database: Database, folder: Path, instances: Sequence[tuple[str, Settings]] = ()
) -> Iterator[Pipe]:
    """Processor, sink and maintainer until the block ends; or these commands, each with settings of its own."""
    asked = instances or [(command, settings) for command in COMMANDS]
    with ExitStack() as running:
        workers = [running.enter_context(run_worker(command, its, database, folder)) for command, its in asked]
        pipe = Pipe(settings, database, workers)
        running.callback(pipe.stop)
        yield pipe
