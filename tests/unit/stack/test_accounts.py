"""Passwords stay in private files, and no folder is opened to the server's user behind root's back."""

import os
import stat
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from tollbook_cli.stack.account import Account, require_entry
from tollbook_cli.stack.errors import ClosedFolderError
from tollbook_cli.stack.passwords import PasswordFiles
from tollbook_cli.stack.ports import free_ports

SOMEBODY_ELSE = Account("somebody", os.getuid() + 1, os.getgid() + 1)


def test_a_password_is_made_once_and_private(tmp_path: Path) -> None:
    files = PasswordFiles(tmp_path / "secrets")
    password = files.password("tollbook_sink")
    assert PasswordFiles(tmp_path / "secrets").password("tollbook_sink") == password
    assert files.password("tollbook_owner") != password
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "secrets").iterdir()}
    assert modes == {0o600}


def test_a_dsn_names_the_file_and_not_the_password(tmp_path: Path) -> None:
    folder = tmp_path / "a folder & more"
    files = PasswordFiles(folder)
    password = files.password("tollbook_sink")
    dsn = files.dsn("tollbook_sink", 5432, "tollbook")
    assert password not in dsn
    assert conninfo_to_dict(dsn)["passfile"] == str(folder / "tollbook_sink.pgpass")


def test_a_private_parent_is_refused_and_left_private(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    with pytest.raises(ClosedFolderError, match="TOLLBOOK_HOME"):
        require_entry(private / "home" / "postgres", SOMEBODY_ELSE)
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


def test_this_user_may_enter_its_own(tmp_path: Path) -> None:
    require_entry(tmp_path / "home" / "postgres", None)


def test_free_ports_differ() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
