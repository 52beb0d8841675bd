"""`tollbook import`."""

from pathlib import Path
from typing import Annotated

import typer

from tollbook_cli.console import console
from tollbook_cli.environment import NoAddressError, read_settings, resolve_settings
from tollbook_cli.importing import ImportJob, run_import, work_bars
from tollbook_cli.importing.describe import describe, show
from tollbook_cli.kafka_login import check_login
from tollbook_producers.imports import (
    FIELDS,
    ImportMapping,
    MappingError,
    holds_events,
    is_parquet,
    parse_mapping,
)
from tollbook_schemas import Settings

WAIT_SECONDS = 600.0
_FIELDS = ", ".join(FIELDS)


def command(
    file: Annotated[Path, typer.Argument(help="CSV (UTF-8, with a header; gzipped or not), Parquet or JSON lines.")],
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
    why: Annotated[
        str, typer.Option(help="The reason, for the record of administrators' actions.")
    ] = "an import of old usage",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Bring in usage from a file, each row one call: CSV, Parquet, JSON lines, or an archived day.

    Every row is checked first; while one is bad, nothing is sent. The same row has the same id for ever (that of
    `source_id` if mapped, else that of its content), so an import that was interrupted is run again, and a row that is
    in two files counts once. An empty cell is unknown, not zero. created_at, provider, model and use_case are needed.

    Without --map and --set the file holds whole events: .parquet, a day that another ledger archived, or .jsonl, one
    event a line. They keep their ids, so what this ledger has already is counted once; a bad one is mended where it
    came from. Into a day that has left the ledger nothing is imported: `tollbook restore` brings an archived one back.

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
    mapping = _mapping(file, maps or [], sets or [], delimiter, timezone)
    _check_rejects(file, rejects, needed=skip_bad)
    if mapping is None and rejects is not None:
        raise typer.BadParameter("--rejects is for rows that are mapped: mend an event where it came from")
    job = ImportJob(file, mapping, rejects, skip_bad, dry_run, WAIT_SECONDS if wait else None, why)
    settings = read_settings() if dry_run else _settings(wait=wait)
    if not dry_run:
        check_login(settings)
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


def _mapping(file: Path, maps: list[str], sets: list[str], delimiter: str, timezone: str) -> ImportMapping | None:
    """None for a file of events."""
    if holds_events(file) and not (maps or sets):
        return None
    if holds_events(file) and not is_parquet(file):
        raise typer.BadParameter("--map and --set are for rows of columns: a line of JSON is a whole event")
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
