"""Whatever dies, whenever it dies, in whatever order things arrive: what is told is the truth."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import Report
from simulation.schedule import LENGTH, STEP_BYTES, checked, random_schedule, run, schedule_of, text_of

SEEDS = range(4)
SCHEDULES_A_SEED = 500

SCHEDULES = st.lists(st.binary(min_size=STEP_BYTES, max_size=STEP_BYTES), min_size=LENGTH // 2, max_size=LENGTH)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_schedules_end_in_the_truth(seed: int, report: Report) -> None:
    counts: Counter[str] = Counter()
    for number in range(SCHEDULES_A_SEED):
        counts += checked(random_schedule(seed, number)).counts
    told = ", ".join(f"{name} {count}" for name, count in counts.most_common())
    report(f"seed {seed}, schedules {SCHEDULES_A_SEED}, {told}")
    assert counts["ledger rows"] > SCHEDULES_A_SEED


@settings(max_examples=800, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(SCHEDULES)
def test_any_schedule_ends_in_the_truth(schedule: list[bytes]) -> None:
    checked(schedule)


def test_a_schedule_is_replayed_from_its_text() -> None:
    schedule = random_schedule(1, 2)
    assert schedule_of(text_of(schedule)) == schedule
    assert run(schedule).counts == run(schedule_of(text_of(schedule))).counts
