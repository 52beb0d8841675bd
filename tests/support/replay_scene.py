"""A small pipe under a clock that the test sets, the truth of what it must come to, and replays beside it."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any

import psutil
import psycopg
from confluent_kafka.admin import AdminClient

from support.postgres import Database
from support.sink_events import HOUR_MS, TICK, Message, import_end, message_of, usage_event
from support.sink_writer import LogWriter, Written
from support.waiting import eventually
from support.workers import WorkerProcess, run_worker
from tollbook_cli.environment import settings_environment
from tollbook_schemas.event import UsageEvent
from tollbook_schemas.ids import ms_to_datetime
from tollbook_schemas.settings import Settings
from tollbook_schemas.topics import StreamKind
from tollbook_sinks.lifecycle import MaintainReport, maintain_once
from tollbook_sinks.queries import split_queries

QUERIES = dict(split_queries(files("support").joinpath("replay_scene.sql").read_text(encoding="utf-8")))
Totals = dict[tuple[str, int, str], tuple[int, int]]
"""(stream, window start in ms, project) to events and prompt tokens, net."""

REPLAY_SECONDS = 150
FLOW_PAUSE_SECONDS = 0.02


class Scene:
    """Windows 0, 1, 2 … are hours that began some hours ago; records are stamped by the test, ticks are its own."""

    def __init__(self, settings: Settings, database: Database, folder: Path) -> None:
        self.settings = settings
        self.database = database
        self.folder = folder
        self.first_ms = (int(time.time() * 1000) // HOUR_MS - 12) * HOUR_MS
        self._writer = LogWriter(settings.kafka)
        self._random = Random(5)
        self._numbers = iter(range(10**9))
        self._truth: dict[tuple[str, int, str], Counter[str]] = defaultdict(Counter)
        self._last: list[Written] = []

    def start(self, window: int) -> int:
        """When a window begins, in ms."""
        return self.first_ms + window * HOUR_MS

    def calls(self, window: int, count: int, minute: float = 1, *, of_window: int | None = None) -> None:
        """Calls written at a minute of a window; some twice. Of an earlier window they are late, if it is closed."""
        at = self.start(window) + int(minute * 60_000)
        for _ in range(count):
            created = at - self._random.randrange(30_000)
            if of_window is not None:
                created = self.start(of_window) + self._random.randrange(HOUR_MS)
            event = usage_event(next(self._numbers), created)
            partition = self._random.randrange(self.settings.partitions)
            for _ in range(2 if self._random.randrange(15) == 0 else 1):
                self._write(partition, message_of(event), at)
            self._count("live", event)
        self._writer.flush()

    def imported(self, import_id: str, window: int, count: int) -> None:
        """An import of calls of a window, some twice, and its end."""
        for _ in range(count):
            event = usage_event(next(self._numbers), self.start(window) + self._random.randrange(HOUR_MS))
            partition = self._random.randrange(self.settings.partitions)
            for _ in range(2 if self._random.randrange(15) == 0 else 1):
                self._write(
                    partition, message_of(event, import_id), self.start(window + 2), self.settings.topics.imports
                )
            self._count(import_id, event)
        for partition in range(self.settings.partitions):
            self._write(partition, import_end(import_id), self.start(window + 2), self.settings.topics.imports)
        self._writer.flush()

    @contextmanager
    def flowing(self, window: int, minute: float) -> Iterator[None]:
        """Calls go on being written while the block runs, which must write none itself."""
        over = threading.Event()

        def flow() -> None:
            while not over.wait(FLOW_PAUSE_SECONDS):
                self.calls(window, 10, minute)

        thread = threading.Thread(target=flow)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def tick(self, window: int, minute: float = 30) -> None:
        """Move every partition's clock there."""
        for partition in range(self.settings.partitions):
            self._write(partition, TICK, self.start(window) + int(minute * 60_000))
        self._writer.flush()

    def close(self, window: int) -> None:
        """Move the clocks beyond a window's end and grace."""
        self.tick(window + 2, 0.1)

    def truth(self) -> Totals:
        """What the totals must be."""
        return {key: (total["events"], total["prompt"]) for key, total in self._truth.items()}

    def rows(self, query: str, **parameters: object) -> list[tuple[Any, ...]]:
        """What a named query finds, as the superuser."""
        with psycopg.connect(self.database.superuser, autocommit=True) as connection:
            cursor = connection.execute(QUERIES[query], parameters or None)
            return cursor.fetchall() if cursor.description else []

    def totals(self) -> Totals:
        """What the totals are."""
        return {
            (stream, start, project): (events, prompt) for stream, start, project, events, prompt in self.rows("totals")
        }

    def states(self) -> list[str]:
        """The states of the live windows in their order."""
        return [state for _, state in self.rows("states", stream="live")]

    def time_of(self, window: int) -> str:
        """A window's start as the command prints it."""
        return ms_to_datetime(self.start(window)).isoformat().replace("+00:00", "Z")

    def changelogs(self) -> list[str]:
        """The live changelogs of all generations that Kafka holds."""
        topics = AdminClient({"bootstrap.servers": self.settings.kafka}).list_topics(timeout=30).topics
        return sorted(name for name in topics if name.startswith(self.settings.topics.rollups))

    def wait_until_stored(self, timeout: float = 90) -> None:
        """Wait until the sink has stored the marks of everything that was written."""
        self._wait_for("throughs", 0, timeout)

    def wait_until_in_ledger(self, timeout: float = 90) -> None:
        """Wait until the sink has read everything that was written."""
        self._wait_for("ledger_offsets", 1, timeout)

    def _wait_for(self, query: str, beyond: int, timeout: float) -> None:
        ends: dict[tuple[StreamKind, int], int] = {}
        for written in self._last:
            place = self.settings.topics.kind_of(written.topic), written.partition
            ends[place] = max(ends.get(place, -1), written.offset + beyond)

        def is_there() -> bool:
            found = {(kind, partition): offset for kind, partition, offset in self.rows(query)}
            behind = {place: end for place, end in ends.items() if found.get(place, -1) < end}
            assert not behind, f"not yet stored: {behind} of {found}"
            return True

        eventually(is_there, timeout)

    def maintain(self) -> MaintainReport:
        """One pass of the maintainer."""
        return maintain_once(self.database.owner, self.settings)

    def start_replay(self, *options: str, killed_at: str | None = None) -> "subprocess.Popen[bytes]":
        """Start the command; its outcome comes on standard output. It dies at a point of `replay_killed`."""
        settings = self.settings.model_copy(update={"postgres": self.database.owner})
        program = ["tollbook_cli"] if killed_at is None else ["support.replay_killed", killed_at]
        with (self.folder / "replay.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *program, "replay", "--json", *options],
                env={**os.environ, **settings_environment(settings), "PYTHONPATH": str(Path(__file__).parents[1])},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
            )

    def replay(self, *options: str, code: int = 0) -> dict[str, Any]:
        """Run the command to its end; its outcome."""
        process = self.start_replay(*options)
        out, _ = process.communicate(timeout=REPLAY_SECONDS)
        said = (self.folder / "replay.log").read_text(errors="replace")
        assert process.returncode == code, f"{process.returncode}: {out.decode()}{said}"
        outcome: dict[str, Any] = json.loads(out)
        return outcome

    def kill_replay_at(self, point: str, *options: str) -> None:
        """Run the command until it is killed there, and wait until nothing of it is left but what it wrote."""
        process = self.start_replay(*options, killed_at=point)
        out, _ = process.communicate(timeout=REPLAY_SECONDS)
        assert process.returncode == -signal.SIGKILL, f"{point}: {process.returncode} {out.decode()}"
        self.wait_until_replay_is_gone()

    def wait_until_replay_is_gone(self) -> None:
        """Its session in Postgres, and the process that folded for it."""
        eventually(lambda: self.rows("replay_sessions") == [(0,)])
        eventually(lambda: not self.folding_processes())

    def folding_processes(self) -> list[int]:
        """Replays' own processors of this scene that run."""
        found = []
        for process in psutil.process_iter(["cmdline"]):
            with suppress(psutil.Error):
                if "tollbook_cli.replaying.worker" in (process.info["cmdline"] or ()):
                    ours = process.environ().get("TOLLBOOK_TOPIC_PREFIX") == self.settings.topic_prefix
                    found += [process.pid] if ours and process.status() != psutil.STATUS_ZOMBIE else []
        return found

    def _count(self, stream: str, event: UsageEvent) -> None:
        total = self._truth[stream, event.created_ms // HOUR_MS * HOUR_MS, event.project_id or ""]
        total["events"] += 1
        total["prompt"] += event.prompt_tokens or 0

    def _write(self, partition: int, message: Message, at: int, topic: str | None = None) -> None:
        self._last.append(self._writer.write(topic or self.settings.topics.events, partition, message, at))


class Supervisor:
    """Starts a worker again that stopped itself, as any supervisor does; kills and stops are the test's own."""

    def __init__(self, worker: WorkerProcess) -> None:
        self.worker = worker
        self.restarts = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Watch no more."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            if self.worker.exit_code == 70:
                self.restarts += 1
                self.worker.restart()


@contextmanager
def run_supervised(command: str, scene: Scene) -> Iterator[Supervisor]:
    """Runs a worker under a supervisor until the block ends."""
    with run_worker(command, scene.settings, scene.database, scene.folder) as worker, ExitStack() as stack:
        supervisor = Supervisor(worker)
        stack.callback(supervisor.stop)
        yield supervisor
