"""The terminal that all commands share: one console a stream, errors in one line, steps as progress bars."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from tollbook_cli.reporting import Report
from tollbook_schemas.errors import TollbookError

console = Console(highlight=False)
"""Standard output: results."""
messages = Console(stderr=True, highlight=False)
"""Standard error: progress and errors, so that `--json` and `env` can be piped."""


@contextmanager
def explained_errors() -> Iterator[None]:
    """Turns what a user can put right into one red line and exit code 1; everything else keeps its traceback."""
    try:
        yield
    except TollbookError as error:
        fail(str(error))
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("tollbook_"):
            raise
        fail(f"the `{error.name}` package is missing: install the extras: pip install 'tollbook[all]'")
    except PermissionError as error:
        fail(f"{error.filename}: permission denied to this user")
    except KeyboardInterrupt:
        fail("interrupted")


def fail(message: str) -> None:
    """Prints the message as one red line on standard error and exits with 1."""
    messages.print(f"[red]{escape(message)}[/red]", soft_wrap=True)
    sys.exit(1)


@contextmanager
def progress_bars(
    before_time: Sequence[ProgressColumn] = (), after_time: Sequence[ProgressColumn] = ()
) -> Iterator[Report]:
    """Bars on standard error, one a step; yields the callback that moves them, safe to call from any thread."""
    columns = (
        SpinnerColumn(finished_text="[green]✓[/green]"),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        *before_time,
        TimeElapsedColumn(),
        *after_time,
    )
    progress = Progress(*columns, console=messages)
    bars: dict[str, TaskID] = {}

    def report(step: str, done: int, total: int) -> None:
        if step not in bars:
            progress.start()  # not before: bars without a step would print an empty line
            bars[step] = progress.add_task(step, total=total)
        progress.update(bars[step], completed=done, total=total)

    try:
        yield report
    finally:
        if bars:
            progress.stop()
