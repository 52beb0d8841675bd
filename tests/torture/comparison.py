"""Truth against tables, whole. What the truth cannot know of an interrupted call, it allows and nothing else."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from torture.calls import Noted
from torture.chaos import ChaosTruth
from torture.tables import Figures, LedgerRow, Tables, TotalKey

Key = TypeVar("Key")

SHOWN = 5
CLOCK_SLACK_MS = 50


@dataclass(slots=True)
class Verdict:
    """`lost` and `double` count events, in the ledger or in the totals, whichever is further off."""

    events: int = 0
    interrupted: int = 0
    lost: int = 0
    double: int = 0
    findings: list[str] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        """Whether nothing differs."""
        return not (self.findings or self.lost or self.double)

    def find(self, what: str, places: Iterable[object]) -> int:
        """Note what is wrong where, if anywhere; returns in how many places."""
        wrong = list(places)
        if wrong:
            self.findings.append(f"{what}: {len(wrong)}, e.g. {'; '.join(map(str, wrong[:SHOWN]))}")
        return len(wrong)


def compare(calls: Mapping[str, Noted], chaos: ChaosTruth, tables: Tables, window_ms: int) -> Verdict:
    """Ledger, totals, sessions and dead letters against what was written down."""
    verdict = Verdict(events=len(tables.ledger))
    _compare_ledger(verdict, calls, chaos, tables.ledger)
    totals, sessions = _true_totals(tables, window_ms)
    _compare_figures(verdict, "totals", totals, tables.totals)
    verdict.find("session totals (truth, tables)", _unequal(sessions, tables.sessions))
    verdict.find("dead letters (truth, tables)", _unequal(chaos.dead, tables.dead))
    return verdict


def _compare_ledger(verdict: Verdict, calls: Mapping[str, Noted], chaos: ChaosTruth, rows: Iterable[LedgerRow]) -> None:
    """Each row is named by whoever made it: chaos by its id, app workers by the call."""
    found: dict[str, list[LedgerRow]] = {}
    unknown = []
    for row in rows:
        name = row.id if row.id in chaos.events else row.name
        if name in chaos.events or name in calls:
            found.setdefault(str(name), []).append(row)
        else:
            unknown.append(row)
    owed = {name for name, noted in calls.items() if noted.began_ms is not None} | chaos.events.keys()
    verdict.lost = verdict.find("no ledger row", owed - found.keys())
    verdict.double = verdict.find("more ledger rows than one", [rows for rows in found.values() if len(rows) > 1])
    verdict.double += verdict.find("nobody's ledger row", unknown)
    verdict.interrupted = sum(rows[0].error_type == "interrupted" for rows in found.values())
    verdict.find("the ledger row is not what was called", _wrong(calls, chaos, found))


def _wrong(
    calls: Mapping[str, Noted], chaos: ChaosTruth, found: Mapping[str, list[LedgerRow]]
) -> Iterator[tuple[LedgerRow, object]]:
    for name, rows in found.items():
        for row in rows:
            if name in chaos.events:
                if not _is_of_chaos(row, chaos):
                    yield row, chaos.events[name]
            elif not _fits(row, calls[name]):
                yield row, calls[name]


def _is_of_chaos(row: LedgerRow, chaos: ChaosTruth) -> bool:
    stream, event = chaos.events[row.id]
    figures = (event.session_id, event.project_id, event.prompt_tokens, event.completion_tokens)
    return (row.stream, row.session, row.project, row.prompt, row.completion) == (stream, *figures)


def _fits(row: LedgerRow, noted: Noted) -> bool:
    """Whether the row is the call's: as it ended, or interrupted if it was not seen to end."""
    call = noted.call
    about = (row.stream, row.project, row.session, row.model, row.use_case)
    if about != ("live", call.project, call.session, call.model, call.use_case):
        return False
    if row.created_ms < noted.planned_ms - CLOCK_SLACK_MS:
        return False
    if noted.ended_ms is not None and row.created_ms > noted.ended_ms + CLOCK_SLACK_MS:
        return False
    said = (row.status, row.prompt, row.completion)
    if row.error_type == "interrupted":
        return noted.ended_ms is None and said == ("error", None, None)
    with_usage = call.outcome == "success"
    return said == (call.outcome, call.prompt if with_usage else None, call.completion if with_usage else None)


def _true_totals(tables: Tables, window_ms: int) -> tuple[Mapping[TotalKey, Figures], Mapping[str, Figures]]:
    """By window and key, and by session in compacted windows. From rows that were held against the calls one by one."""
    totals: dict[TotalKey, list[int]] = {}
    sessions: dict[str, list[int]] = {}
    for row in tables.ledger:
        start = row.created_ms - row.created_ms % window_ms
        tokens = [row.prompt or 0, row.completion or 0]
        states = [row.status == name for name in ("success", "missing_usage", "error")]
        _add(totals, (row.stream, start, row.project, row.model, row.use_case), [1, *states, *tokens])
        if row.session is not None and (row.stream, start) in tables.compacted:
            _add(sessions, row.session, [1, *tokens])
    return _tuples(totals), _tuples(sessions)


def _add(sums: dict[Key, list[int]], key: Key, values: list[int]) -> None:
    held = sums.setdefault(key, [0] * len(values))
    for index, value in enumerate(values):
        held[index] += value


def _tuples(sums: Mapping[Key, list[int]]) -> Mapping[Key, Figures]:
    return {key: tuple(values) for key, values in sums.items()}


def _compare_figures(
    verdict: Verdict, what: str, truth: Mapping[TotalKey, Figures], found: Mapping[TotalKey, Figures]
) -> None:
    verdict.find(f"{what} (truth, tables)", _unequal(truth, found))
    verdict.lost = max(verdict.lost, _excess(truth, found))
    verdict.double = max(verdict.double, _excess(found, truth))


def _excess(left: Mapping[TotalKey, Figures], right: Mapping[TotalKey, Figures]) -> int:
    """How many events one has more than the other, key by key."""
    return sum(max(0, figures[0] - right.get(key, (0,))[0]) for key, figures in left.items())


def _unequal(truth: Mapping[Key, object], found: Mapping[Key, object]) -> list[object]:
    return [
        (key, truth.get(key), found.get(key)) for key in truth.keys() | found.keys() if truth.get(key) != found.get(key)
    ]
