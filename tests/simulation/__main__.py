"""Runs schedules for as long as wanted, from the folder `tests`:

    python -m simulation --seed 1 --schedules 100000

The same seed gives the same schedules. The last line is one JSON object: `schedules`, `failed`, `schedules_s` (a
second), `steps_each` and `faults_each` (on average of a schedule), and what happened by name. A schedule that fails is
shrunk and printed as text; `--replay TEXT` runs it again and shows the error. `--mutant NAME` makes a seeded mistake
first (see mutants.py). Exit codes: 0 all held, 1 something did not.
"""

import argparse
import json
import sys
import time
import traceback
from collections import Counter
from contextlib import nullcontext

from simulation.mutants import MUTANTS
from simulation.schedule import LENGTH, Schedule, random_schedule, run, schedule_of, text_of
from simulation.shrink import shrink

REPORT_EVERY = 1000
NO_FAULTS = ("steps", "records", "ledger rows", "refolds", "window compacted", "window disputed")


def main() -> int:
    """The command."""
    asked = _arguments().parse_args()
    mistake = next((mutant.active() for mutant in MUTANTS if mutant.name == asked.mutant), nullcontext())
    with mistake:
        if asked.replay is not None:
            return _replay(schedule_of(asked.replay))
        return _run_many(asked.seed, asked.schedules, asked.length)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulation", description="The product's decisions under fire.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--schedules", type=int, default=1000)
    parser.add_argument("--length", type=int, default=LENGTH, help="actions in a schedule")
    parser.add_argument("--replay", help="a schedule as it was printed")
    parser.add_argument("--mutant", choices=[mutant.name for mutant in MUTANTS])
    return parser


def _replay(schedule: Schedule) -> int:
    try:
        print(json.dumps(run(schedule).counts, sort_keys=True))
    except Exception:  # noqa: BLE001 - whatever a bug raises is what is asked for
        traceback.print_exc()
        return 1
    return 0


def _run_many(seed: int, schedules: int, length: int) -> int:
    counts: Counter[str] = Counter()
    failed, began = 0, time.perf_counter()
    for number in range(schedules):
        schedule = random_schedule(seed, number, length)
        try:
            counts += run(schedule).counts
        except Exception as error:  # noqa: BLE001 - see above
            failed += 1
            _show(number, schedule, error)
        if number % REPORT_EVERY == REPORT_EVERY - 1:
            print(f"{number + 1} schedules, {failed} failed", file=sys.stderr, flush=True)
    print(json.dumps(_summary(schedules, failed, time.perf_counter() - began, counts)))
    return 1 if failed else 0


def _show(number: int, schedule: list[bytes], error: Exception) -> None:
    small = shrink(schedule, lambda candidate: _fails_like(error, candidate))
    print(f"schedule {number} fails: {type(error).__name__}: {error}\n  --replay {text_of(small)}", flush=True)


def _fails_like(error: Exception, schedule: Schedule) -> bool:
    try:
        run(schedule)
    except Exception as again:  # noqa: BLE001 - see above
        return type(again) is type(error)
    return False


def _summary(schedules: int, failed: int, seconds: float, counts: Counter[str]) -> dict[str, object]:
    faults = sum(count for name, count in counts.items() if name not in NO_FAULTS)
    return {
        "schedules": schedules,
        "failed": failed,
        "schedules_s": round(schedules / seconds, 1),
        "steps_each": round(counts["steps"] / schedules, 1),
        "faults_each": round(faults / schedules, 1),
        **dict(sorted(counts.items())),
    }


if __name__ == "__main__":
    sys.exit(main())
