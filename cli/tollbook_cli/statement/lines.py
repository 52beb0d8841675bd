"""The table of lines: one for each model and use case, final and provisional apart."""

from collections.abc import Iterable
from decimal import Decimal

from rich import box
from rich.table import Table
from rich.text import Text

from tollbook_billing import Part, Usage, UsageLine, UsageStatement
from tollbook_cli.statement.figures import UNKNOWN, count, moment, money, quantity


def lines_table(statement: UsageStatement) -> Table:
    """Lines and their sum; named parts of a figure stand below it."""
    table = Table(
        box=box.SIMPLE_HEAD,
        expand=True,
        pad_edge=False,
        collapse_padding=True,
        header_style="bold",
        footer_style="bold",
        show_footer=len(statement.lines) > 1,
    )
    table.add_column("model, use case", "total", overflow="fold", ratio=1)
    headings = ("calls", "prompt", "completion", f"cost {statement.currency}")
    for heading, footer in zip(headings, _figures(statement.totals), strict=True):
        table.add_column(heading, footer, justify="right", no_wrap=True)
    for line in statement.lines:
        table.add_row(_subject(line, statement.by), *_figures(line.usage))
    return table


def _subject(line: UsageLine, by: tuple[Part, ...]) -> Text:
    text = Text(" ".join(filter(None, (_period(line, by), line.provider, line.model))) or "all")
    if line.response_model not in {None, line.model}:
        text.append(f"\n  → {line.response_model}")
    if line.use_case is not None:
        text.append(f"\n  {line.use_case}", style="dim")
    for name in ("environment", "workspace", "project", "template", "collection"):
        if name in by:
            key = name if name == "environment" else f"{name}_id"
            text.append(f"\n  {name} {getattr(line, key) or UNKNOWN}", style="dim")
    if line.state == "provisional":
        text.append("\n  provisional", style="yellow")
    return text


def _period(line: UsageLine, by: tuple[Part, ...]) -> str | None:
    if line.period_start is None or line.period is None:
        return None
    if "window" in by:
        return moment(line.period_start)
    return f"{line.period:%Y-%m}" if "month" in by else f"{line.period:%Y-%m-%d}"


def _figures(usage: Usage) -> tuple[Text, Text, Text, Text]:
    return _calls(usage), _prompt(usage), _completion(usage), _cost(usage)


def _calls(usage: Usage) -> Text:
    return _with_parts(count(usage.calls), [(usage.calls - usage.calls_with_usage, "no usage")], style="yellow")


def _prompt(usage: Usage) -> Text:
    parts = [
        (usage.cached_prompt_tokens, "cached"),
        (usage.input_audio_tokens, "audio"),
        (usage.input_image_tokens, "image"),
        (usage.input_audio_seconds, "s audio"),
        (usage.billable_audio_seconds, "s billable"),
        (usage.web_search_requests, "searches"),
    ]
    return _with_parts(count(usage.prompt_tokens), parts)


def _completion(usage: Usage) -> Text:
    parts = [
        (usage.reasoning_tokens, "reasoning"),
        (usage.output_audio_tokens, "audio"),
        (usage.output_image_tokens, "image"),
        (usage.output_images, "images"),
    ]
    return _with_parts(count(usage.completion_tokens), parts)


def _cost(usage: Usage) -> Text:
    text = Text(money(usage.cost))
    if usage.corrections is not None:
        text.append(f"\n{money(usage.corrections)} corrected", style="yellow")
    return text.append("\nunpriced", style="bold red") if usage.unpriced else text


def _with_parts(figure: str, parts: Iterable[tuple[int | Decimal | None, str]], style: str = "dim") -> Text:
    text = Text(figure)
    for amount, name in parts:
        if amount:
            text.append(f"\n{quantity(amount)} {name}", style=style)
    return text
