"""Sink, maintainer and audit at once: the sink sends every total again and again while windows are being compacted."""

from concurrent.futures import ThreadPoolExecutor

from support.lifecycle_case import HOUR, START, Case, call, open_case
from support.postgres import Database

HOURS = 30
NOT_YET_LATE = 2
"""The late events of the first two hours come while the first window is open."""


def test_a_sink_that_repeats_itself_never_disturbs_a_compaction(database: Database) -> None:
    with open_case(database) as case, ThreadPoolExecutor(1) as pool:
        sinking = pool.submit(append_and_sink, case)
        passes = [case.maintain()]
        while not sinking.done():
            passes.append(case.maintain())
            report = case.audit()
            assert report.ok, report.findings
        sinking.result()
        passes.append(case.maintain())
        assert case.states() == ["compacted"] * HOURS
        assert sum(len(done.compacted) for done in passes) == HOURS
        assert sum(len(done.disputed) + len(done.postponed) for done in passes) == 0
        assert len([done for done in passes if done.compacted]) > 1
        report = case.audit()
        assert report.ok, report.findings
        assert (report.proven_events, case.events()["partials"]) == (HOURS * 6 + NOT_YET_LATE, 0)


def append_and_sink(case: Case) -> None:
    """Each hour's calls, a duplicate in it and a late event for one long closed, in two transactions."""
    for hour in range(HOURS):
        for number in range(6):
            case.log.event(call(60 * hour + number), START + hour * HOUR + number, number % 2)
        case.log.event(call(60 * hour + 5), START + hour * HOUR + 9, 1)
        case.log.sink()
        case.log.event(call(60 * max(hour - 5, 0), f"late {hour}"), START + (hour + 1) * HOUR - 1)
        case.log.tick(START + (hour + 1) * HOUR - 1)
        case.log.sink()
    case.log.tick(START + (HOURS + 2) * HOUR)
    case.log.sink()
