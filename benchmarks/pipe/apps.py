"""The app workers as the benchmark sees them: a rate to set, a count to read."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
END_SECONDS = 180.0


class Apps:
    """Processes that make calls side by side."""

    def __init__(self, processes: list[subprocess.Popen[str]]) -> None:
        self._processes = processes
        self._made = [0] * len(processes)
        self._readers = [
            Thread(target=self._count, args=(number, process.stdout), daemon=True)
            for number, process in enumerate(processes)
        ]
        for reader in self._readers:
            reader.start()

    @property
    def made(self) -> int:
        """Calls made so far, a tenth of a second ago."""
        return sum(self._made)

    def set_rate(self, calls_s: float) -> None:
        """Calls a second from now on, all processes together."""
        for process in self._processes:
            assert process.stdin
            process.stdin.write(f"{calls_s / len(self._processes)}\n")
            process.stdin.flush()

    def end(self) -> int:
        """Let them deliver what they have, and return how many calls there were. Raises SystemExit if any is lost."""
        for process in self._processes:
            assert process.stdin
            process.stdin.close()
        if any(process.wait(END_SECONDS) for process in self._processes):
            raise SystemExit("an app worker did not deliver its calls")
        for reader in self._readers:
            reader.join()
        return self.made

    def _count(self, number: int, lines: IO[str]) -> None:
        for line in lines:
            self._made[number] = int(line)


@contextmanager
def running_apps(count: int, environment: Mapping[str, str]) -> Iterator[Apps]:
    """That many, which make no calls yet; killed at the end if they have not ended."""
    command = [sys.executable, "-m", "benchmarks.pipe.app"]
    with ExitStack() as started:
        processes = []
        for _ in range(count):
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            processes.append(started.enter_context(process))
            started.callback(process.kill)
        yield Apps(processes)
