"""Answers about money for people and for programs: an invoice, providers' charges beside ours, other prices."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from tollbook_billing import InvoiceLine, ProviderDifference, RepricedLine
from tollbook_billing.usage import exact_sum
from tollbook_cli.statement.figures import UNKNOWN, count, money, quantity
from tollbook_cli.tables import new_table


@dataclass(frozen=True, slots=True)
class MoneyAnswer:
    """One answer in both forms; `data` is what goes into the JSON object beside scope and range."""

    shown: RenderableType
    data: dict[str, Any]


def invoice_answer(lines: Sequence[InvoiceLine], currency: str) -> MoneyAnswer:
    """Lines and their total, which is the sum of the rounded amounts; what has no amount is named below."""
    total = exact_sum(line.amount for line in lines)
    table = new_table("item", "state", right=("quantity", "price of one", f"amount {currency}"))
    for line in lines:
        table.add_row(
            _item(line), line.state, quantity(line.quantity), _digits(line.price_per_one), _digits(line.amount)
        )
    unpriced = sum(line.kind == "unpriced" for line in lines)
    data = {"invoice": [_plain(asdict(line)) for line in lines], "total": _text(total), "unpriced_lines": unpriced}
    return MoneyAnswer(Group(table, Text(f"total {_digits(total)} {currency}", style="bold")), data)


def provider_answer(differences: Sequence[ProviderDifference]) -> MoneyAnswer:
    """Providers' own charges beside ours, with the calls that could not be compared."""
    headings = ("they charge USD", "compared", "theirs", "ours", "difference", "calls not compared")
    table = new_table("model", right=headings)
    for one in differences:
        missed = f"{count(one.calls_unpriced)} unpriced, {count(one.calls_mixed)} mixed"
        amounts = (one.compared_provider_cost_usd, one.compared_cost_usd, one.difference_usd)
        table.add_row(
            Text(_model(one.provider, one.model, one.response_model)),
            money(one.provider_cost_usd),
            count(one.calls_compared),
            *map(money, amounts),
            missed,
        )
    shown = table if differences else Text("no provider reported a charge of its own there")
    return MoneyAnswer(shown, {"provider_differences": [_plain(asdict(one)) for one in differences]})


def repriced_answer(lines: Sequence[RepricedLine], currency: str) -> MoneyAnswer:
    """What is owed and what it would have been, line by line and in total."""
    total, supposed = exact_sum(line.total for line in lines), exact_sum(line.supposed for line in lines)
    difference = None if total is None or supposed is None else exact_sum([supposed, total.copy_negate()])
    table = new_table("model, use case", right=("calls", f"owed {currency}", "at other prices", "difference"))
    for line in lines:
        table.add_row(
            Text(f"{_model(line.provider, line.model, line.response_model)}\n  {line.use_case}"),
            count(line.calls),
            _with_unpriced(line.total, line.unpriced),
            _with_unpriced(line.supposed, line.supposed_unpriced),
            money(line.difference),
        )
    table.add_row("total", "", money(total), money(supposed), money(difference), style="bold")
    totals = _plain({"total": total, "supposed": supposed, "difference": difference})
    return MoneyAnswer(table, {"repriced": [_plain(asdict(line)) for line in lines], **totals})


def _item(line: InvoiceLine) -> Text:
    text = Text(f"{line.provider} {line.model} {line.token_class}")
    parts = [f"tier {line.service_tier}"] if line.service_tier else []
    parts += ["batch"] if line.batch else []
    if parts:
        text.append(f"\n  {', '.join(parts)}", style="dim")
    if line.kind == "correction":
        text.append("\n  correction of a past price", style="yellow")
    if line.kind == "no_usage":
        text.append("\n  NO USAGE REPORTED", style="bold red")
    if line.kind == "unpriced":
        text.append("\n  NO PRICE", style="bold red")
    return text


def _model(provider: str, model: str, response_model: str | None) -> str:
    return f"{provider} {model}" if response_model in {None, model} else f"{provider} {model} → {response_model}"


def _with_unpriced(amount: Decimal | None, unpriced: dict[str, Any]) -> Text:
    text = Text(money(amount))
    return text.append("\nunpriced: " + ", ".join(sorted(unpriced)), style="bold red") if unpriced else text


def _digits(amount: Decimal | None) -> str:
    return UNKNOWN if amount is None else f"{amount:,f}"


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _text(value) for name, value in row.items()}


def _text(value: Any) -> Any:
    if isinstance(value, dict):
        return _plain(value)
    return f"{value:f}" if isinstance(value, Decimal) else value
