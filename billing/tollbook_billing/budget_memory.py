"""What a check of budgets remembers, and for how long: the part that needs no connection."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final, NamedTuple

from tollbook_billing.budget_status import BudgetStatus, read_statuses
from tollbook_billing.queries import load_queries
from tollbook_billing.question import Question

logger = logging.getLogger(__name__)

Clock = Callable[[], float]
"""Seconds that never go back."""
_SQL = load_queries("budgets.sql")
_MOST_REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class BudgetAnswer:
    """Whether a call is within its budgets, and these.

    `error` is why nobody knows; then, as where spending is unknown, the call is allowed.
    """

    allowed: bool
    budgets: tuple[BudgetStatus, ...] = ()
    error: Exception | None = None


class Asker(NamedTuple):
    """Whose budgets a call counts against."""

    workspace_id: str | None
    project_id: str | None


@dataclass(slots=True)
class _Remembered:
    answer: BudgetAnswer
    until: float


class BudgetMemory:
    """What both checks share: what to ask, how long an answer holds, and what a failure means."""

    def __init__(self, keep_s: float, patience_s: float, *, raises: bool, clock: Clock) -> None:
        self._keep_s = keep_s
        self._patience = f"{max(1, round(patience_s * 1000))}ms"
        self._raises = raises
        self._clock = clock
        self._remembered: dict[Asker, _Remembered] = {}
        self._lock = Lock()

    def known(self, asker: Asker) -> BudgetAnswer | None:
        """The answer that holds; None for the one caller who is to ask. Others have the old answer meanwhile."""
        with self._lock:
            found = self._remembered.get(asker)
            now = self._clock()
            if found is None or now >= found.until:
                if found is not None:
                    found.until = now + self._keep_s
                return None
            return found.answer

    def question(self, asker: Asker) -> Question[tuple[BudgetStatus, ...]]:
        """The budgets that a call counts against."""
        parameters = {"workspace": asker.workspace_id, "project": asker.project_id, "patience": self._patience}
        return Question((_SQL["patience"], _SQL["of_call"]), parameters, lambda _, rows: read_statuses(rows))

    def learned(self, asker: Asker, budgets: tuple[BudgetStatus, ...]) -> BudgetAnswer:
        """Keep what Postgres said."""
        return self._keep(asker, BudgetAnswer(not any(budget.is_spent for budget in budgets), budgets))

    def failed(self, asker: Asker, error: Exception) -> BudgetAnswer:
        """Allow, and ask again no sooner than usual. Raises the error where that was asked for."""
        logger.warning("budgets cannot be read (%s), calls are allowed meanwhile", type(error).__name__)
        answer = self._keep(asker, BudgetAnswer(True, error=error))
        if self._raises:
            raise error
        return answer

    def _keep(self, asker: Asker, answer: BudgetAnswer) -> BudgetAnswer:
        with self._lock:
            self._remembered.pop(asker, None)
            self._remembered[asker] = _Remembered(answer, self._clock() + self._keep_s)
            while len(self._remembered) > _MOST_REMEMBERED:
                del self._remembered[next(iter(self._remembered))]
        return answer
