"""What a statement does not know, counted and named: nothing of it is in the cost, and nothing of it is zero."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import add
from typing import get_args

from tollbook_billing.statement import UsageStatement, WindowState
from tollbook_billing.usage import Usage


@dataclass(frozen=True, slots=True)
class UnpricedModel:
    """A model (the one that answered, if known) and what was used of it without a price: class to quantity."""

    provider: str | None
    model: str | None
    unpriced: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Unknowns:
    """`calls_without_usage` and `unpriced` are not in the cost; `provisional_calls` are, and may change.

    `windows`: how many windows behind the answer are in each state; all but `compacted` can still change.
    """

    calls_without_usage: int
    unpriced: dict[str, Decimal]
    unpriced_models: tuple[UnpricedModel, ...]
    provisional_calls: int
    windows: dict[WindowState, int]

    @property
    def is_nothing(self) -> bool:
        """Whether everything is known: used, priced and final."""
        unfinished = sum(number for state, number in self.windows.items() if state != "compacted")
        return not (self.calls_without_usage or self.unpriced or self.provisional_calls or unfinished)


def unknowns_of(statement: UsageStatement) -> Unknowns:
    """Of any statement; models are named where its lines are told apart by model."""
    totals = statement.totals
    states = [window.state for window in statement.windows]
    return Unknowns(
        calls_without_usage=totals.calls - totals.calls_with_usage,
        unpriced=dict(totals.unpriced),
        unpriced_models=_unpriced_models(statement),
        provisional_calls=statement.confidence.provisional_calls,
        windows={state: states.count(state) for state in get_args(WindowState)},
    )


def _unpriced_models(statement: UsageStatement) -> tuple[UnpricedModel, ...]:
    models: defaultdict[tuple[str, str], list[Usage]] = defaultdict(list)
    for line in statement.lines:
        if line.usage.unpriced:
            models[line.provider or "", line.response_model or line.model or ""].append(line.usage)
    return tuple(
        UnpricedModel(provider or None, model or None, dict(reduce(add, usages, Usage()).unpriced))
        for (provider, model), usages in sorted(models.items())
    )
