"""What goes wrong in a round, and when: a pure function of the seed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random

from torture.failpoints import SEAMS

LOAD_SECONDS = 10.0
"""How long calls are made in a round."""
FAULTS_A_ROUND = 10
TIMEOUT_SECONDS = 6.0
"""The session timeout of processors and sinks, the least that brokers allow."""
MEMBERS = ("app-1", "app-2", "processor-1", "processor-2", "sink-1", "maintain-1")
"""Processes that are always there. A member's name is its command and a number."""
GUESTS = ("app-3", "processor-3", "sink-2", "maintain-2")
"""Processes that come and go."""

KILLS = tuple(f"kill {name}" for name in (*MEMBERS, "kafka", "postgres"))
PAUSES = ("pause processor-1", "pause processor-2", "pause sink-1", "pause kafka", "pause postgres")
OTHERS = ("refuse postgres", "slow processor-2", "full app-4", "expire changelog")
VISITS = tuple(f"visit {name}" for name in GUESTS)
DIES = ("die app", "die processor", "die sink", "die maintain")
FAULTS = (*KILLS, *DIES, *PAUSES, *VISITS, *DIES, *OTHERS)
"""Each is a verb and what it is done to. `die`: a failpoint is armed, at which the process kills itself."""

LASTING = {"pause": (1.5, 4.0), "visit": (3.0, 8.0), "refuse": (1.0, 4.0), "slow": (4.0, 9.0), "full": (4.0, 8.0)}
"""Shortest and longest, in seconds."""
ZOMBIE = (TIMEOUT_SECONDS + 1, TIMEOUT_SECONDS + 3)
"""How long a member of a group is paused: the others must have taken its partitions before it goes on."""


@dataclass(frozen=True, slots=True)
class Step:
    """A fault at a time (s since the round's begin), for some seconds where it lasts, at a seam's nth passing."""

    at: float
    verb: str
    target: str
    seconds: float = 0.0
    seam: str = ""
    nth: int = 0

    def __str__(self) -> str:
        lasting = f" for {self.seconds:.1f} s" if self.seconds else ""
        where = f" at `{self.seam}`, passing {self.nth}" if self.seam else ""
        return f"{self.at:5.1f} s  {self.verb} {self.target}{lasting}{where}"


def make_plans(seed: int, rounds: int) -> Iterator[list[Step]]:
    """The steps of each round, in their order. All faults and all seams take their turn before any comes again."""
    random = Random(seed)
    faults = _deal(random, FAULTS)
    seams = {command: _deal(random, _seams_of(command)) for command in ("app", "processor", "sink", "maintain")}
    for _ in range(rounds):
        dealt = list(islice(faults, FAULTS_A_ROUND))
        steps = [_step(random, fault, seams) for fault in dealt]
        yield sorted(steps, key=lambda step: step.at)


def _deal(random: Random, cards: Sequence[str]) -> Iterator[str]:
    while True:
        yield from random.sample(cards, len(cards))


def _seams_of(command: str) -> list[str]:
    return [name for name, seam in SEAMS.items() if seam.command == command and seam.how != "slow"]


def _step(random: Random, fault: str, seams: dict[str, Iterator[str]]) -> Step:
    verb, target = fault.split(" ")
    at = random.uniform(0.5, LOAD_SECONDS - (4 if verb == "die" else 2))
    if verb == "die":
        seam = next(seams[target])
        number = random.choice((1, 2)) if target in ("app", "processor") else 1
        return Step(at, verb, f"{target}-{number}", seam=seam, nth=random.randint(1, SEAMS[seam].passings))
    zombie = verb == "pause" and target in MEMBERS
    seconds = random.uniform(*(ZOMBIE if zombie else LASTING.get(verb, (0.0, 0.0))))
    return Step(at, verb, target, seconds)
