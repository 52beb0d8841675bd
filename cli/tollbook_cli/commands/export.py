"""`tollbook export`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group

from tollbook_billing import Book, UsageScope, open_database
from tollbook_billing.exports import ExportQuestion, UsageExport, read_export
from tollbook_cli.console import console, progress_bars
from tollbook_cli.environment import resolve_settings
from tollbook_cli.exporting import ExportError, compare, export_to, read_manifest
from tollbook_cli.exporting.formats import format_of
from tollbook_cli.exporting.manifest import question_of_manifest
from tollbook_cli.exporting.ranges import export_range, zone_of
from tollbook_cli.exporting.render import changes_text, render_written, summary

CHANGED = 3
"""The exit code for an export that is not what it was."""


def command(
    file: Annotated[Path | None, typer.Argument(help="Where to: a .csv or a .parquet file.")] = None,
    *,
    workspace: Annotated[str | None, typer.Option(help="The workspace's id; beside --project it narrows that.")] = None,
    project: Annotated[str | None, typer.Option(help="The project's id.")] = None,
    month: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="A month of the zone.")] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="Instead of a month: a date or time, of the zone.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Its end, exclusive.")] = None,
    zone: Annotated[str, typer.Option(help="Whose days and months: a name such as Europe/Berlin.")] = "UTC",
    book: Annotated[Book, typer.Option(help="cost: what providers charge; sell: what customers are charged.")] = "cost",
    currency: Annotated[str, typer.Option(help="Prices in this currency; what has none in it is unpriced.")] = "USD",
    replace: Annotated[
        bool, typer.Option("--replace", help="Write over a final export that has changed, or over another file.")
    ] = False,
    against: Annotated[
        Path | None,
        typer.Option("--compare", metavar="MANIFEST", help="Write nothing: say what changed since that export."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, all digits kept.")] = False,
) -> None:
    """Write a month's usage by day, provider, model and use case to a file, with digest and proof beside it.

    Each row has exact money, calls by status, coverage, what has no price, final or provisional, and the corrections
    in it apart. An empty field is unknown, which is not zero. Beside FILE lies FILE.manifest.json: scope, range,
    digest, totals, and every window, correction and price that the figures rest on. The digest is the SHA-256 of the
    rows as CSV, so of a .csv file itself.

    The same export later is the same, byte for byte; or it says, entry by entry, which corrections, windows or prices
    changed it. What was provisional is then written anew, what was final is kept unless --replace.

    Exit code 0: written, or as it was; 1: it cannot be; 2: misuse; 3: it changed, and nothing was written.

    \b
    The JSON object: {"outcome": "written" (or identical, replaced, kept, compared), "is_same": null,
     "manifest": {...}, "changes": [{"change": "adjustment" (or adjustment_gone, window, window_unexplained,
     price, price_correction, unexplained), ...}]}; is_same is null where there was nothing to compare with.

    Example: tollbook export acme-2026-03.csv --workspace acme --month 2026-03 --book sell
    """
    if against is not None:
        if file is not None:
            raise typer.BadParameter("--compare writes nothing: leave the file out")
        _compare(against, json=json)
        return
    if file is None:
        raise typer.BadParameter("name the file to write, .csv or .parquet")
    try:
        format_of(file)
        first, last = export_range(month, start, end, zone_of(zone))
    except ExportError as error:
        raise typer.BadParameter(str(error)) from error
    written = export_to(
        file, _read(ExportQuestion(_scope(project, workspace), first, last, zone, book, currency)), replace=replace
    )
    same = None if written.comparison is None else written.comparison.is_same
    changes = [] if written.comparison is None else list(written.comparison.changes)
    if json:
        _print(_Answer(written.outcome, same, written.manifest, changes))
    else:
        console.print(render_written(written), soft_wrap=True)
    if written.outcome == "kept":
        raise typer.Exit(CHANGED)


@dataclass(frozen=True, slots=True)
class _Answer:
    outcome: str
    is_same: bool | None
    manifest: dict[str, Any]
    changes: list[dict[str, Any]]


def _compare(path: Path, *, json: bool) -> None:
    before = read_manifest(path)
    found = compare(before, _read(question_of_manifest(before)))
    if json:
        _print(_Answer("compared", found.is_same, found.now, list(found.changes)))
    else:
        verdict = "the same, byte for byte" if found.is_same else "NOT what it was"
        console.print(Group(verdict, *summary(found.now), changes_text(found.changes)), soft_wrap=True)
    if not found.is_same:
        raise typer.Exit(CHANGED)


def _read(question: ExportQuestion) -> UsageExport:
    settings = resolve_settings("owner")
    with progress_bars() as report, open_database(settings.postgres) as connection:
        report("reading usage", 0, 1)
        export = read_export(connection, question)
        report("reading usage", 1, 1)
    return export


def _print(answer: _Answer) -> None:
    data = {name: getattr(answer, name) for name in _Answer.__slots__}
    console.print_json(data=data)


def _scope(project: str | None, workspace: str | None) -> UsageScope:
    if project is not None:
        return UsageScope("project", project, workspace)
    if workspace is not None:
        return UsageScope("workspace", workspace)
    raise typer.BadParameter("whose usage? Give --workspace or --project")
