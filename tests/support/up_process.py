"""`tollbook up` in a process of its own, as a user runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGKILL, Signals
from typing import Any

import psutil

from support.waiting import eventually

START_SECONDS = 120
STOP_SECONDS = 120
COMMAND = [sys.executable, "-m", "tollbook_cli"]


class UpProcess:
    """The stack of one home by its commands."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.log = home.with_name(f"{home.name}.up.log")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Runs `tollbook up` and returns at once."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [*COMMAND, "up"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def start_and_wait(self) -> dict[str, Any]:
        """Runs `tollbook up` until it is ready; returns its status."""
        self.start()
        return eventually(self._ready_status, timeout=START_SECONDS)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs another command for the same home."""
        return subprocess.run(
            [*COMMAND, *arguments], env=self._environment, capture_output=True, text=True, check=False, timeout=300
        )

    def status(self) -> dict[str, Any]:
        """What `tollbook status --json` prints."""
        status: dict[str, Any] = json.loads(self.run("status", "--json").stdout)
        return status

    def signal(self, number: Signals) -> None:
        """Sends a signal to the supervisor alone."""
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self) -> int:
        """Waits for the supervisor's end; returns its exit code."""
        assert self._process is not None
        return self._process.wait(STOP_SECONDS)

    def processes(self) -> list[psutil.Process]:
        """Every living process of this home: each has the home in its environment or names it."""
        return [process for process in psutil.process_iter() if self._is_of_home(process)]

    def end(self) -> None:
        """Stops everything, whatever state it is in."""
        if self._process and self._process.poll() is None:
            self.signal(SIGKILL)
            self.wait()
        assert self.run("down").returncode == 0
        self.log.unlink(missing_ok=True)

    @property
    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TOLLBOOK_")}
        return {**kept, "TOLLBOOK_HOME": str(self.home)}

    def _ready_status(self) -> dict[str, Any] | None:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()
        status = self.status()
        return status if status["addresses"] else None

    def _is_of_home(self, process: psutil.Process) -> bool:
        try:
            named = any(str(self.home) in argument for argument in process.cmdline())
            return process.is_running() and (named or process.environ().get("TOLLBOOK_HOME") == str(self.home))
        except psutil.Error:
            return False


@contextmanager
def up_process(home: Path) -> Iterator[UpProcess]:
    """`tollbook up` for a home, not started yet; at the end nothing of it runs any more."""
    process = UpProcess(home)
    try:
        yield process
    finally:
        process.end()
