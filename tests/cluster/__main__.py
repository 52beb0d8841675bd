"""Kills nodes of a real cluster of three for as many rounds as wanted, from the folder `tests`:

    python -m cluster --rounds 20 --seed 1

Calls go on all the while. In the end ledger and totals must equal what was written down as the calls were made. The
last line is one JSON object: `seed`, `rounds`, `kills`, `restarts` (of workers that stopped themselves), `events`,
`lost`, `double` and `totals_are_true`. Exit codes: 0 all held, 1 something did not.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from random import Random

from support.cluster import Cluster, running_cluster
from support.cluster_load import running_load
from support.cluster_pipe import running_pipe
from support.cluster_rounds import ATTACKS, Scene, attack
from support.postgres import Database, PostgresServer
from support.services import test_services


def main() -> int:
    """The command."""
    asked = _arguments().parse_args()
    with running_cluster() as cluster, _database() as database:
        result = _run(cluster, database, asked.rounds, asked.seed)
    print(json.dumps(result))
    return 0 if result["totals_are_true"] and not (result["lost"] or result["double"]) else 1


def _run(cluster: Cluster, database: Database, rounds: int, seed: int) -> dict[str, object]:
    random, settings = Random(seed), cluster.settings("cluster.")
    cluster.make_topics(settings)
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        pipe = running.enter_context(running_pipe(settings, database, folder))
        load = running.enter_context(running_load(settings, folder, seed))
        for number in range(1, rounds + 1):
            name = random.choice(list(ATTACKS))
            attack(Scene(cluster, load, settings), name, random)
            print(f"round {number}: {name}, {load.calls} calls, {pipe.ledger_size()} in the ledger", file=sys.stderr)
        load.finish()
        outcome = pipe.compare(load)
        restarts = len(pipe.restarts)
    return {"seed": seed, "rounds": rounds, "kills": cluster.kills, "restarts": restarts, **asdict(outcome)}


@contextmanager
def _database() -> Iterator[Database]:
    with (
        test_services() as services,
        PostgresServer.with_template(services.superuser) as server,
        server.database() as database,
    ):
        yield database


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cluster", description="A real cluster under fire.")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    return parser


if __name__ == "__main__":
    sys.exit(main())
