"""A server that is killed, paused and started again."""

import time
from contextlib import suppress
from pathlib import Path
from signal import SIGCONT, SIGINT, SIGSTOP, SIGTERM, Signals

import psutil

from tollbook_cli.stack import provide_software
from tollbook_cli.stack.postgres import ENVIRONMENT
from tollbook_cli.stack.processes import end, is_alive, spawn

END_SECONDS = 10
AGAIN_SECONDS = 1.0


class Service:
    """A server by its process; started again it has the same address and data."""

    def __init__(self, process: psutil.Process, log: Path, *, is_postgres: bool) -> None:
        self._process = process
        self._command = process.cmdline()
        self._log = log
        self._is_postgres = is_postgres
        self._due = 0.0
        self._paused: list[psutil.Process] = []

    def kill(self) -> None:
        """SIGKILL, of the one that all others of the server hang on. Waits for it: Postgres minds a pid in its file."""
        with suppress(psutil.NoSuchProcess):
            self._process.kill()
            self._process.wait(END_SECONDS)

    def pause(self) -> None:
        """SIGSTOP for all of it."""
        self._paused = self._all()
        self._signal_paused(SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT for what was stopped: backends whose server was killed meanwhile would hold its memory for ever."""
        self._signal_paused(SIGCONT)

    def tend(self) -> None:
        """Start it again when it is dead; a database whose old backends still end refuses, and is tried again."""
        if is_alive(self._process) or time.monotonic() < self._due:
            return
        account = provide_software().account if self._is_postgres else None
        environment = ENVIRONMENT if self._is_postgres else {"LC_ALL": "C.UTF-8", "TZ": "UTC"}
        self._process = spawn(
            self._command, log=self._log, cwd=self._log.parent, environment=environment, account=account
        )
        self._due = time.monotonic() + AGAIN_SECONDS

    def stop(self) -> None:
        """End it in order."""
        end([self._process], SIGINT if self._is_postgres else SIGTERM, END_SECONDS)

    def _signal_paused(self, number: Signals) -> None:
        for process in self._paused:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    def _all(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            return [self._process, *self._process.children(recursive=True)]
        return []
