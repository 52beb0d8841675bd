"""Progress bars that also say how fast it goes and how long it will take."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from tollbook_cli.console import messages
from tollbook_cli.reporting import Report

FIRST_WITH_SPEED = 100
"""Work of fewer parts has no speed worth a number."""


class _SpeedColumn(ProgressColumn):
    """Parts a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        if speed is None or (task.total or 0) < FIRST_WITH_SPEED:
            return Text("")
        return Text(f"{speed:,.0f}/s", style="progress.data.speed")


@contextmanager
def work_bars() -> Iterator[Report]:
    """Bars on standard error, one a step; yields the callback that moves them, safe to call from any thread."""
    columns = (
        SpinnerColumn(finished_text="[green]✓[/green]"),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _SpeedColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=messages) as progress:
        bars: dict[str, TaskID] = {}

        def report(step: str, done: int, total: int) -> None:
            if step not in bars:
                bars[step] = progress.add_task(step, total=total)
            progress.update(bars[step], completed=done, total=total)

        yield report
