"""Progress bars that also say how fast it goes and how long it will take."""

from contextlib import AbstractContextManager

from rich.progress import ProgressColumn, Task, TimeRemainingColumn
from rich.text import Text

from tollbook_cli.console import progress_bars
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


def work_bars() -> AbstractContextManager[Report]:
    """`progress_bars` that also say how fast it goes and how long it will take."""
    return progress_bars(before_time=[_SpeedColumn()], after_time=[TimeRemainingColumn()])
