"""What can go wrong with the local stack."""

from pathlib import Path

from tollbook_schemas.errors import TollbookError


class StackError(TollbookError):
    """The local stack cannot do what was asked."""


class NoJavaError(StackError):
    """There is no Java that can run Kafka."""


class TamperedJarError(StackError):
    """A jar of Kafka is not the one that the lock pins."""

    def __init__(self, jar: Path, expected: str, actual: str) -> None:
        self.jar, self.expected, self.actual = jar, expected, actual
        super().__init__(
            f"{jar} is not the jar that Tollbook was tested with (SHA-256 {actual[:16]}…, pinned {expected[:16]}…): "
            f"delete the folder {jar.parent} and run: tollbook setup"
        )


class AlreadyRunningError(StackError):
    """Another process runs the stack of this data folder."""

    def __init__(self, home: Path, pid: int | None) -> None:
        self.home, self.pid = home, pid
        super().__init__(
            f"a stack is already running in {home}{f' (process {pid})' if pid else ''}: "
            "look at it with `tollbook status`, stop it with `tollbook down`, or set TOLLBOOK_HOME to another folder"
        )


class NotRunningError(StackError):
    """No stack runs in this data folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        super().__init__(f"no stack is running in {home}: start one with `tollbook up`")


class ServiceError(StackError):
    """Kafka, Postgres or a step of their preparation failed; the message names its log."""


class TopicError(StackError):
    """An existing topic does not have what the invariants need."""


class ClosedFolderError(StackError):
    """The unprivileged user that Postgres needs cannot enter a folder."""

    def __init__(self, folder: Path, user: str) -> None:
        self.folder, self.user = folder, user
        super().__init__(
            f"Postgres may not run as root, and its user {user} cannot enter {folder}: "
            "set TOLLBOOK_HOME to a folder outside it, for example /var/lib/tollbook"
        )
