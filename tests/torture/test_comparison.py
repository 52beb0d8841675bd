"""The comparison sees everything that could be wrong: a torture that cannot fail proves nothing."""

from collections import Counter
from dataclasses import replace

import pytest

from support.sink_events import usage_event
from torture.calls import Call, Noted
from torture.chaos import ChaosTruth
from torture.comparison import Verdict, compare
from torture.tables import LedgerRow, Tables

WINDOW_MS = 4000
NOW_MS = 1_800_000_002_000
START_MS = NOW_MS - NOW_MS % WINDOW_MS
CALL = Call("call-1", "p1", "s1", "m", "use", "success", 10, 2)
CUT = Call("call-2", "p1", "s1", "m", "use", "success", 70, 7)
CALLS = {
    "call-1": Noted(CALL, NOW_MS - 5, NOW_MS - 4, NOW_MS + 1),
    "call-2": Noted(CUT, NOW_MS - 5, NOW_MS - 4),
    "call-3": Noted(CALL._replace(name="call-3"), NOW_MS - 5),
}
EVENT = usage_event(1, NOW_MS)
CHAOS = ChaosTruth({str(EVENT.id): ("live", EVENT)}, Counter(conflict=1))
ROWS = [
    LedgerRow("id-1", "call-1", "s1", "p1", "m", "use", "success", None, 10, 2, NOW_MS, "live"),
    LedgerRow("id-2", "call-2", "s1", "p1", "m", "use", "error", "interrupted", None, None, NOW_MS, "live"),
    LedgerRow(
        *(str(EVENT.id), None, "s1", "p1", "gpt-x", "barbara_analysis", "success", None, 101, 11, NOW_MS, "live")
    ),
]
TABLES = Tables(
    ledger=ROWS,
    totals={
        ("live", START_MS, "p1", "m", "use"): (2, 1, 0, 1, 10, 2),
        ("live", START_MS, "p1", "gpt-x", "barbara_analysis"): (1, 1, 0, 0, 101, 11),
    },
    sessions={"s1": (3, 111, 13)},
    compacted={("live", START_MS)},
    unfinished=0,
    disputed=0,
    dead=Counter(conflict=1),
    positions={},
)


def judge(tables: Tables) -> Verdict:
    return compare(CALLS, CHAOS, tables, WINDOW_MS)


def test_equal_tables_are_equal() -> None:
    verdict = judge(TABLES)
    assert verdict.is_equal, verdict.findings
    assert (verdict.events, verdict.interrupted) == (3, 1)


def test_a_missing_row_is_lost() -> None:
    assert judge(replace(TABLES, ledger=ROWS[1:])).lost == 1
    assert judge(replace(TABLES, ledger=ROWS[:2])).lost == 1


def test_a_second_row_and_nobodys_row_are_double() -> None:
    assert judge(replace(TABLES, ledger=[*ROWS, ROWS[0]._replace(id="id-9")])).double == 1
    assert judge(replace(TABLES, ledger=[*ROWS, ROWS[0]._replace(id="id-9", name="x")])).double == 1


@pytest.mark.parametrize(
    "wrong",
    [
        ROWS[0]._replace(prompt=11),
        ROWS[0]._replace(project="p2"),
        ROWS[0]._replace(status="error", error_type="interrupted", prompt=None, completion=None),
        ROWS[0]._replace(created_ms=NOW_MS + 500),
        ROWS[0]._replace(stream="imp"),
    ],
)
def test_a_row_that_is_not_what_was_called_is_found(wrong: LedgerRow) -> None:
    assert any("not what was called" in text for text in judge(replace(TABLES, ledger=[wrong, *ROWS[1:]])).findings)


def test_a_row_of_chaos_with_the_later_content_is_found() -> None:
    assert not judge(replace(TABLES, ledger=[*ROWS[:2], ROWS[2]._replace(prompt=12_345)])).is_equal


def test_totals_that_count_more_or_less_are_double_or_lost() -> None:
    key = ("live", START_MS, "p1", "m", "use")
    more = judge(replace(TABLES, totals={**TABLES.totals, key: (3, 2, 0, 1, 20, 4)}))
    less = judge(replace(TABLES, totals={**TABLES.totals, key: (1, 1, 0, 0, 10, 2)}))
    assert (more.lost, more.double, less.lost, less.double) == (0, 1, 1, 0)


def test_sessions_and_dead_letters_are_compared() -> None:
    assert not judge(replace(TABLES, sessions={"s1": (3, 112, 13)})).is_equal
    assert not judge(replace(TABLES, dead=Counter(conflict=2))).is_equal
