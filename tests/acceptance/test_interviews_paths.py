"""Every call path of the interview product, answered well, without usage, never and with an error: the exact events."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, product

import pytest

from conftest import Report
from provider import Outcome
from support.interviews_expected import differences
from support.interviews_paths import PATHS
from support.interviews_scenes import Case, Scene, play_scenes
from support.provider_events import EventList
from tollbook_producers import configure
from tollbook_schemas import UsageEvent

pytestmark = [
    pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning"),
    pytest.mark.xdist_group("interviews_paths"),  # what the module makes once serves all of its tests
]

TROUPES_AT_ONCE = 6
PATIENCE = 30.0
SHORT_PATIENCE = 3.0
"""Where one request is never answered; all others take milliseconds."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One path with one outcome, played untracked and tracked."""

    untracked: Scene
    tracked: Scene
    events: list[UsageEvent]

    @property
    def same_result(self) -> bool:
        """Whether the product made the same, or failed in the same way."""
        return self.tracked.result == self.untracked.result

    @property
    def differences(self) -> list[str]:
        """Between the events and those expected."""
        return differences(self.tracked.entries, self.tracked.attribution, self.events)


CASES = list(product(PATHS, Outcome))


@pytest.fixture(scope="module")
def compared() -> Iterator[Mapping[Case, Compared]]:
    """All paths with all outcomes, several troupes at a time: most of it is waiting for what never comes."""
    events = EventList()
    configure(publisher=events)
    with ThreadPoolExecutor(TROUPES_AT_ONCE) as pool:
        untracked = pool.map(lambda troupe: _play(troupe, tracked=False), _troupes())
        tracked = pool.map(lambda troupe: _play(troupe, tracked=True), _troupes())
        scenes = list(zip(chain.from_iterable(_troupes()), _joined(untracked), _joined(tracked), strict=True))
    yield {case: Compared(plain, scene, _of(scene, events)) for case, plain, scene in scenes}
    configure()


def _troupes() -> list[list[Case]]:
    """Cases to be played one after the other: those of one outcome, and of those that wait only a few."""
    cases = {outcome: [case for case in CASES if case[1] is outcome] for outcome in Outcome}
    waiting = cases.pop(Outcome.NEVER)
    return [*(waiting[start::TROUPES_AT_ONCE] for start in range(TROUPES_AT_ONCE)), *cases.values()]


def _play(troupe: Sequence[Case], *, tracked: bool) -> list[Scene]:
    patience = SHORT_PATIENCE if troupe[0][1] is Outcome.NEVER else PATIENCE
    return play_scenes(troupe, patience, tracked=tracked)


_joined = chain.from_iterable


def _of(scene: Scene, events: EventList) -> list[UsageEvent]:
    return [event for event in events if event.workspace_id == scene.attribution["workspace_id"]]


def _name(case: Case) -> str:
    return f"{case[0].edge}: {case[0].task}, {case[1]}"


@pytest.mark.parametrize("case", CASES, ids=map(_name, CASES))
def test_path(compared: Mapping[Case, Compared], case: Case) -> None:
    found, (path, outcome) = compared[case], case
    dealt = [entry.outcome for entry in found.tracked.entries if entry.task == path.task]
    assert outcome in dealt
    assert found.tracked.result == found.untracked.result
    assert found.differences == []
    assert len({event.operation_id for event in found.events} - {None}) <= 1
    if outcome is Outcome.WELL:
        assert len(dealt) == path.calls


def test_every_path_was_played_with_every_outcome(compared: Mapping[Case, Compared], report: Report) -> None:
    calls = sum(len(found.events) for found in compared.values())
    right = sum(found.same_result and not found.differences for found in compared.values())
    report(
        f"{len(PATHS)} call paths x {len(Outcome)} outcomes: {right} of {len(compared)} as expected, "
        f"{100 * right / len(compared):g} % ({calls} events)"
    )
    assert right == len(compared) == len(PATHS) * len(Outcome)
