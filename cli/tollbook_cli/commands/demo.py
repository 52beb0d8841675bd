"""`tollbook demo`."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from tollbook_cli.console import console, messages
from tollbook_cli.demo.figures import figures, show_checks, show_next, show_statements
from tollbook_cli.demo.run import run_demo
from tollbook_cli.environment import NoAddressError, read_settings, resolve_settings
from tollbook_cli.importing import work_bars
from tollbook_cli.reporting import Report
from tollbook_cli.stack import Stack, interrupted_by_termination
from tollbook_cli.statement import render_statement, save_picture
from tollbook_schemas import Settings

INTERRUPTED = 130


def command(
    json: Annotated[Path | None, typer.Option(help="Write all figures to this file.")] = None,
    picture: Annotated[
        Path | None, typer.Option(metavar="FILE.svg", help="Draw the statements into a file too.")
    ] = None,
    calls: Annotated[int, typer.Option(min=1, max=10_000, help="How many live calls to make.")] = 240,
    keep: Annotated[bool, typer.Option("--keep", help="Keep a stack started here running at the end.")] = False,
) -> None:
    """Run the whole pipe on real figures and check every one of them.

    Imports 28,185 real calls (Azure LLM inference trace 2023) and waits until their windows are proven and final; makes
    live calls with the openai and google-genai SDKs against a provider on this machine; prints both statements and
    compares them with the trace's file and with the provider's own book. Uses the stack that runs, else starts one and
    stops it at the end. Run it again after an interruption: no call is counted twice.

    Exit code 1: a figure differs, or something is wrong. 130: interrupted. The JSON file, by example (`import` is what
    `tollbook import --json` prints, each statement what `tollbook bill --json` does, both left empty here):

    \b
    {"ok": true, "seconds": 38.2,
     "trace": {"import": {}, "statement": {}, "windows": [{}, {}]},
     "live": {"workspace_id": "demo-20260301-120000-a1b2c3", "requests": 340, "statement": {},
       "truth": {"calls_success": 170, "calls_error": 30, "prompt_tokens": 189040}},
     "checks": [{"name": "trace", "ok": true, "expected": {"calls": 28185}, "found": {"calls": 28185}}]}

    Example: tollbook demo --json figures.json
    """
    for option, file in (("--json", json), ("--picture", picture)):
        if file is not None and not file.absolute().parent.is_dir():
            raise typer.BadParameter(f"{option} {file}: there is no such folder")
    begun = time.monotonic()
    with interrupted_by_termination():
        try:
            holds = _demonstrate(json, picture, calls, begun, keep=keep)
        except KeyboardInterrupt:
            messages.print("interrupted; run `tollbook demo` again: it finishes the work and counts no call twice")
            raise typer.Exit(INTERRUPTED) from None
    if not holds:
        raise typer.Exit(1)


def _demonstrate(json: Path | None, picture: Path | None, calls: int, begun: float, *, keep: bool) -> bool:
    with ExitStack() as scope:
        with work_bars() as report:
            settings, started = scope.enter_context(_stack(report))
            result = run_demo(settings, calls, report)
        figured = figures(result, time.monotonic() - begun)
        if json is not None:
            json.write_text(dumps(figured, indent=2) + "\n", encoding="utf-8")
        if picture is not None:
            save_picture(picture, "tollbook demo", [render_statement(statement) for statement in result.statements])
        show_statements(result, console)
        show_checks(result, console)
        show_next(console)
        if keep and started is not None:
            _wait_for_ctrl_c(started)
    return bool(figured["ok"])


def _wait_for_ctrl_c(stack: Stack) -> None:
    messages.print("running; stop with Ctrl-C or `tollbook down`; addresses for another shell: `tollbook env`")
    with suppress(KeyboardInterrupt):
        stack.wait()


@contextmanager
def _stack(report: Report) -> Iterator[tuple[Settings, Stack | None]]:
    """The settings of the stack that runs; else those of one that runs until the block ends, and that stack."""
    running = _running()
    if running is not None:
        yield running, None
        return
    settings = read_settings()
    stack = Stack(None, settings, notify=_say)
    try:
        stack.start(report)
        addresses = stack.addresses
        yield settings.model_copy(update={"kafka": addresses.kafka, "postgres": addresses.postgres_owner}), stack
    finally:
        stack.stop()


def _running() -> Settings | None:
    """None where neither the environment nor a running stack names any address."""
    try:
        return resolve_settings("kafka", "owner")
    except NoAddressError:
        if read_settings().model_fields_set & {"kafka", "postgres"}:
            raise
        return None


def _say(event: str) -> None:
    messages.print(f"[yellow]{event}[/yellow]", soft_wrap=True)
