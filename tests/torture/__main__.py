"""Tortures the real pipe for as many rounds as wanted, from the folder `tests`:

    python -m torture --rounds 4 --seed 1

Each round makes calls under load for ten seconds while ten faults of the seeded plan happen; then everything must
recover by itself, and ledger, totals, sessions, dead letters and `tollbook audit` must equal what was written down as
the calls were made. The plan is printed as it happens; the same seed gives the same plan. `--plan` only prints it.

The last line is one JSON object: `seed`, `rounds`, `kills` (SIGKILLs, failpoints among them), `events` in the ledger,
`lost`, `double`, `disputed` windows left, `refolds`, `recovery_p50_s` and `recovery_p99_s` (from the end of a round's
last fault until all was equal), and `failed`, a sentence or null. Exit codes: 0 all held, 1 something did not; then the
home folder is kept and named.
"""

import argparse
import json
import signal
import sys
from contextlib import suppress
from math import ceil

from torture.plan import Step, make_plans
from torture.progress import say
from torture.rounds import Torture, TortureError
from torture.site import open_site


def main() -> int:
    """The command."""
    asked = _arguments().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # in order: else every process would be left behind
    plans = list(make_plans(asked.seed, asked.rounds))
    if asked.plan:
        for number, steps in enumerate(plans, 1):
            print(f"round {number}", *map(str, steps), sep="\n  ")
        return 0
    result: dict[str, object] = {}
    with suppress(TortureError), open_site() as site:
        torture = Torture(site, asked.recovery)
        failed = None
        try:
            _run(torture, plans, asked.seed)
        except TortureError as error:
            failed = str(error)
            raise
        finally:
            torture.fleet.stop()
            result = _result(torture, asked.seed, failed)
    if result.get("failed"):
        say(f"again: make torture ROUNDS={asked.rounds} SEED={asked.seed}\n{result['failed']}")
    print(json.dumps(result))
    return 1 if result.get("failed") else 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m torture", description="The real pipe under fire.")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--recovery", type=float, default=120, help="seconds within which all must recover")
    parser.add_argument("--plan", action="store_true", help="print the plan and do nothing")
    return parser


def _run(torture: Torture, plans: list[list[Step]], seed: int) -> None:
    for number, steps in enumerate(plans, 1):
        say(f"round {number} of {len(plans)}, seed {seed}")
        seconds = torture.round(steps, seed * 1_000_003 + number)
        verdict = torture.verdict
        say(f"  equal after {seconds:.1f} s: {verdict.events} events, {verdict.interrupted} interrupted")
    torture.conclude()
    say("every window is compacted")


def _result(torture: Torture, seed: int, failed: str | None) -> dict[str, object]:
    verdict = torture.verdict
    return {
        "seed": seed,
        "rounds": len(torture.recoveries),
        "kills": torture.fleet.kills + torture.faults.kills,
        "events": verdict.events,
        "lost": verdict.lost,
        "double": verdict.double,
        "disputed": torture.disputed,
        "refolds": torture.refolds(),
        "recovery_p50_s": _percentile(torture.recoveries, 0.5),
        "recovery_p99_s": _percentile(torture.recoveries, 0.99),
        "failed": failed,
    }


def _percentile(values: list[float], part: float) -> float | None:
    """The nearest rank."""
    ranked = sorted(values)
    return round(ranked[ceil(part * len(ranked)) - 1], 1) if ranked else None


if __name__ == "__main__":
    sys.exit(main())
