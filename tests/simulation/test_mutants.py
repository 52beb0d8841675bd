"""The simulator is worth something: it notices every seeded mistake, soon, and says how to see it again."""

from collections.abc import Iterator

import pytest

from conftest import Report
from simulation.mutants import MUTANTS, Mutant
from simulation.rules import ViolationError
from simulation.schedule import checked, random_schedule
from simulation.shrink import shrink
from simulation.test_schedules import SCHEDULES_A_SEED, SEEDS
from tollbook_schemas.errors import TollbookError

ENOUGH = len(SEEDS) * SCHEDULES_A_SEED
"""As many as test_schedules runs without a mistake, and the very same ones."""


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mistake_is_noticed(mutant: Mutant, report: Report) -> None:
    with mutant.active():
        number, error = next(_failures(), (ENOUGH, None))
    assert error is not None, f"nobody noticed in {ENOUGH} schedules: {mutant.name}"
    assert "--replay" in error.__notes__[0]
    report(f"{mutant.name}: noticed by schedule {number}: {error!s:.100}")


def _failures() -> Iterator[tuple[int, Exception]]:
    for number in range(ENOUGH):
        try:
            checked(random_schedule(SEEDS[number // SCHEDULES_A_SEED], number % SCHEDULES_A_SEED))
        except (ViolationError, TollbookError) as error:
            yield number + 1, error


def test_a_failing_schedule_is_shrunk_to_what_matters() -> None:
    schedule = [bytes([number, 1, 2, 3]) for number in range(40)]
    small = shrink(schedule, lambda candidate: {7, 31} <= {step[0] for step in candidate[1:]})
    assert small == [bytes(4), bytes([7, 0, 0, 0]), bytes([31, 0, 0, 0])]
