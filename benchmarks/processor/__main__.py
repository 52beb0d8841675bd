"""`make bench-processor`."""

import json
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from benchmarks.command import say
from benchmarks.overhead.broker import running_broker
from benchmarks.processor.filling import Log, Shape, few_keys, fill, keys_in_turn
from benchmarks.processor.options import Options, read_options
from benchmarks.processor.racing import faust_table, ours, plain_loop, quixstreams_window
from tollbook_schemas import Settings

WANTED = {
    "few": {"faust_table": 10.0, "quixstreams": 3.0, "plain_loop": 1.0},
    "many": {"faust_table": 8.0, "quixstreams": 3.0, "plain_loop": 0.8},
}
Rates = dict[str, float]
"""Contestant to events a second."""


def main() -> None:
    """Measure, and print the table and the JSON object."""
    options = read_options()
    logging.disable(logging.INFO)
    with running_broker() as kafka:
        logs = {mix: _filled(kafka, mix, shape, options) for mix, shape in _shapes(options).items()}
        rounds: defaultdict[str, list[Rates]] = defaultdict(list)
        for number in range(1, options.rounds + 1):
            for mix, log in logs.items():
                rounds[mix].append(dict(_round(log, f"{mix}-{number}", options)))
    print(json.dumps({**_result(rounds), "events": options.events, "rounds": options.rounds}))


def _result(rounds: Mapping[str, Sequence[Rates]]) -> dict[str, float]:
    """The medians; what is wanted of them is printed beside them."""
    result: dict[str, float] = {}
    for mix, rates in rounds.items():
        for name in rates[0]:
            result[f"{mix}_{name}_events_s"] = round(median(found[name] for found in rates))
            print(f"{mix:5} {name:18} {result[f'{mix}_{name}_events_s']:>10,} events/s")
        for name in list(rates[0])[1:]:
            ratio = result[f"{mix}_ratio_to_{name}"] = round(median(found["ours"] / found[name] for found in rates), 2)
            wanted = f"at least {WANTED[mix][name]:g} wanted" if name in WANTED[mix] else ""
            print(f"{mix:5} to {name:18} {ratio:>7} {wanted}")
    return result


def _shapes(options: Options) -> dict[str, Shape]:
    return {"few": few_keys, "many": keys_in_turn(options.events)}


def _filled(kafka: str, mix: str, shape: Shape, options: Options) -> Log:
    say(f"{mix}: writing {options.events} events")
    # No ticks while a worker waits at the end of the log: every round is to find the same one.
    settings = Settings(kafka=kafka, topic_prefix=f"{mix}.", tick_idle_seconds=3600)
    return fill(settings, options.events, shape)


def _round(log: Log, name: str, options: Options) -> Iterator[tuple[str, float]]:
    for contestant, measure in {
        "ours": lambda: ours(log),
        "plain_loop": lambda: plain_loop(log, f"{name}-plain"),
        "quixstreams": lambda: quixstreams_window(log, f"{name}-current", options, "current"),
        "quixstreams_final": lambda: quixstreams_window(log, f"{name}-final", options, "final"),
        "faust_table": lambda: faust_table(log, f"{name}-faust", options.slow_events),
    }.items():
        found = measure()
        say(f"{name}: {contestant} {found:,.0f} events/s")
        yield contestant, found


if __name__ == "__main__":
    main()
