"""The process of a replay's own processor. Settings come from the environment, the generation among them.

Run as `python -m tollbook_cli.replaying.worker live`, with a standard input that ends when whoever started it does.
"""

import os
import sys
from threading import Thread

from tollbook_cli.console import explained_errors
from tollbook_processors import run_replay
from tollbook_schemas.settings import Settings
from tollbook_schemas.topics import STREAM_KINDS, StreamKind


def main(kind: StreamKind) -> int:
    """Fold until told to stop, or until nobody is there any more who could."""
    Thread(target=_end_with_parent, daemon=True).start()
    with explained_errors():
        return run_replay(Settings(), kind)


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1):  # not by sys.stdin, whose lock would be missed when the process ends
        """Nobody writes to it."""
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(next(kind for kind in STREAM_KINDS if kind == sys.argv[1])))
