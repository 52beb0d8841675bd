"""Everything that the local stack runs on, fetched and verified."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tollbook_cli.home import software_folder
from tollbook_cli.reporting import Report, unreported
from tollbook_cli.stack.account import Account, server_account
from tollbook_cli.stack.java import find_java
from tollbook_cli.stack.programs import provide_programs


@dataclass(frozen=True, slots=True)
class Software:
    """Where the programs are, and whom Postgres runs as."""

    java: Path
    jars: Sequence[Path]
    programs: Path
    account: Account | None


def provide_software(report: Report = unreported) -> Software:
    """Fetches what is missing and verifies all of it; quick when nothing is missing. Raises StackError."""
    from tollbook_cli.stack.jars import provide_jars  # noqa: PLC0415  # where others run Kafka there is no jgo

    folder = software_folder()
    account = server_account()
    return Software(
        java=find_java(),
        jars=provide_jars(folder, report),
        programs=provide_programs(folder, account, report),
        account=account,
    )
