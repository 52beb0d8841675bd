"""A question is defined once, without a connection; here it meets one, synchronous or asynchronous."""

from collections.abc import Callable, Coroutine
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar, overload

from psycopg import AsyncConnection, Connection
from psycopg.rows import dict_row

from tollbook_billing.question import Question, exact, exact_cursor, explained
from tollbook_billing.snapshot import one_snapshot, one_snapshot_async

P = ParamSpec("P")
T = TypeVar("T")


def ask(connection: Connection[Any], question: Question[T]) -> T:
    """The answer, from one snapshot of the database. Raises what project_usage does."""
    with explained(), one_snapshot(connection, len(question.queries)), exact_cursor(connection) as cursor:
        answers = [cursor.execute(query, question.parameters).fetchall() for query in question.queries]
    return question.read(*answers)


async def ask_async(connection: AsyncConnection[Any], question: Question[T]) -> T:
    """As `ask`, over an asynchronous connection."""
    with explained():
        async with (
            one_snapshot_async(connection, len(question.queries)),
            exact(connection.cursor(row_factory=dict_row)) as cursor,
        ):
            answers = [
                await (await cursor.execute(query, question.parameters)).fetchall() for query in question.queries
            ]
    return question.read(*answers)


class Asked(Generic[P, T]):
    """A function that makes a question, called with a connection first: `await` it if that is an AsyncConnection.

    `question` makes the question alone.
    """

    def __init__(self, question: Callable[P, Question[T]]) -> None:
        self.question = question
        update_wrapper(self, question)

    @overload
    def __call__(self, connection: Connection[Any], /, *args: P.args, **kwargs: P.kwargs) -> T: ...

    @overload
    def __call__(
        self, connection: AsyncConnection[Any], /, *args: P.args, **kwargs: P.kwargs
    ) -> Coroutine[Any, Any, T]: ...

    def __call__(
        self, connection: Connection[Any] | AsyncConnection[Any], /, *args: P.args, **kwargs: P.kwargs
    ) -> T | Coroutine[Any, Any, T]:
        """The answer, or a coroutine of it."""
        question = self.question(*args, **kwargs)
        if isinstance(connection, AsyncConnection):
            return ask_async(connection, question)
        return ask(connection, question)
