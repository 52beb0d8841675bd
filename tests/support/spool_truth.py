"""What workers say they began, against what stands on the topic."""

import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from support.provider_broker import read_events
from tollbook_cli.environment import settings_environment
from tollbook_producers.spool.drain import Drained, drain
from tollbook_schemas import Settings

WORKER = Path(__file__).with_name("spool_worker.py")


@dataclass(frozen=True, slots=True)
class Outcome:
    """`lost` calls have no event; `double` ones have events of more than one id, or of one id and several contents."""

    started: int
    events: int
    records: int
    interrupted: int
    lost: int
    double: int

    def __str__(self) -> str:
        return (
            f"started {self.started}, interrupted {self.interrupted}, sent again {self.records - self.events}, "
            f"lost {self.lost}, double {self.double}"
        )


def start_worker(
    settings: Settings, truth: Path, threads: int, forks: int = 0, calls: int = 0
) -> subprocess.Popen[bytes]:
    """A worker as the leader of a process group of its own."""
    truth.mkdir(exist_ok=True)
    arguments = [str(truth), str(threads), str(forks), str(calls)]
    environment = {**os.environ, **settings_environment(settings), "PYTHONWARNINGS": "ignore::DeprecationWarning"}
    return subprocess.Popen([sys.executable, str(WORKER), *arguments], env=environment, start_new_session=True)


def started_calls(truth: Path) -> set[str]:
    """The calls that surely began. A kill may have cut the last line short: that call began as well."""
    calls = set()
    for file in truth.iterdir():
        *whole, _torn = file.read_text().split("\n")
        calls.update(whole)
    return calls


def drain_all(settings: Settings) -> Drained:
    """Deliver what all dead workers left."""
    drained = drain(settings, 60, lambda *_: None)
    assert drained.undelivered == ()
    return drained


def compare(settings: Settings, truth: Path) -> Outcome:
    """Truth against topic. An event of a call that had not quite begun is no mistake."""
    started = started_calls(truth)
    records = [event for event in read_events(settings) if event.session_id is not None]
    contents = {event.id: event.model_dump_json() for event in records}
    ids = Counter(event.session_id for event in {event.id: event for event in records}.values())
    changed = sum(event.model_dump_json() != contents[event.id] for event in records)
    return Outcome(
        started=len(started),
        events=len(contents),
        records=len(records),
        interrupted=len({event.id for event in records if event.error_type == "interrupted"}),
        lost=len(started - ids.keys()),
        double=sum(count > 1 for count in ids.values()) + changed,
    )
