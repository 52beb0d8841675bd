"""`tollbook import`."""

from pathlib import Path
from typing import Annotated

import typer

from tollbook_cli.console import console
from tollbook_cli.environment import NoAddressError, read_settings, resolve_settings
from tollbook_cli.importing import ImportJob, run_import, work_bars
from tollbook_cli.importing.describe import describe, show
from tollbook_producers.imports import FIELDS, ImportMapping, MappingError, parse_mapping
from tollbook_schemas import Settings

WAIT_SECONDS = 600.0
_FIELDS = ", ".join(FIELDS)


def command(
    file: Annotated[Path, typer.Argument(help="A CSV file in UTF-8 with a header, plain or gzipped.")],
    *,
    maps: Annotated[
        list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="A field is in a column. Repeatable.")
    ] = None,
    sets: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="A field of every row. Repeatable.")
    ] = None,
    delimiter: Annotated[str, typer.Option(help="What stands between columns: one character, or the word tab.")] = ",",
    timezone: Annotated[str, typer.Option(help="IANA name of the zone of times that name none.")] = "UTC",
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Import the good rows although others are bad; needs --rejects.")
    ] = False,
    rejects: Annotated[Path | None, typer.Option(help="Write the bad rows here, with line and reason.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every row and send nothing.")] = False,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Wait until the windows are compacted; needs Postgres.")
    ] = True,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Bring in usage from a CSV file, each row one call.

    Every row is checked first; while one is bad, nothing is sent. The same row has the same id for ever (that of
    `source_id` if mapped, else that of its content), so an import that was interrupted is run again, and a row that is
    in two files counts once. An empty cell is unknown, not zero. created_at, provider, model and use_case are needed.

    Fields: {fields}.

    Exit code 1: there are bad rows, or something is wrong. The JSON object, by example (status is imported,
    already_imported, checked or refused; bad_rows are the first 20; a window's figures are null until compacted):

    \b
    {"status": "imported", "import_id": "imp_e1ec0e55922ed92be03d455bd51cd121", "file": "trace.csv",
     "rows": 2, "good": 1, "bad": 1, "repeated": 0, "calls": 1, "sent": 1,
     "bad_rows": [{"line": 3, "reason": "prompt_tokens (column ContextTokens) is not a whole number"}],
     "rejects": "rejects.csv",
     "windows": [{"start": "2023-11-16T18:00:00Z", "state": "compacted", "events": 1, "calls": 1,
       "prompt_tokens": 4808, "completion_tokens": 10, "digest": "66122ec3fe23d401"}]}

    Example: tollbook import trace.csv --map created_at=TIMESTAMP --map prompt_tokens=ContextTokens
    --map completion_tokens=GeneratedTokens --set provider=azure --set model=azure-llm-2023 --set use_case=azure_code
    """
    mapping = _mapping(maps or [], sets or [], delimiter, timezone)
    _check_rejects(file, rejects, needed=skip_bad)
    job = ImportJob(file, mapping, rejects, skip_bad, dry_run, WAIT_SECONDS if wait else None)
    settings = read_settings() if dry_run else _settings(wait=wait)
    try:
        with work_bars() as report:
            outcome = run_import(job, settings, report)
    except MappingError as error:
        raise typer.BadParameter(str(error)) from None
    if json:
        console.print_json(data=describe(job, outcome))
    else:
        show(job, outcome, console)
    if outcome.status == "refused":
        raise typer.Exit(1)


command.__doc__ = (command.__doc__ or "").replace("{fields}", _FIELDS)


def _mapping(maps: list[str], sets: list[str], delimiter: str, timezone: str) -> ImportMapping:
    try:
        return parse_mapping(maps, sets, delimiter, timezone)
    except MappingError as error:
        raise typer.BadParameter(str(error)) from None


def _check_rejects(file: Path, rejects: Path | None, *, needed: bool) -> None:
    if rejects is None:
        if needed:
            raise typer.BadParameter("--skip-bad needs --rejects FILE.csv, so that no row is lost")
        return
    if rejects.exists():
        raise typer.BadParameter(f"--rejects {rejects}: the file exists; name another, or move it away")
    if rejects.absolute() == file.absolute():
        raise typer.BadParameter(f"--rejects {rejects}: this is the file to import; name another")


def _settings(*, wait: bool) -> Settings:
    """Kafka at least; Postgres too where one is named or running, which --wait insists on."""
    try:
        return resolve_settings("kafka", "owner")
    except NoAddressError:
        if wait:
            raise
        return resolve_settings("kafka")
