"""Starts and ends child processes, each in a session of its own so that Ctrl-C reaches only the supervisor."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from signal import SIGINT, SIGTERM, Signals

import psutil

from tollbook_cli.stack.account import Account

KEPT_LOG_BYTES = 5_000_000
"""A log beyond this is put aside as `.1` when its process starts."""
KILL_SECONDS = 10.0
"""How long the kernel may take to remove a killed process."""
POLL_SECONDS = 0.05


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path,
    environment: Mapping[str, str],
    account: Account | None = None,
) -> psutil.Popen:
    """Starts a process whose output goes to `log`; as root under `account` when one is given."""
    with _open_log(log).open("ab") as output:
        return psutil.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=str(cwd),
            env=dict(environment),
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )


def end(processes: Sequence[psutil.Process], gently: Signals, seconds: float) -> None:
    """Asks all to stop, waits until the time is up, and kills those that are left. Ended ones are fine."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(gently)
    stubborn = _wait(processes, seconds)
    for process in stubborn:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    _wait(stubborn, KILL_SECONDS)


def stop_signal(service: str) -> Signals:
    """What makes a service stop in order: Postgres waits for its clients on SIGTERM, not on SIGINT."""
    return SIGINT if service == "postgres" else SIGTERM


def last_lines(log: Path, count: int = 5) -> str:
    """The end of a log, to show in an error."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
    except FileNotFoundError:
        return ""


def is_alive(process: psutil.Process) -> bool:
    """Whether it runs. One that has ended and that its parent has not asked about yet does not."""
    if isinstance(process, psutil.Popen):
        return process.poll() is None
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _wait(processes: Sequence[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Those that are still alive when the time is up."""
    deadline = time.monotonic() + seconds
    alive = [process for process in processes if is_alive(process)]
    while alive and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
        alive = [process for process in alive if is_alive(process)]
    return alive


def _open_log(log: Path) -> Path:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > KEPT_LOG_BYTES:
        log.replace(log.with_name(f"{log.name}.1"))
    return log
