"""Answers about money: invoice lines, the providers' own charges beside ours, and costs under other prices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from tollbook_billing.asking import Asked
from tollbook_billing.queries import load_queries
from tollbook_billing.question import Question, question_of
from tollbook_billing.statement import Book, LineState, UsageScope

_SQL = load_queries("money.sql")
_UNPRICED = ("unpriced", "supposed_unpriced")
LineKind = Literal["usage", "correction", "unpriced", "no_usage"]


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A line of an invoice. `exact` has every digit, `amount` is rounded by llm_round_money.

    Both are None, because nobody knows them, for what is `unpriced` and for calls that reported nothing, `no_usage`,
    whose `quantity` counts calls (`token_class` calls). A `correction` says what a past price's correction adds; its
    `price_per_one` is the corrected price.
    """

    kind: LineKind
    provider: str
    model: str
    token_class: str
    service_tier: str | None
    batch: bool
    state: LineState
    quantity: Decimal
    price_per_one: Decimal | None
    exact: Decimal | None
    amount: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class ProviderDifference:
    """A provider's own charge beside ours, in USD; `difference_usd` is theirs minus ours over `calls_compared`.

    `calls_unpriced`: our price list lacks something they used. `calls_mixed`: in one window with calls that report no
    charge. None where nothing could be compared.
    """

    provider: str
    model: str
    response_model: str | None
    calls_reported: int
    provider_cost_usd: Decimal
    calls_compared: int
    compared_provider_cost_usd: Decimal | None
    compared_cost_usd: Decimal | None
    difference_usd: Decimal | None
    calls_unpriced: int
    calls_mixed: int


@dataclass(frozen=True, slots=True)
class RepricedLine:
    """A line of a statement as owed (`total`, corrections included) and under supposed prices, exact.

    What lacks a price is in neither sum but in `unpriced` and `supposed_unpriced`. `difference` is supposed minus
    total, None where one is unknown.
    """

    provider: str
    model: str
    response_model: str | None
    use_case: str
    state: LineState
    calls: int
    total: Decimal | None
    unpriced: dict[str, Decimal]
    supposed: Decimal | None
    supposed_unpriced: dict[str, Decimal]
    difference: Decimal | None
    currency: str


@Asked
def invoice_lines(
    scope: UsageScope,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    window: timedelta | None = None,
    book: Book = "sell",
    currency: str = "USD",
) -> Question[tuple[InvoiceLine, ...]]:
    """A line for each model, class, tier and price; the invoice's total is the sum of the `amount`s.

    Raises what project_usage does.
    """
    parameters = question_of(scope, start, end, window=window, book=book, currency=currency)
    return Question((_SQL["invoice"],), parameters, lambda rows: tuple(InvoiceLine(**row) for row in rows))


@Asked
def provider_differences(
    scope: UsageScope,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    window: timedelta | None = None,
) -> Question[tuple[ProviderDifference, ...]]:
    """One for each model whose provider reports its charge. Raises what project_usage does."""
    parameters = question_of(scope, start, end, window=window)
    queries = (_SQL["provider_differences"],)
    return Question(queries, parameters, lambda rows: tuple(ProviderDifference(**row) for row in rows))


@Asked
def usage_at_prices(
    prices: Sequence[Any],
    scope: UsageScope,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    window: timedelta | None = None,
    book: Book = "cost",
    currency: str = "USD",
) -> Question[tuple[RepricedLine, ...]]:
    """The statement's lines with what they would have cost under other prices.

    `prices` are objects as the SQL function llm_supposed_prices takes them; each stands in for the price of the same
    key and time. Raises what project_usage does; UsageRangeError also for what could not be a price.
    """
    parameters = question_of(scope, start, end, window=window, book=book, currency=currency)
    parameters["prices"] = Jsonb(list(prices))
    return Question((_SQL["at_prices"],), parameters, lambda rows: tuple(_repriced(row) for row in rows))


def _repriced(row: DictRow) -> RepricedLine:
    return RepricedLine(**row | {name: _quantities(row[name]) for name in _UNPRICED})


def _quantities(unpriced: Mapping[str, Any]) -> dict[str, Decimal]:
    return {name: Decimal(quantity) for name, quantity in sorted(unpriced.items())}
