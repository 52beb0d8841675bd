"""Keeps one worker process running: a worker that stopped is started again, ever later if it keeps stopping."""

import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import psutil

from tollbook_cli.stack.processes import spawn
from tollbook_cli.state import ProcessRecord

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
STEADY_SECONDS = 60.0
"""A worker that ran this long starts again without the delay of earlier stops."""


class Worker:
    """A command of ours and the process that runs it now."""

    def __init__(self, name: str, *, environment: Mapping[str, str], log: Path, cwd: Path) -> None:
        self.name = name
        self._environment = environment
        self._log = log
        self._cwd = cwd
        self._delay = FIRST_DELAY_SECONDS
        self._due = 0.0
        self._started = 0.0
        self.process: psutil.Popen | None = None
        self.record: ProcessRecord | None = None

    def start(self) -> None:
        """Starts the process."""
        command = [sys.executable, "-m", "tollbook_cli", self.name]
        self.process = spawn(command, log=self._log, cwd=self._cwd, environment=self._environment)
        self._started = time.monotonic()
        self.record = self._new_record(self.process)

    def tend(self) -> str | None:
        """Notices a stop and starts the process again once its delay is over; returns what happened, if anything."""
        if self.process is None:
            return self._restart_when_due()
        code = self.process.poll()
        return None if code is None else self._note_stop(code)

    def _new_record(self, process: psutil.Popen) -> ProcessRecord:
        created = _create_time(process)
        if self.record is None:
            return ProcessRecord(self.name, process.pid, created)
        return replace(self.record, pid=process.pid, created=created, restarts=self.record.restarts + 1)

    def _note_stop(self, code: int) -> str:
        now = time.monotonic()
        delay = FIRST_DELAY_SECONDS if now - self._started >= STEADY_SECONDS else self._delay
        self._delay = min(2 * delay, LONGEST_DELAY_SECONDS)
        self._due = now + delay
        self.process = None
        if self.record:
            self.record = replace(self.record, last_exit=code)
        return f"{self.name} stopped ({describe_exit(code)}) and starts again in {delay:g} s: see {self._log}"

    def _restart_when_due(self) -> str | None:
        if time.monotonic() < self._due:
            return None
        self.start()
        return f"{self.name} runs again"


def describe_exit(code: int) -> str:
    """`exit code 1`, or `signal 9` for a process that a signal ended."""
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _create_time(process: psutil.Popen) -> float:
    """When the process was created; now, for one that has ended already."""
    try:
        return process.create_time()
    except psutil.NoSuchProcess:
        return time.time()
