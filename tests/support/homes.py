"""Temporary data folders for the stacks that tests start."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from tollbook_cli.home import Home
from tollbook_cli.stack.left_overs import end_left_overs
from tollbook_schemas.folders import is_root

PREFIX = "tollbook-test-"


def homes_folder() -> Path:
    """A folder whose parents the server's user can enter."""
    return Path("/var/tmp") if is_root() else Path(tempfile.gettempdir())  # noqa: S108 - mkdtemp makes it safe


@contextmanager
def temporary_home() -> Iterator[Path]:
    """A data folder that is removed at the end."""
    home = Path(tempfile.mkdtemp(prefix=PREFIX, dir=homes_folder()))
    home.chmod(0o755 if is_root() else 0o700)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def sweep_homes() -> None:
    """Ends and removes what killed test runs left behind; a run that goes on holds its home's lock."""
    for path in homes_folder().glob(f"{PREFIX}*"):
        home = Home(path)
        if not home.state.exists():
            continue
        with suppress(Timeout, PermissionError), FileLock(home.lock, timeout=0):
            end_left_overs(home)
            shutil.rmtree(path, ignore_errors=True)
