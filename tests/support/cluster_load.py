"""The app worker of the cluster tests as a process, and the truth that it keeps."""

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.waiting import eventually
from tollbook_cli.environment import settings_environment
from tollbook_schemas.settings import Settings

APP = Path(__file__).with_name("cluster_app.py")
END_SECONDS = 180


class Load:
    """Calls that go on while nodes are killed."""

    def __init__(self, settings: Settings, folder: Path, seed: int) -> None:
        self._truth = folder / "truth"
        self._truth.touch()
        self._unread = self._truth.open("rb")
        self._calls = 0
        self._log = folder / "app.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, str(APP), str(self._truth), str(seed)],
                env={**os.environ, **settings_environment(settings), "TOLLBOOK_SPOOL_DIR": str(folder / "spool")},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )

    @property
    def calls(self) -> int:
        """Calls that are over."""
        self._calls += self._unread.read().count(b"\n")
        return self._calls

    def go_on(self, calls: int) -> None:
        """Wait until that many more calls are over: whatever Kafka does, they are."""
        wanted = self.calls + calls
        eventually(lambda: self.calls >= wanted, END_SECONDS)

    def finish(self) -> None:
        """Make no more calls and wait until Kafka has all events. No call may have been disturbed."""
        output, _ = self._process.communicate(timeout=END_SECONDS)
        assert self._process.returncode == 0, self._log.read_text()
        assert json.loads(output) == {"raised": 0, "pending": 0}

    def sessions(self) -> list[str]:
        """The session of every call: each call has its own."""
        return [line[0] for line in self._lines()]

    def by_project(self) -> list[tuple[Any, ...]]:
        """(project, calls, prompt tokens, completion tokens), sorted."""
        sums: dict[str, Counter[str]] = defaultdict(Counter)
        for _, project, prompt, completion in self._lines():
            sums[project].update(calls=1, prompt=int(prompt), completion=int(completion))
        return [
            (project, found["calls"], found["prompt"], found["completion"]) for project, found in sorted(sums.items())
        ]

    def kill(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.communicate()
        self._unread.close()

    def _lines(self) -> list[list[str]]:
        return [line.split() for line in self._truth.read_text().splitlines()]


@contextmanager
def running_load(settings: Settings, folder: Path, seed: int) -> Iterator[Load]:
    """Calls until the block ends, or until `finish`."""
    load = Load(settings, folder, seed)
    try:
        yield load
    finally:
        load.kill()
