"""Two refreshed days with sessions, duplicates and late calls, that the maintainer compacts and then drops."""

from collections.abc import Iterator
from typing import Any

from support.lifecycle_case import CLOSED, HOUR, START, Case, call
from support.retention_case import DAY_MS, pass_time
from tollbook_schemas import UsageEvent

BUCKETS = ("barbara_analysis", "barbara_topic_overlap", "barbara_question_summary", "barbara_session_summary")
REFRESHES = ("infographic_collection_summary", "infographic_collection_themes", "infographic_collection_findings")
LATE_MINUTE = 40


def lasting_calls() -> Iterator[UsageEvent]:
    """Everything on time: a session's parts, and refreshes r1 on the first day and r2 on the second."""
    ids: dict[str, Any] = {"workspace_id": "w", "collection_id": "c", "template_id": "t"}
    for minute in range(24):
        use_case = ("alvia_realtime", *BUCKETS)[minute % 5]
        yield call(minute, session_id="s1", use_case=use_case, status="timeout" if minute == 7 else "success", **ids)
    for day, operation in enumerate(("r1", "r2")):
        for number, use_case in enumerate(REFRESHES):
            minute = day * 24 * 60 + 30 + number
            model = f"m-{operation}-{number % 2}"
            yield call(minute, session_id=None, use_case=use_case, operation_id=operation, model=model, **ids)
    yield call(33, session_id=None, use_case=REFRESHES[0], **ids)


def late_calls() -> list[UsageEvent]:
    """What comes after the first window closed: for session s1, and for refresh r1."""
    ids: dict[str, Any] = {"workspace_id": "w", "collection_id": "c", "template_id": "t"}
    late = call(LATE_MINUTE, session_id=None, use_case=REFRESHES[0], operation_id="r1", model="m-late", **ids)
    return [call(26, "late", session_id="s1", **ids), late]


def write_log(case: Case) -> list[UsageEvent]:
    """The log, one call of it twice; returns the calls that count. Nothing is compacted yet."""
    calls = sorted(lasting_calls(), key=lambda event: event.created_ms)
    case.log.event(calls[0], calls[0].created_ms)
    for number, event in enumerate(calls):
        case.log.event(event, event.created_ms + 1000, number % 2)
    case.log.tick(max(CLOSED, START + DAY_MS + 2 * HOUR))
    late = late_calls()
    for event in late:
        case.log.event(event, START + DAY_MS + 2 * HOUR + 1)
    case.log.sink()
    return calls + late


def compact(case: Case) -> None:
    """The first day's windows are over and proven."""
    case.maintain()


def drop_first_day(case: Case) -> None:
    """And its rows leave the ledger."""
    pass_time(case, START + 11 * DAY_MS)
    case.maintain()
