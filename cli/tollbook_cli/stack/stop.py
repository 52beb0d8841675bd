"""Stops the stack of a home from another process."""

from contextlib import suppress
from signal import SIGTERM

import psutil
from filelock import FileLock, Timeout

from tollbook_cli.home import Home
from tollbook_cli.stack.errors import StackError
from tollbook_cli.stack.left_overs import end_left_overs
from tollbook_cli.state import State, live_state

STOP_SECONDS = 180.0
"""More than all the bounded waits of a stop add up to."""


def stop_other(home: Home) -> list[str]:
    """Asks the supervisor to stop, waits until it has, and ends what a killed one left.

    Returns the names of what was running. Raises StackError when the supervisor does not stop.
    """
    if not home.path.exists():
        return []
    running = live_state(home)
    names = _names(running) if running else []
    if running:
        _ask(running)
    try:
        with FileLock(home.lock, timeout=STOP_SECONDS if running else 0):
            left = end_left_overs(home)
            home.state.unlink(missing_ok=True)
    except Timeout:
        raise StackError(f"the stack in {home.path} does not stop: see the logs in {home.logs}") from None
    return names or left


def _ask(state: State) -> None:
    process = state.supervisor.find()
    if process:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(SIGTERM)


def _names(state: State) -> list[str]:
    return [record.name for record in (*state.workers, *state.services) if record.find()] or ["the supervisor"]
