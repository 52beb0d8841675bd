"""`tollbook bill`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tollbook_billing import UsageScope, open_database, read_usage
from tollbook_cli.console import console
from tollbook_cli.environment import resolve_settings
from tollbook_cli.statement import render_statement, save_picture, statement_json
from tollbook_cli.statement.ranges import BadRangeError, Range, choose_range
from tollbook_schemas import Settings

_WHEN = "A date or time, UTC unless it names a zone, on a window boundary"


def command(
    *,
    project: Annotated[str | None, typer.Option(help="The project's id.")] = None,
    session: Annotated[str | None, typer.Option(help="The session's id.")] = None,
    workspace: Annotated[
        str | None, typer.Option(help="The workspace's id; beside --project or --session it narrows them.")
    ] = None,
    start: Annotated[str | None, typer.Option("--from", metavar="TIME", help=f"{_WHEN}.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help=f"{_WHEN}, exclusive.")] = None,
    all_time: Annotated[bool, typer.Option("--all-time", help="Everything that the database holds.")] = False,
    all_windows: Annotated[bool, typer.Option("--all-windows", help="Show every window's proof.")] = False,
    picture: Annotated[
        Path | None, typer.Option(metavar="FILE.svg", help="Draw the statement into a file too.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, all digits kept.")] = False,
) -> None:
    """Show what a project, a session or a workspace used and what it cost, with its proof.

    Without a range: the current UTC month. With only --from or only --to, the other side is open.
    Windows that are still open are included as provisional. No usage in the range is an answer,
    not a failure: an id that nobody has used yet looks the same.

    Exit code 0: answered; 1: the database cannot answer; 2: misuse.

    The JSON object, by example (null: nobody reported it; money and seconds: exact decimals as text):

    \b
    {"scope": {"kind": "project", "id": "p1", "workspace_id": null},
     "from": "2026-03-01T00:00:00Z", "to": "2026-04-01T00:00:00Z",
     "lines": [
       {"provider": "openai", "model": "gpt-4.1-nano", "response_model": "gpt-4.1-nano-2025-04-14",
        "use_case": "barbara_analysis", "state": "final", "events": 2, "calls": 2, "calls_success": 1,
        "calls_missing_usage": 0, "calls_timeout": 1, "calls_error": 0, "calls_with_usage": 1,
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110,
          "input_audio_tokens": null, "output_audio_tokens": null,
          "cached_prompt_tokens": null, "cached_audio_tokens": null, "cached_image_tokens": null,
          "cache_write_tokens": null, "reasoning_tokens": null,
          "tool_use_prompt_tokens": null, "input_image_tokens": null, "output_image_tokens": null,
          "input_audio_seconds": null, "billable_audio_seconds": null, "output_audio_seconds": null,
          "output_images": null, "web_search_requests": 1, "provider_cost_usd": null,
          "latency_ms": 640},
        "calls_that_report": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 1,
          "web_search_requests": 1, "latency_ms": 2},
        "cost_usd": "0.000014", "unpriced": {"web_search": "1"}}],
     "totals": {"events": 2, "calls": 2, "...": "as in a line"},
     "confidence": {"coverage": "0.500000", "final_calls": 2, "provisional_calls": 0,
       "disputed_windows": 0, "is_final": true},
     "adjustments": [
       {"reason": "late", "state": "final", "events": 1, "calls": 1, "prompt_tokens": 0,
        "completion_tokens": 0}],
     "windows": [
       {"stream": "live", "start": "2026-03-02T12:00:00Z", "state": "compacted", "calls": 2,
        "proven": true, "ledger_events": 3, "rollup_events": 3, "ledger_calls": 3, "rollup_calls": 3,
        "ledger_digest": "01ab", "rollup_digest": "01ab", "compacted_at": "2026-03-02T14:00:00Z",
        "differences": null}]}

    Example: tollbook bill --project p1 --from 2026-03-01 --to 2026-04-01
    """
    scope = _scope(project, session, workspace)
    settings = resolve_settings("owner")
    first, last = _range(start, end, all_time, settings)
    with open_database(settings.postgres) as connection:
        statement = read_usage(connection, scope, first, last)
    if picture is not None:
        save_picture(picture, "tollbook bill", [render_statement(statement, all_windows=all_windows)])
    if json:
        console.print_json(data=statement_json(statement))
    else:
        console.print(render_statement(statement, all_windows=all_windows))


def _scope(project: str | None, session: str | None, workspace: str | None) -> UsageScope:
    if project is not None and session is not None:
        raise typer.BadParameter("--project and --session exclude each other: ask for one of them")
    if project is not None:
        return UsageScope("project", project, workspace)
    if session is not None:
        return UsageScope("session", session, workspace)
    if workspace is not None:
        return UsageScope("workspace", workspace)
    raise typer.BadParameter("whose bill? Give --project, --session or --workspace")


def _range(start: str | None, end: str | None, all_time: bool, settings: Settings) -> Range:
    try:
        return choose_range(start, end, all_time=all_time, rule=settings.window_rule, now=datetime.now(UTC))
    except BadRangeError as error:
        raise typer.BadParameter(str(error)) from error
