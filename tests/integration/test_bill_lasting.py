"""Sessions, operations and the product's figures are what their events say, also when those have left the ledger."""

from collections.abc import Iterator
from datetime import date
from functools import reduce
from operator import add
from typing import Any

import pytest
from psycopg import Connection

from support.billing_lasting import LATE_MINUTE, REFRESHES, compact, drop_first_day, late_calls, write_log
from support.billing_rows import connect
from support.billing_truth import usage_of
from support.lifecycle_case import START, Case, open_case
from support.postgres import Database
from support.retention_case import FIRST, RETENTION
from tollbook_billing import (
    EventPage,
    Usage,
    UsageRangeError,
    UsageScope,
    line_filter,
    read_usage,
    refresh_figures,
    session_figures,
    session_usage,
    usage_events,
)
from tollbook_schemas import UsageEvent
from tollbook_schemas.ids import ms_to_datetime

SESSION, COLLECTION = UsageScope("session", "s1"), UsageScope("collection", "c")
SCOPES = (SESSION, COLLECTION, UsageScope("template", "t"), UsageScope("operation", "r1"), UsageScope("all", None))


@pytest.fixture
def case(database: Database) -> Iterator[Case]:
    with open_case(database, **RETENTION) as made:
        yield made


@pytest.fixture
def connection(case: Case) -> Iterator[Connection[Any]]:
    with connect(case.database.owner) as made:
        yield made


def _truth(calls: list[UsageEvent]) -> Usage:
    return reduce(add, (usage_of(call, [], call.created_at) for call in calls), Usage())


def _without_money(usage: Usage) -> tuple[Any, ...]:
    return (usage.events, usage.calls, usage.calls_timeout, usage.calls_with_usage, usage.prompt_tokens, usage.reported)


def _of(calls: list[UsageEvent], scope: UsageScope) -> list[UsageEvent]:
    return [call for call in calls if scope.id is None or getattr(call, f"{scope.kind}_id") == scope.id]


def test_totals_are_the_sum_of_the_events_in_every_age(case: Case, connection: Connection[Any]) -> None:
    calls = write_log(case)
    answers = []
    for grow_older in (lambda _: None, compact, drop_first_day):
        grow_older(case)
        answers.append([read_usage(connection, scope).totals for scope in SCOPES])
        for scope, totals in zip(SCOPES, answers[-1], strict=True):
            assert _without_money(totals) == _without_money(_truth(_of(calls, scope))), (scope, grow_older)
    assert answers[0] == answers[1] == answers[2]
    statement = session_usage(connection, "s1")
    assert {line.state for line in statement.lines} == {"final"}
    assert [(one.reason, one.calls) for one in statement.adjustments] == [("duplicate", -1), ("late", 1)]
    assert (statement.extent.dropped_days, statement.extent.dropped_through) == (1, FIRST)
    assert statement.extent.begins == ms_to_datetime(START)


def test_a_sessions_buckets_make_up_its_total_in_every_age(case: Case, connection: Connection[Any]) -> None:
    calls = _of(write_log(case), SESSION)
    buckets = {
        "analysis": "barbara_analysis",
        "topicOverlap": "barbara_topic_overlap",
        "summarisation": "barbara_question_summary",
        "additionalQuestions": "barbara_additional_questions",
        "sessionSummary": "barbara_session_summary",
        "other": "alvia_realtime",
    }
    expected = {name: len([call for call in calls if call.use_case == use_case]) for name, use_case in buckets.items()}
    for grow_older in (lambda _: None, compact, drop_first_day):
        grow_older(case)
        figures = {figure.figure: figure for figure in session_figures(connection, "s1")}
        assert {name: figure.calls for name, figure in figures.items()} == expected | {"total": len(calls)}
        assert figures["additionalQuestions"].prompt_tokens is None
        assert figures["total"].prompt_tokens == sum(call.prompt_tokens or 0 for call in calls)
        assert figures["total"].total == session_usage(connection, "s1").totals.total
    assert list(figures) == [*buckets, "total"]
    assert figures["total"].provisional_calls == 0


