"""`tollbook restore`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from psycopg import Connection

from tollbook_cli.console import console
from tollbook_cli.environment import resolve_settings
from tollbook_sinks.admin import admin_action
from tollbook_sinks.archive import release_day, restore_day
from tollbook_sinks.lifecycle import MaintenanceFailedError, connect


def command(
    file: Annotated[Path | None, typer.Argument(help="The archive file of a day that this ledger dropped.")] = None,
    *,
    release: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A restored day that may be dropped again.")
    ] = None,
    why: Annotated[str, typer.Option(help="The reason, for the record of administrators' actions.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Bring a dropped day's rows back from its archive, or release a day that was brought back.

    The file must be the archive of the very rows that this ledger dropped: its proof is computed again, before and
    after loading. No total changes, for those of the day have stayed; nothing new is written into the day. It stays
    until it is released: then the maintainer drops it again. `tollbook import` brings a file into another database.

    The JSON object: {"day": "2026-09-21", "state": "restored", "rows": 13} (or released, rows null).

    Example: tollbook restore llm_usage_events_20260921.parquet --why "a customer asks about that day"
    """
    if file is not None and release is None:
        outcome = _restore(file, why)
    elif release is not None and file is None:
        outcome = _release(release.date(), why)
    else:
        raise typer.BadParameter("name a file, or a day by --release")
    if json:
        console.print_json(data=outcome)
    else:
        rows = "" if outcome["rows"] is None else f": {outcome['rows']:,} rows"
        console.print(f"{outcome['state']} {outcome['day']}{rows}")


def _restore(file: Path, why: str) -> dict[str, object]:
    with _administrator() as connection, admin_action(connection, "restore", why, {"file": file.name}):
        proof = restore_day(connection, file)
    return {"day": proof.day.isoformat(), "state": "restored", "rows": proof.rows}


def _release(day: date, why: str) -> dict[str, object]:
    with _administrator() as connection, admin_action(connection, "release", why, {"day": day.isoformat()}):
        release_day(connection, day)
    return {"day": day.isoformat(), "state": "released", "rows": None}


@contextmanager
def _administrator() -> Iterator[Connection[Any]]:
    with connect(resolve_settings("owner").postgres, "tollbook restore") as connection:
        try:
            yield connection
        except psycopg.Error as error:
            raise MaintenanceFailedError(error.diag.message_primary or str(error)) from error
