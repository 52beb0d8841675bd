"""The plan is a function of the seed, and everything takes its turn."""

from itertools import chain

from torture.failpoints import SEAMS
from torture.plan import FAULTS, FAULTS_A_ROUND, LOAD_SECONDS, make_plans


def test_the_same_seed_gives_the_same_plan_however_many_rounds() -> None:
    assert list(make_plans(7, 5)) == list(make_plans(7, 9))[:5]
    assert list(make_plans(7, 5)) != list(make_plans(8, 5))


def test_every_fault_takes_its_turn_before_any_comes_again() -> None:
    rounds = -(-len(FAULTS) // FAULTS_A_ROUND)
    steps = list(chain.from_iterable(make_plans(3, rounds)))
    of_a_turn = {fault.split(" ")[0] for fault in FAULTS}
    assert {step.verb for step in steps} == of_a_turn
    assert all(0 < step.at < LOAD_SECONDS for step in steps)


def test_every_seam_takes_its_turn() -> None:
    steps = chain.from_iterable(make_plans(3, 40))
    assert {step.seam for step in steps if step.seam} == {name for name, seam in SEAMS.items() if seam.how != "slow"}
