"""The figures that the product shows: what a session's parts used, and analytics refreshes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from psycopg.rows import DictRow

from tollbook_billing.asking import Asked
from tollbook_billing.queries import load_queries
from tollbook_billing.question import Question, question_of
from tollbook_billing.statement import Book, UsageScope

_SQL = load_queries("figures.sql")


@dataclass(frozen=True, slots=True)
class SessionFigure:
    """What one part of a session used: a bucket such as `analysis`, `other`, or `total`, which is their sum.

    Tokens are None where no call reported them, `total` (what is owed, exact) where nothing could be priced; it leaves
    out `unpriced` and calls without usage.
    """

    figure: str
    calls: int
    calls_with_usage: int
    provisional_calls: int
    prompt_tokens: int | None
    completion_tokens: int | None
    total_tokens: int | None
    total: Decimal | None
    unpriced: Mapping[str, Decimal]
    currency: str


@dataclass(frozen=True, slots=True)
class RefreshFigure:
    """Analytics refreshes of a collection, template or project; `use_case` None: of all use cases together.

    A refresh is one operation id. The fields `last_...` are of the latest one, None where no call has an operation id
    (`refresh_calls` have one, `calls` are all). Other amounts are as in SessionFigure.
    """

    use_case: str | None
    refreshes: int
    last_operation_id: str | None
    last_at: datetime | None
    last_models: tuple[str, ...]
    last_calls: int | None
    last_calls_with_usage: int | None
    last_prompt_tokens: int | None
    last_completion_tokens: int | None
    last_total_tokens: int | None
    refresh_calls: int
    calls: int
    calls_with_usage: int
    provisional_calls: int
    prompt_tokens: int | None
    completion_tokens: int | None
    total_tokens: int | None
    total: Decimal | None
    unpriced: Mapping[str, Decimal]
    currency: str


@Asked
def session_figures(
    session_id: str,
    *,
    workspace_id: str | None = None,
    window: timedelta | None = None,
    book: Book = "cost",
    currency: str = "USD",
) -> Question[tuple[SessionFigure, ...]]:
    """A session's buckets, then `other` and `total`; the use cases of each stand in the table llm_product_figures."""
    scope = UsageScope("session", session_id, workspace_id)
    parameters = question_of(scope, None, None, window=window, book=book, currency=currency)
    return Question((_SQL["session"],), parameters, lambda rows: tuple(SessionFigure(**_exact(row)) for row in rows))


@Asked
def refresh_figures(
    scope: UsageScope,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    window: timedelta | None = None,
    book: Book = "cost",
    currency: str = "USD",
) -> Question[tuple[RefreshFigure, ...]]:
    """The refreshes of a collection, template or project: all of them, then by use case; () where there was none.

    Raises what project_usage does, UsageRangeError also for another scope.
    """
    parameters = question_of(scope, start, end, window=window, book=book, currency=currency)
    return Question((_SQL["refresh"],), parameters, lambda rows: tuple(_refresh(row) for row in rows))


def _refresh(row: DictRow) -> RefreshFigure:
    last_at = row["last_at"]
    row |= {"last_at": last_at and last_at.astimezone(UTC), "last_models": tuple(row["last_models"] or ())}
    return RefreshFigure(**_exact(row))


def _exact(row: DictRow) -> DictRow:
    return row | {"unpriced": {name: Decimal(quantity) for name, quantity in sorted(row["unpriced"].items())}}
