"""One round: load and faults together, then quiet until everything is equal to the truth by itself."""

import heapq
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

import psycopg
from confluent_kafka import KafkaException

from tollbook_cli.environment import settings_environment
from torture.calls import Notebooks
from torture.chaos import Chaos, ChaosTruth
from torture.comparison import Verdict, compare
from torture.faults import Faults, Undo
from torture.fleet import Fleet
from torture.plan import LOAD_SECONDS, MEMBERS, Step
from torture.progress import say
from torture.site import Site
from torture.tables import read_positions, read_tables

TICK_SECONDS = 0.05
LOOK_SECONDS = 0.25
AWAY = (psycopg.OperationalError, KafkaException, TimeoutError)
FULL = "app-4"


class TortureError(Exception):
    """Something is wrong for good. The text says what."""


@dataclass(slots=True)
class Torture:
    """A site with its processes, and the truth of all rounds so far.

    `verdict` and `disputed` are those of the last comparison, `missing` is what the next one waits for.
    """

    site: Site
    recovery_seconds: float
    fleet: Fleet = field(init=False)
    faults: Faults = field(init=False)
    notebooks: Notebooks = field(init=False)
    chaos: ChaosTruth = field(default_factory=ChaosTruth)
    verdict: Verdict = field(default_factory=Verdict)
    missing: list[str] = field(default_factory=list)
    disputed: int = 0
    recoveries: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.fleet = Fleet(self.site)
        self.faults = Faults(self.site, self.fleet)
        self.notebooks = Notebooks(self.site.calls)
        for name in MEMBERS:
            self.fleet.join(name)

    def round(self, steps: Sequence[Step], seed: int) -> float:
        """All of the plan, then recovery. Returns how long that took, in seconds. Raises TortureError."""
        chaos = Chaos(self.site.settings, seed, self.chaos)
        self.site.pause.unlink()
        chaos.start()
        quiet_since = self._suffer(steps)
        self.site.pause.touch()
        chaos.stop()
        self._until(lambda: chaos.is_delivered, "all records of chaos are in the log")
        say(f"  all is in the log after {time.monotonic() - quiet_since:.1f} s")
        self._until(self._is_equal, "everything is equal to the truth")
        self._end_full_worker()
        self.recoveries.append(time.monotonic() - quiet_since)
        self._audit()
        return self.recoveries[-1]

    def conclude(self) -> None:
        """Wait until every window is compacted, and compare once more. Raises TortureError."""
        self._until(self._is_final, "every window is compacted and equal to the truth")
        self._audit()

    def refolds(self) -> int:
        """How often a processor said that it folds again."""
        logs = self.site.home.logs.glob("processor-*.log*")
        return sum(log.read_text(errors="replace").count("folding again from the log") for log in logs)

    def _suffer(self, steps: Sequence[Step]) -> float:
        """Returns when the last fault was done or undone (monotonic)."""
        begin, order = time.monotonic(), count()
        due: list[tuple[float, int, Step | Undo]] = [(begin + step.at, next(order), step) for step in steps]
        heapq.heapify(due)
        last = begin
        while due or time.monotonic() < begin + LOAD_SECONDS:
            while due and due[0][0] <= time.monotonic():
                what = heapq.heappop(due)[2]
                undo = self._do(what)
                last = time.monotonic()
                if undo is not None:
                    seconds = what.seconds if isinstance(what, Step) else LOOK_SECONDS
                    heapq.heappush(due, (last + seconds, next(order), undo))
            self._tend()
            time.sleep(TICK_SECONDS)
        disarmed = self.fleet.disarm()
        if disarmed:
            say(f"  not met: the failpoints of {', '.join(disarmed)}")
        return time.monotonic() if disarmed else last

    def _do(self, what: Step | Undo) -> Undo | None:
        if isinstance(what, Step):
            say(f"  {what}")
            return self.faults.do(what)
        try:
            what()
        except AWAY:
            return what  # Postgres is away just now: it must accept connections later
        return None

    def _tend(self) -> None:
        for service in self.site.services.values():
            service.tend()
        self.fleet.tend()

    def _until(self, check: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + self.recovery_seconds
        while True:
            self._tend()
            try:
                if check():
                    return
            except AWAY as error:
                reason = str(error)
            else:
                reason = "; ".join([*self.missing, *self.verdict.findings])
            if time.monotonic() > deadline:
                raise TortureError(f"not within {self.recovery_seconds:.0f} s: {what} ({reason})")
            time.sleep(LOOK_SECONDS)

    def _is_read(self) -> bool:
        """Whether sink and processor have read all that is in the log."""
        ends = self.site.log_ends()
        found = read_positions(self.site.addresses.postgres_owner)
        behind = {
            place: (end, found.get(place))
            for place, end in ends.items()
            if end and (place not in found or found[place][0] < end or found[place][1] < end - 1)
        }
        self.missing = [f"not read: {behind}"] if behind else []
        return not behind

    def _is_equal(self) -> bool:
        if not self._is_read():
            return False
        self.notebooks.look()
        tables = read_tables(self.site.addresses.postgres_owner)
        self.verdict = compare(self.notebooks.calls, self.chaos, tables, self.site.settings.window_seconds * 1000)
        self.disputed = self.verdict.find("disputed windows", [tables.disputed] * tables.disputed)
        return self.verdict.is_equal

    def _is_final(self) -> bool:
        if not self._is_equal():
            return False
        unfinished = read_tables(self.site.addresses.postgres_owner).unfinished
        self.missing = [f"{unfinished} windows are not compacted"] if unfinished else []
        return not unfinished

    def _end_full_worker(self) -> None:
        """It keeps in memory what its disk did not take, so it may only end when all is delivered."""
        self.fleet.leave(FULL)

    def _audit(self) -> None:
        settings = self.site.settings.model_copy(update={"postgres": self.site.addresses.postgres_owner})
        audit = subprocess.run(
            [sys.executable, "-m", "tollbook_cli", "audit", "--json"],
            env={**os.environ, **settings_environment(settings)},
            capture_output=True,
            text=True,
            check=False,
        )
        if audit.returncode != 0:
            raise TortureError(f"tollbook audit exits with {audit.returncode}: {audit.stdout[-3000:]}{audit.stderr}")
