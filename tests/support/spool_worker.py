"""A worker that makes tracked calls until it is killed, and writes down each one before it begins.

`python spool_worker.py TRUTH THREADS FORKS CALLS`: every process writes the ids of its calls to a file of its own in
the folder TRUTH. CALLS 0 means without end.
"""

import itertools
import os
import sys
import threading
import time
from functools import partial
from pathlib import Path
from secrets import token_hex

from tollbook_producers import tracked_call


def work(truth: Path, calls: int) -> None:
    """Calls of one thread. `session_id` names each one."""
    name = f"{os.getpid()}-{threading.get_ident()}-{token_hex(4)}"
    written = os.open(truth / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for number in range(calls) if calls else itertools.count():
        session = f"{name}-{number}"
        # Beginning and end of the call are written around it: only a call that surely began is owed an event.
        tracked_call(partial(call, written, session), provider="p", model="m", session_id=session)


def call(written: int, session: str) -> None:
    """A provider that takes a moment."""
    os.write(written, f"{session}\n".encode())
    time.sleep(0.001)


def threads(truth: Path, count: int, calls: int) -> None:
    """Calls of many threads; returns when all are done."""
    running = [threading.Thread(target=work, args=(truth, calls)) for _ in range(count)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


def main() -> None:
    """Calls before, beside and after forks."""
    truth, count, forks, calls = Path(sys.argv[1]), *map(int, sys.argv[2:5])
    work(truth, 3)
    for _ in range(forks):
        if os.fork() == 0:
            threads(truth, count, calls)
            sys.exit(0)
    threads(truth, count, calls)
    for _ in range(forks):
        os.wait()


if __name__ == "__main__":
    main()
