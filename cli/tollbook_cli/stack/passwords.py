"""Passwords of the database roles: made once, kept in files that only this user can read."""

import os
import secrets
from pathlib import Path
from urllib.parse import quote

from tollbook_cli.stack.ports import LOOPBACK

SUPERUSER = "postgres"
OWNER = "tollbook_owner"
SINK = "tollbook_sink"


class PasswordFiles:
    """One libpq password file a role, in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def password(self, role: str) -> str:
        """The role's password, made at the first call."""
        path = self._path(role)
        if not path.exists():
            self._write(path, f"*:*:*:{role}:{secrets.token_urlsafe(24)}\n")
        return path.read_text().strip().rsplit(":", 1)[1]

    def dsn(self, role: str, port: int, database: str) -> str:
        """A libpq URL that names the password file and no password."""
        passfile = quote(str(self._path(role)), safe="/")
        return f"postgresql://{role}@{LOOPBACK}:{port}/{database}?passfile={passfile}"

    def _path(self, role: str) -> Path:
        return self._folder / f"{role}.pgpass"

    def _write(self, path: Path, line: str) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(line)
        draft.replace(path)
