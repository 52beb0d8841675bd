"""Budgets of a month: how much is spent, and a cheap question before a call.

    check = BudgetCheck(pool.connection)
    if not check.allows(workspace_id, project_id): ...

A budget is a soft limit: nothing stops a call but the app that asks. What is spent is read from totals that are
seconds behind, and remembered for some seconds more, so a limit is passed by what is used in that time.
"""

import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any

from psycopg import AsyncConnection, Connection

from tollbook_billing.asking import ask, ask_async
from tollbook_billing.budget_memory import Asker, BudgetAnswer, BudgetMemory, Clock
from tollbook_billing.budget_status import BudgetScope, BudgetStatus, budget_status, budget_statuses

__all__ = [
    "AsyncBudgetCheck",
    "BudgetAnswer",
    "BudgetCheck",
    "BudgetScope",
    "BudgetStatus",
    "budget_status",
    "budget_statuses",
]


class BudgetCheck:
    """Asks whether a call is within the budgets of its workspace and its project; safe in many threads.

    `connect` opens a connection as a context manager, such as `pool.connection`, outside of any transaction. An answer
    holds for `keep_s` seconds; when that is over, one caller asks and waits at most `patience_s` for Postgres, while
    the others go on with the old answer. Unless `raises`, no failure reaches the call: it is logged, and the call is
    allowed.
    """

    def __init__(
        self,
        connect: Callable[[], AbstractContextManager[Connection[Any]]],
        *,
        keep_s: float = 5.0,
        patience_s: float = 1.0,
        raises: bool = False,
        clock: Clock = time.monotonic,
    ) -> None:
        self._connect = connect
        self._memory = BudgetMemory(keep_s, patience_s, raises=raises, clock=clock)

    def allows(self, workspace_id: str | None, project_id: str | None = None) -> bool:
        """False when a budget of the workspace or of the project is spent this month."""
        return self.answer(workspace_id, project_id).allowed

    def answer(self, workspace_id: str | None, project_id: str | None = None) -> BudgetAnswer:
        """The same with the budgets that it rests on."""
        asker = Asker(workspace_id, project_id)
        known = self._memory.known(asker)
        if known is not None:
            return known
        try:
            with self._connect() as connection:
                budgets = ask(connection, self._memory.question(asker))
        except Exception as error:  # noqa: BLE001  # whatever fails here must not fail the call
            return self._memory.failed(asker, error)
        return self._memory.learned(asker, budgets)


class AsyncBudgetCheck:
    """BudgetCheck for asynchronous apps: `connect` opens an AsyncConnection, and answers are awaited."""

    def __init__(
        self,
        connect: Callable[[], AbstractAsyncContextManager[AsyncConnection[Any]]],
        *,
        keep_s: float = 5.0,
        patience_s: float = 1.0,
        raises: bool = False,
        clock: Clock = time.monotonic,
    ) -> None:
        self._connect = connect
        self._memory = BudgetMemory(keep_s, patience_s, raises=raises, clock=clock)

    async def allows(self, workspace_id: str | None, project_id: str | None = None) -> bool:
        """False when a budget of the workspace or of the project is spent this month."""
        return (await self.answer(workspace_id, project_id)).allowed

    async def answer(self, workspace_id: str | None, project_id: str | None = None) -> BudgetAnswer:
        """The same with the budgets that it rests on."""
        asker = Asker(workspace_id, project_id)
        known = self._memory.known(asker)
        if known is not None:
            return known
        try:
            async with self._connect() as connection:
                budgets = await ask_async(connection, self._memory.question(asker))
        except Exception as error:  # noqa: BLE001  # whatever fails here must not fail the call
            return self._memory.failed(asker, error)
        return self._memory.learned(asker, budgets)
