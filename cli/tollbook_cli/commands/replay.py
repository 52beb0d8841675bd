"""`tollbook replay`."""

from datetime import UTC, datetime
from typing import Annotated, Literal

import typer

from tollbook_cli.console import console
from tollbook_cli.environment import resolve_settings
from tollbook_cli.importing import work_bars
from tollbook_cli.kafka_login import check_login
from tollbook_cli.replaying import folding
from tollbook_cli.replaying.describe import show
from tollbook_schemas.ids import datetime_to_ms
from tollbook_sinks.replay import ReplayJob, ReplayOptions, run_replay


def command(
    *,
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%SZ"], help="UTC; not all."),
    ] = None,
    windows: Annotated[
        Literal["all", "disputed"], typer.Option(help="disputed: repair only those, and leave the processors alone.")
    ] = "all",
    imports: Annotated[bool, typer.Option("--imports", help="Fold the imports again, not the live calls.")] = False,
    adjust: Annotated[
        bool, typer.Option("--adjust", help="Enter differences of compacted windows as adjustments; needs --why.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Compare and change nothing.")] = False,
    why: Annotated[str | None, typer.Option(help="The reason, for the record of administrators' actions.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Fold the log again, compare, and put right what was wrong.

    The log is folded into a new generation of totals beside the live one, which goes on. When it has caught up, the
    totals of windows that are not compacted are replaced in one transaction, and the processors move over by
    themselves: each stops with exit code 70 and its supervisor starts it again. Compacted windows are never
    overwritten: their differences are reported and, with --adjust, entered as adjustments. A window that begins before
    the log does, or before --from, is left out. One that was killed is run again with the same options: it goes on.

    Exit code 1: windows differ and were only compared, compacted ones differ and were not adjusted, or something is
    wrong; 0 else. The JSON object, by example (status is replaced, repaired, compared or nothing_to_do; times are UTC):

    \b
    {"status": "replaced", "kind": "live", "generation": 2, "records": 120000, "seconds": 14.2,
     "compared": 3, "equal": 2, "differing": [{"stream": "live", "window_start": "2026-05-04T10:00:00Z",
       "state": "disputed", "events": 3, "differences": {"count": 1, "first": [{"dimensions": {"provider": "openai"},
       "measure": "events", "live": 97, "replay": 100}]}}],
     "replaced": 2, "adjustments": 0, "left_out_before": null, "left_out": []}

    Example: tollbook replay --windows disputed --why "changelog expired while the sink was away"
    """
    if adjust and (dry_run or windows == "disputed"):
        raise typer.BadParameter("--adjust corrects compacted windows: not with --dry-run or --windows disputed")
    if adjust and not why:
        raise typer.BadParameter("--adjust changes what is billed: say --why")
    if imports and since is not None:
        raise typer.BadParameter("--from is for live calls: an import is folded whole")
    options = ReplayOptions(
        kind="import" if imports else "live",
        from_ms=None if since is None else datetime_to_ms(since.replace(tzinfo=UTC)),
        disputed_only=windows == "disputed",
    )
    job = ReplayJob(options, why or "tollbook replay", adjust=adjust, dry_run=dry_run)
    settings = resolve_settings("kafka", "owner")
    check_login(settings)
    with work_bars() as report:
        outcome = run_replay(settings, job, folding, report)
    if json:
        console.print_json(data=outcome)
    else:
        show(outcome, console)
    if _is_left_wrong(outcome, adjust=adjust):
        raise typer.Exit(1)


def _is_left_wrong(outcome: dict[str, object], *, adjust: bool) -> bool:
    differing = outcome["differing"]
    states = [entry["state"] for entry in differing] if isinstance(differing, list) else []
    if outcome["status"] == "compared":
        return bool(states)
    return "compacted" in states and not adjust
