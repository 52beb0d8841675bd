"""The look of a table for people."""

from collections.abc import Iterable

from rich import box
from rich.table import Table


def new_table(*left: str, right: Iterable[str] = ()) -> Table:
    """A table without rows; figures stand in the columns on the right. What is too long is folded, never cut."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for heading in left:
        table.add_column(heading, overflow="fold")
    for heading in right:
        table.add_column(heading, justify="right", overflow="fold")
    return table
