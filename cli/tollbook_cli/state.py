"""What a running stack writes down about itself: read by other commands, and by the next start after a kill -9."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from tollbook_cli.home import Home

CLOCK_SLACK_SECONDS = 1.0
"""How far the create time of one process may seem to move when the machine's clock is set."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the services of a running stack answer. The DSNs name a password file and no password."""

    kafka: str
    postgres_owner: str
    postgres_sink: str


@dataclass(frozen=True, slots=True)
class ProcessRecord:
    """A process that is ours: a pid alone may belong to another process by now."""

    name: str
    pid: int
    created: float
    restarts: int = 0
    last_exit: int | None = None

    def find(self) -> psutil.Process | None:
        """The living process, or None when it has ended."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) <= CLOCK_SLACK_SECONDS
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None


@dataclass(frozen=True, slots=True)
class State:
    """One stack: its supervisor, its children in the order they were started, and its addresses once ready."""

    supervisor: ProcessRecord
    services: tuple[ProcessRecord, ...] = ()
    workers: tuple[ProcessRecord, ...] = ()
    addresses: Addresses | None = None

    def write(self, path: Path) -> None:
        """Replaces the file in one step: a reader sees the old state or the new one, never half of one."""
        draft = path.with_suffix(".tmp")
        draft.write_text(json.dumps(asdict(self), indent=2))
        draft.replace(path)


def read_state(home: Home) -> State | None:
    """The state last written in this home, or None when there is none (or one that no longer can be read)."""
    try:
        return _decode(json.loads(home.state.read_text()))
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
        return None


def live_state(home: Home) -> State | None:
    """The state of a stack whose supervisor is alive, or None."""
    state = read_state(home)
    return state if state and state.supervisor.find() else None


def running_stack(home: Path) -> Addresses | None:
    """The addresses of the stack that runs in this data folder, or None when none is ready."""
    state = live_state(Home(home))
    return state.addresses if state else None


def own_record() -> ProcessRecord:
    """This process, as the supervisor."""
    return ProcessRecord("supervisor", os.getpid(), psutil.Process().create_time())


def _decode(data: dict[str, Any]) -> State:
    addresses = data["addresses"]
    return State(
        supervisor=ProcessRecord(**data["supervisor"]),
        services=tuple(ProcessRecord(**record) for record in data["services"]),
        workers=tuple(ProcessRecord(**record) for record in data["workers"]),
        addresses=Addresses(**addresses) if addresses else None,
    )
