"""A statement as a picture: SVG that needs nothing from elsewhere, for a document or a colleague."""

from collections.abc import Iterable
from io import StringIO
from pathlib import Path

from rich.console import Console, RenderableType
from rich.terminal_theme import TerminalTheme

COLUMNS = 104
_PAPER = TerminalTheme(
    (255, 255, 255),
    (28, 39, 51),
    [
        (28, 39, 51),
        (176, 32, 32),
        (40, 120, 50),
        (150, 100, 0),
        (47, 111, 168),
        (130, 60, 140),
        (0, 120, 130),
        (90, 90, 90),
    ],
)
# Rich's own template loads a font from the network; a picture in a ledger's documents should not.
_TEMPLATE = """<svg class="statement" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: Helvetica, Arial, sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def save_picture(path: Path, title: str, parts: Iterable[RenderableType]) -> None:
    """Write an SVG of the parts, one below the other. Raises OSError where the file cannot be written."""
    paper = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True, highlight=False)
    for part in parts:
        paper.print(part)
    path.write_text(
        paper.export_svg(title=title, theme=_PAPER, code_format=_TEMPLATE, unique_id="statement"), encoding="utf-8"
    )
