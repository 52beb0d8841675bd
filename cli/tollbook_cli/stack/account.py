"""The unprivileged user that Postgres runs as when Tollbook is run by root."""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tollbook_cli.stack.errors import ClosedFolderError, StackError
from tollbook_schemas.folders import is_root

ACCOUNT_NAME = "tollbook"


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine."""

    name: str
    uid: int
    gid: int


def server_account() -> Account | None:
    """The user for Postgres: None (this user) unless this is root, for whom one is made. Raises StackError."""
    if not is_root():
        return None
    try:
        entry = pwd.getpwnam(ACCOUNT_NAME)
    except KeyError:
        _make_account()
        entry = pwd.getpwnam(ACCOUNT_NAME)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def give(folder: Path, account: Account | None) -> None:
    """Makes a folder private to the account, or to this user when there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    if account:
        os.chown(folder, account.uid, account.gid)


def require_entry(folder: Path, account: Account | None) -> None:
    """Raises ClosedFolderError when the account cannot enter a parent of `folder`. Changes no permission."""
    if account is None:
        return
    for parent in filter(Path.exists, folder.resolve().parents):
        status = parent.stat()
        if not status.st_mode & stat.S_IXOTH and status.st_uid != account.uid:
            raise ClosedFolderError(parent, account.name)


def make_folder(folder: Path) -> None:
    """Makes a folder and its missing parents: an ordinary user's are private, root's can be entered by the server."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        path.chmod(0o755 if is_root() else 0o700)


def _make_account() -> None:
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if useradd is None:
        raise StackError(
            f"Postgres may not run as root and there is no useradd: make a user named {ACCOUNT_NAME}, or run as "
            "an ordinary user"
        )
    command = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    made = subprocess.run(
        [*command, "--shell", "/usr/sbin/nologin", ACCOUNT_NAME], capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        raise StackError(f"Postgres may not run as root and its user could not be made: {made.stderr.strip()}")
