"""Ends what a supervisor left behind when it was killed."""

from collections.abc import Iterator
from pathlib import Path
from signal import SIGTERM

import psutil

from tollbook_cli.home import Home
from tollbook_cli.stack.kafka import NAME as KAFKA
from tollbook_cli.stack.kafka import properties_path
from tollbook_cli.stack.postgres import NAME as POSTGRES
from tollbook_cli.stack.postgres import data_folder
from tollbook_cli.stack.processes import end, stop_signal
from tollbook_cli.state import State, read_state

STOP_SECONDS = 30.0


def end_left_overs(home: Home) -> list[str]:
    """Ends the processes that an earlier supervisor of this home started; returns their names.

    Only to be called by the holder of the home's lock. Workers go first, then the services, as at any stop.
    """
    state = read_state(home)
    ended = _end_recorded(state) if state else []
    ended += _end_unrecorded(home)
    # Postgres refuses to start while its old pid lives, even when it belongs to another program by now.
    (data_folder(home) / "postmaster.pid").unlink(missing_ok=True)
    return ended


def _end_recorded(state: State) -> list[str]:
    workers = {record.name: process for record in state.workers if (process := record.find())}
    end(list(workers.values()), SIGTERM, STOP_SECONDS)
    services = {record.name: process for record in state.services if (process := record.find())}
    for name in sorted(services):
        end([services[name]], stop_signal(name), STOP_SECONDS)
    return [*workers, *services]


def _end_unrecorded(home: Home) -> list[str]:
    """A service that was started in the instant before the kill is known by the path in its command line."""
    marks = {KAFKA: properties_path(home), POSTGRES: data_folder(home)}
    ended = []
    for name, mark in marks.items():
        found = list(_processes_naming(mark))
        end(found, stop_signal(name), STOP_SECONDS)
        ended += [name] if found else []
    return ended


def _processes_naming(path: Path) -> Iterator[psutil.Process]:
    for process in psutil.process_iter(["cmdline"]):
        if str(path) in (process.info["cmdline"] or ()):
            yield process
