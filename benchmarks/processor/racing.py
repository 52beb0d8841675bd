"""Runs each contestant over a log and measures it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from signal import SIGTERM
from tempfile import TemporaryDirectory

from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from benchmarks.processor.filling import Log, make_topic
from benchmarks.processor.options import Options
from benchmarks.processor.progress import Marks, await_topic, committed_of, ends_of, prefix_rate, rate
from tollbook_cli.environment import settings_environment
from tollbook_schemas import Settings

ROOT = Path(__file__).resolve().parents[2]
CONTESTANTS = Path(__file__).with_name("contestants")
STOP_SECONDS = 20.0
CHECKPOINT = 10_000
"""Messages between two checkpoints of quixstreams: what it is given is a multiple of that."""

Process = subprocess.Popen[bytes]


def ours(log: Log) -> float:
    """Events a second of the real worker, which finds no changelog and folds the log from its beginning."""
    settings, topics = log.settings, log.settings.topics
    admin = _admin(settings)
    for changelog in (topics.rollups, topics.import_rollups):
        empty(settings, changelog)
    marks = Marks(settings.kafka, topics.rollups)
    with TemporaryDirectory(prefix="tollbook-bench-") as home:
        own = settings.model_copy(update={"home": Path(home)})
        with running([sys.executable, "-m", "tollbook_cli", "processor"], settings_environment(own)) as check:
            return rate(lambda: ends_of(admin, topics.rollups, settings.partitions), marks.folded, log.events, check)


def plain_loop(log: Log, name: str) -> float:
    """The same of the plain loop."""
    settings = log.settings
    changelog = f"{name}-rollups"
    make_topic(settings, changelog)
    admin, marks = _admin(settings), Marks(settings.kafka, changelog)
    await_topic(admin, changelog, settings.partitions)
    command = _contestant(sys.executable, "plain_loop", settings.kafka, settings.topics.events, changelog, name)
    with running(command, settings_environment(settings)) as check:
        return rate(lambda: ends_of(admin, changelog, settings.partitions), marks.folded, log.events, check)


def faust_table(log: Log, name: str, events: int) -> float:
    """The same of Faust's table, up to so many events: its changelog has a record for each."""
    settings, admin = log.settings, _admin(log.settings)
    changelog = f"{name}-totals-changelog"
    with running(_contestant(sys.executable, "faust_table", settings.kafka, log.keyed, name), {}) as check:
        return prefix_rate(lambda: ends_of(admin, changelog, settings.partitions), events, check)


def quixstreams_window(log: Log, name: str, options: Options, mode: str) -> float:
    """The same of quixstreams: what its group has committed is durable."""
    settings, admin = log.settings, _admin(log.settings)
    events = log.events // CHECKPOINT * CHECKPOINT
    with TemporaryDirectory(prefix="tollbook-bench-") as state:
        python = str(ROOT / options.quixstreams_python)
        with running(
            _contestant(python, "quixstreams_window", settings.kafka, log.keyed, name, state, mode), {}
        ) as check:
            return prefix_rate(lambda: committed_of(admin, name, log.keyed), events, check)


def empty(settings: Settings, topic: str) -> None:
    """Delete every record."""
    admin = _admin(settings)
    ends = ends_of(admin, topic, settings.partitions)
    places = [TopicPartition(topic, partition, end) for partition, end in ends.items()]
    for deleted in admin.delete_records(places).values():
        deleted.result(30)


@contextmanager
def running(command: list[str], environment: Mapping[str, str]) -> Iterator[Callable[[], None]]:
    """As `started`, without the process."""
    with started(command, environment) as (_, check):
        yield check


@contextmanager
def started(command: list[str], environment: Mapping[str, str]) -> Iterator[tuple[Process, Callable[[], None]]]:
    """A process until the block ends, and what raises SystemExit when it has ended by itself."""
    with subprocess.Popen(command, cwd=ROOT, env=_environment(environment), stdout=sys.stderr) as process:

        def check() -> None:
            if process.poll() is not None:
                raise SystemExit(f"{' '.join(command[1:3])} ended with exit code {process.returncode}")

        try:
            yield process, check
        finally:
            process.send_signal(SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _admin(settings: Settings) -> AdminClient:
    return AdminClient({"bootstrap.servers": settings.kafka})


def _contestant(python: str, name: str, *arguments: str) -> list[str]:
    if name == "quixstreams_window":  # a Python that has nothing of ours
        return [python, str(CONTESTANTS / f"{name}.py"), *arguments]
    return [python, "-m", f"benchmarks.processor.contestants.{name}", *arguments]


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    """What the caller's shell says of ours must change nothing."""
    return {**{name: value for name, value in os.environ.items() if not name.startswith("TOLLBOOK_")}, **own}
