"""How far a statement can be trusted, in a few lines; what is missing from the cost is loud."""

from datetime import datetime

from rich.table import Table
from rich.text import Text

from tollbook_billing import Adjustment, RecordExtent, UsageStatement
from tollbook_billing.unknowns import UnpricedModel, unknowns_of
from tollbook_cli.statement.figures import count, moment, money, percent, quantity

_REASONS = {
    "duplicate": "sent again, counted once",
    "conflict": "same id, other content",
    "late": "came after the window",
    "replay": "entered by a replay",
    "expired": "imported into a day that had left the ledger",
}


def confidence_table(statement: UsageStatement) -> Table:
    """A row each for calls, coverage, state, unpriced usage, the providers' own charge and corrections."""
    confidence, totals = statement.confidence, statement.totals
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    statuses = ", ".join(
        f"{count(calls)} {name.replace('_', ' ')}" for name, calls in confidence.calls_by_status.items()
    )
    table.add_row("calls", f"{count(confidence.calls)}: {statuses}")
    table.add_row("coverage", _coverage(statement))
    table.add_row("state", _state(statement))
    if statement.extent.begins is not None:
        table.add_row("record", _record(statement.extent.begins, statement.extent))
    if totals.unpriced:
        table.add_row(Text("UNPRICED", style="bold red"), _unpriced(statement))
        for model in unknowns_of(statement).unpriced_models:
            table.add_row("", _unpriced_model(model))
    if totals.provider_cost_usd is not None:
        calls = count(totals.reported.get("provider_cost_usd"))
        charge = f"{money(totals.provider_cost_usd)} USD charged for {calls} calls that report it"
        table.add_row("providers say", charge)
    if totals.corrections is not None:
        table.add_row("prices corrected", _price_corrections(statement))
    for adjustment in statement.adjustments:
        table.add_row("corrected", _adjustment(adjustment))
    return table


def _record(begins: datetime, extent: RecordExtent) -> Text:
    text = Text(f"begins {moment(begins)} UTC")
    if extent.dropped_through is not None:
        days = f"{count(extent.dropped_days)} days up to {extent.dropped_through}"
        text.append(f"; the events of {days} have left the ledger, their totals stay", style="dim")
    return text


def _coverage(statement: UsageStatement) -> Text:
    confidence = statement.confidence
    missing = confidence.calls - confidence.calls_with_usage
    text = Text(f"{percent(confidence.coverage)}: usage is known for {count(confidence.calls_with_usage)} calls")
    if missing:
        text.append(f", {count(missing)} without usage are not in the cost", style="yellow")
    return text


def _state(statement: UsageStatement) -> Text:
    confidence = statement.confidence
    text = Text(f"{count(confidence.final_calls)} calls final, ")
    style = "yellow" if confidence.provisional_calls else ""
    text.append(f"{count(confidence.provisional_calls)} provisional", style=style)
    windows = unknowns_of(statement).windows
    unfinished = [f"{count(windows[state])} {state}" for state in ("open", "closed") if windows[state]]
    if unfinished:
        text.append(f" ({', '.join(unfinished)} windows)", style=style)
    if confidence.disputed_windows:
        text.append(f", {count(confidence.disputed_windows)} DISPUTED window(s)", style="bold red")
    return text


def _unpriced(statement: UsageStatement) -> Text:
    used = ", ".join(f"{quantity(amount)} {name}" for name, amount in statement.totals.unpriced.items())
    return Text(f"{used}: used, no price known, not in the cost", style="red")


def _unpriced_model(model: UnpricedModel) -> Text:
    used = ", ".join(f"{quantity(amount)} {name}" for name, amount in model.unpriced.items())
    return Text(f"{model.provider} {model.model}: {used}", style="red")


def _price_corrections(statement: UsageStatement) -> str:
    totals = statement.totals
    figures = f"cost {money(totals.cost)}, corrections {money(totals.corrections)}, total {money(totals.total)}"
    return f"{figures} {statement.currency}"


def _adjustment(adjustment: Adjustment) -> str:
    tokens = f"{adjustment.prompt_tokens:+,} prompt, {adjustment.completion_tokens:+,} completion"
    reason = f"{adjustment.reason}, {_REASONS[adjustment.reason]} ({adjustment.state})"
    return f"{adjustment.calls:+,} calls, {tokens}: {reason}"
