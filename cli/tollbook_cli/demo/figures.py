"""The demo's figures for programs, and what it prints for a person."""

import sys
from pathlib import Path
from shutil import which
from typing import Any

from rich.console import Console
from rich.markup import escape

from tollbook_cli.demo.checks import Check
from tollbook_cli.demo.run import DemoResult
from tollbook_cli.importing.describe import describe
from tollbook_cli.statement import render_statement, statement_json

NEXT = (
    ("up", "keep the stack running; `env` names its addresses"),
    ("bill --project azure-llm-2023 --all-time", "in another shell: the trace's bill again"),
    ("import --help", "bring in your own usage from a CSV file"),
)


def figures(result: DemoResult, seconds: float) -> dict[str, Any]:
    """What `--json FILE` holds.

    `ok`: every check holds. `trace`: `import` as `tollbook import --json` prints it, `statement` and `windows` (one
    statement for each window start) as `tollbook bill --json` does. `live`: `workspace_id`, `requests` (the provider
    server's count, retries included), `truth` (its book: calls by status, tokens by class) and `statement`. `checks`:
    each with `name`, `ok`, `expected` and `found`, figures by name.
    """
    checks = result.checks()
    trace, live = result.trace, result.live
    job = trace.job
    return {
        "ok": all(check.holds for check in checks),
        "seconds": round(seconds, 3),
        "trace": {
            "import": describe(job, trace.imported),
            "statement": statement_json(trace.statement),
            "windows": [statement_json(statement) for statement in trace.windows.values()],
        },
        "live": {
            "workspace_id": live.workspace_id,
            "requests": live.truth.requests,
            "truth": dict(live.truth.totals()),
            "statement": statement_json(live.statement),
        },
        "checks": [
            {"name": check.name, "ok": check.holds, "expected": dict(check.expected), "found": dict(check.found)}
            for check in checks
        ],
    }


def show_statements(result: DemoResult, out: Console) -> None:
    """Print both statements."""
    for statement in result.statements:
        out.print()
        out.print(render_statement(statement))


def show_checks(result: DemoResult, out: Console) -> None:
    """Say what was checked and whether it holds."""
    checks = result.checks()
    out.print()
    for check in checks:
        if check.name.startswith("trace"):
            _show_trace_check(check, out)
    live = [check for check in checks if not check.name.startswith("trace")]
    for check in live:
        if not check.holds:
            out.print(f"[red]✗ {escape(check.name)}: {check.differences()}[/red]", soft_wrap=True)
    if all(check.holds for check in live):
        total = sum(count for name, count in live[0].found.items() if name.startswith("calls_"))
        out.print(
            f"[green]✓[/green] live calls: all {total:,} are in the statement exactly as the provider's own book has "
            f"them: {len(live[0].expected)} figures, in sum and for each of {len(live) - 1} models and use cases",
            soft_wrap=True,
        )


def _show_trace_check(check: Check, out: Console) -> None:
    if check.holds:
        found = check.found
        out.print(
            f"[green]✓[/green] {check.name}: {found['calls']:,} calls, {found['prompt_tokens']:,} prompt and "
            f"{found['completion_tokens']:,} completion tokens, as in its file",
            soft_wrap=True,
        )
    else:
        out.print(f"[red]✗ {check.name}: {check.differences()}[/red]", soft_wrap=True)


def show_next(out: Console) -> None:
    """Say what to try next."""
    program = _program()
    out.print("\nWhat to try next:")
    for arguments, purpose in NEXT:
        out.print(f"  {program} {arguments:<41} {purpose}", soft_wrap=True)


def _program() -> str:
    """How this command is called from here: `make run` needs no activated virtual environment."""
    if which("tollbook"):
        return "tollbook"
    script = Path(sys.executable).with_name("tollbook")
    return str(script.relative_to(Path.cwd()) if script.is_relative_to(Path.cwd()) else script)