def test_refreshes_are_counted_and_the_last_one_told_in_every_age(case: Case, connection: Connection[Any]) -> None:
    write_log(case)
    for grow_older in (lambda _: None, compact, drop_first_day):
        grow_older(case)
        whole, *by_use_case = refresh_figures(connection, COLLECTION)
        assert (whole.use_case, whole.refreshes, whole.refresh_calls, whole.calls) == (None, 2, 7, 8)
        assert (whole.last_operation_id, whole.last_calls, whole.last_prompt_tokens) == ("r2", 3, 300)
        assert whole.last_models == ("m-r2-0", "m-r2-1")
        assert whole.last_at == ms_to_datetime(START + (24 * 60 + 32) * 60_000)
        assert {figure.use_case: (figure.refreshes, figure.calls) for figure in by_use_case} == {
            use_case: (2, 4 if number == 0 else 2) for number, use_case in enumerate(sorted(REFRESHES, key=_order))
        }
        (early,) = refresh_figures(connection, COLLECTION, end=ms_to_datetime(START + 3_600_000))[:1]
        assert (early.refreshes, early.last_operation_id) == (1, "r1")
        assert early.last_at == late_calls()[1].created_at == ms_to_datetime(START + LATE_MINUTE * 60_000)
        assert early.last_models == ("m-late", "m-r1-0", "m-r1-1")
    assert refresh_figures(connection, UsageScope("template", "t")) == ()
    with pytest.raises(UsageRangeError, match="collections, templates and projects"):
        refresh_figures(connection, SESSION)


def _order(use_case: str) -> int:
    return REFRESHES.index(use_case)


def _pages(connection: Connection[Any], scope: UsageScope, **question: Any) -> list[EventPage]:
    pages = [usage_events(connection, scope, limit=5, **question)]
    while pages[-1].after:
        pages.append(usage_events(connection, scope, limit=5, after=pages[-1].after, **question))
    return pages


def test_every_figure_is_followed_to_its_events_page_by_page(case: Case, connection: Connection[Any]) -> None:
    calls = write_log(case)
    compact(case)
    for scope in SCOPES:
        expected = sorted(_of(calls, scope), key=lambda call: call.id)
        pages = _pages(connection, scope)
        assert [row["id"] for page in pages for row in page.events] == [call.id for call in expected]
        assert not any(page.dropped for page in pages)
    statement = read_usage(connection, COLLECTION, by=("model", "use_case", "environment"))
    for line in statement.lines:
        rows = [
            row for page in _pages(connection, COLLECTION, where=line_filter(line, statement.by)) for row in page.events
        ]
        assert sum(row["call_count"] for row in rows) == line.usage.calls
        assert {row["model"] for row in rows} == {line.model}
    (failed,) = usage_events(connection, COLLECTION, where={"status": "timeout"}).events
    assert failed["use_case"] == "barbara_topic_overlap"


def test_where_events_have_left_the_pages_say_so(case: Case, connection: Connection[Any]) -> None:
    calls = write_log(case)
    drop_first_day(case)
    for scope in SCOPES:
        pages = _pages(connection, scope)
        kept = [row for page in pages for row in page.events]
        ((day, gone),) = [(dropped.day, dropped.calls) for page in pages for dropped in page.dropped]
        assert (day, gone + len(kept)) == (FIRST, len(_of(calls, scope)))
        assert {row["created_at"].date() for row in kept} <= {date.fromordinal(FIRST.toordinal() + 1)}
    (timeout,) = usage_events(connection, COLLECTION, where={"status": "timeout"}).dropped
    assert timeout.calls == 1
    assert usage_events(connection, COLLECTION, where={"use_case": "nothing"}) == EventPage((), (), None)


@pytest.mark.parametrize(("where", "reason"), [({"colour": 1}, "not by 'colour'"), (None, "range must begin")])
def test_what_events_are_not_filtered_by_is_refused(
    connection: Connection[Any], where: dict[str, Any] | None, reason: str
) -> None:
    start = None if where else ms_to_datetime(START + 1)
    with pytest.raises(UsageRangeError, match=reason):
        usage_events(connection, COLLECTION, start, where=where or {})
