"""Every workspace's bill, or every project's of a workspace, in one table: what a month's end is closed with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg import Connection
from rich.console import Group, RenderableType
from rich.text import Text

from tollbook_billing import Book, UsageScope, UsageStatement, invoice_lines, read_usage
from tollbook_billing.bills import BILL_PARTS, Bill, Owner, bills_of
from tollbook_billing.unknowns import unknowns_of
from tollbook_billing.usage import Usage, exact_sum
from tollbook_cli.console import progress_bars
from tollbook_cli.spelling import plain
from tollbook_cli.statement.as_json import subject_json
from tollbook_cli.statement.figures import UNKNOWN, count, money, percent
from tollbook_cli.statement.render import describe_subject
from tollbook_cli.statement.unknown import unknown_json, unknown_notes
from tollbook_cli.tables import new_table

Invoices = Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class Bills:
    """All bills of a range; `invoices`: the rounded amount by owner, None where it was not asked for."""

    owner: Owner
    statement: UsageStatement
    bills: tuple[Bill, ...]
    invoices: Invoices | None

    @property
    def unattributed(self) -> Bill | None:
        """Usage that names no owner."""
        return next((bill for bill in self.bills if bill.id is None), None)


def read_bills(
    connection: Connection[Any],
    workspace: str | None,
    start: datetime | None,
    end: datetime | None,
    *,
    book: Book,
    currency: str,
    invoice: bool,
) -> Bills:
    """The bills of all workspaces, or of a workspace's projects; of one snapshot inside a REPEATABLE READ transaction.

    Raises what project_usage does.
    """
    owner: Owner = "workspace" if workspace is None else "project"
    scope = UsageScope("all", None) if workspace is None else UsageScope("workspace", workspace)
    with progress_bars() as report:
        report("usage", 0, 1)
        statement = read_usage(connection, scope, start, end, book=book, currency=currency, by=BILL_PARTS[owner])
        report("usage", 1, 1)
        bills = bills_of(statement, owner)
        if not invoice:
            return Bills(owner, statement, bills, None)
        amounts: dict[str, Decimal | None] = {}
        named = [bill.id for bill in bills if bill.id is not None]
        for number, name in enumerate(named, 1):
            one = UsageScope(owner, name, workspace)
            lines = invoice_lines(connection, one, start, end, book=book, currency=currency)
            amounts[name] = exact_sum(line.amount for line in lines)
            report("invoices", number, len(named))
    return Bills(owner, statement, bills, amounts)


def bills_json(found: Bills) -> dict[str, Any]:
    """The object that `tollbook bill --all --json` prints; the command's help has an example."""
    statement = found.statement
    return {
        **subject_json(statement.scope, statement.start, statement.end),
        "book": statement.book,
        "currency": statement.currency,
        "each": found.owner,
        "bills": [_bill_json(bill, found.invoices) for bill in found.bills],
        "totals": _sum_json(_total(found.bills)) | _invoice_json(_invoiced(found.invoices), found.invoices),
        "unattributed_calls": found.unattributed.usage.calls if found.unattributed else 0,
        "unknown": unknown_json(unknowns_of(statement)),
    }


def render_bills(found: Bills) -> RenderableType:
    """A table with a row for each owner and their sum, and below it what is not known."""
    statement = found.statement
    subject = describe_subject(statement.scope, statement.start, statement.end)
    if not found.bills:
        return Text(f"no usage found for {subject}")
    invoiced = () if found.invoices is None else (f"invoice {statement.currency}",)
    table = new_table(
        found.owner, right=("calls", "usage reported", "provisional", f"owed {statement.currency}", *invoiced)
    )
    for bill in found.bills:
        table.add_row(*_row(bill, found))
    table.add_row(*_row(_total(found.bills), found, _invoiced(found.invoices), "total"), style="bold")
    return Group(
        Text(f"Bills of {subject} ({statement.book})", style="bold"),
        table,
        *_unattributed_note(found),
        *unknown_notes(unknowns_of(statement)),
    )


def _row(bill: Bill, found: Bills, amount: Decimal | None = None, label: str = "") -> list[Text]:
    owed = Text(money(bill.usage.total))
    if bill.usage.unpriced:
        owed.append("\nunpriced: " + ", ".join(sorted(bill.usage.unpriced)), style="bold red")
    figures = (count(bill.usage.calls), percent(bill.usage.coverage), count(bill.provisional_calls))
    cells = [Text(label) if label else _name(bill, found.owner), *map(Text, figures), owed]
    if found.invoices is not None:
        amount = amount if label else found.invoices.get(bill.id or "")
        cells.append(Text(UNKNOWN if amount is None else f"{amount:,f}"))
    return cells


def _name(bill: Bill, owner: Owner) -> Text:
    return Text(bill.id) if bill.id is not None else Text(f"(no {owner})", style="yellow")


def _unattributed_note(found: Bills) -> Sequence[Text]:
    bill = found.unattributed
    if bill is None:
        return ()
    owed = f"{money(bill.usage.total)} {found.statement.currency}"
    return (Text(f"{count(bill.usage.calls)} calls name no {found.owner}: {owed} that nobody is billed", "yellow"),)


def _total(bills: Sequence[Bill]) -> Bill:
    usage = sum((bill.usage for bill in bills), Usage())
    return Bill(None, usage, sum(bill.provisional_calls for bill in bills))


def _invoiced(invoices: Invoices | None) -> Decimal | None:
    return None if invoices is None else exact_sum(invoices.values())


def _bill_json(bill: Bill, invoices: Invoices | None) -> dict[str, Any]:
    amount = None if invoices is None else invoices.get(bill.id or "")
    return {"id": bill.id} | _sum_json(bill) | _invoice_json(amount, invoices)


def _sum_json(bill: Bill) -> dict[str, Any]:
    usage = bill.usage
    names = ("calls", "calls_success", "calls_missing_usage", "calls_timeout", "calls_error")
    figures = {name: getattr(usage, name) for name in names}
    unknown = {"calls_without_usage": bill.calls_without_usage, "provisional_calls": bill.provisional_calls}
    owed = {"cost": usage.cost, "corrections": usage.corrections, "total": usage.total, "unpriced": usage.unpriced}
    summed: dict[str, Any] = plain(figures | unknown | owed)
    return summed


def _invoice_json(amount: Decimal | None, invoices: Invoices | None) -> dict[str, Any]:
    return {} if invoices is None else {"invoice": None if amount is None else f"{amount:f}"}
