"""Refresh figures of a collection, a template and a project, by the use cases of each, in every age of the events."""

from collections import Counter
from collections.abc import Iterator

import pytest

from support.billing_lasting import compact, drop_first_day
from support.billing_rows import connect
from support.lifecycle_case import CLOSED, HOUR, START, Case, call, open_case
from support.postgres import Database
from support.retention_case import DAY_MS, RETENTION
from tollbook_billing import RefreshFigure, ScopeKind, UsageScope, refresh_figures
from tollbook_schemas import UsageEvent
from tollbook_schemas.ids import ms_to_datetime

IDS = {"workspace_id": "w", "project_id": "p", "collection_id": "c", "template_id": "t"}
REFRESHED: dict[ScopeKind, set[str]] = {
    "collection": {
        "barbara_cross_interview_enhanced_analysis",
        "infographic_collection_summary",
        "infographic_collection_themes",
        "infographic_collection_findings",
    },
    "template": {"barbara_cross_interview_enhanced_analysis"},
    "project": {
        "barbara_project_cross_template_analysis",
        "infographic_project_summary",
        "infographic_project_themes",
        "infographic_project_insights",
    },
}
USE_CASES = sorted({"barbara_template_generation", "barbara_analysis"}.union(*REFRESHED.values()))


def _calls() -> Iterator[UsageEvent]:
    """Each use case refreshed twice on the first day and once on the second, by two models; the second goes on late."""
    for number, use_case in enumerate(USE_CASES):
        for nth, minute in enumerate((number, 30 + number, 24 * 60 + number)):
            for model in ("m-a", "m-b"):
                operation = f"{use_case}-{nth}"
                yield call(minute, operation_id=operation, use_case=use_case, model=f"{model}-{nth}", **IDS)
        yield call(45, "late", operation_id=f"{use_case}-1", use_case=use_case, model="m-late", **IDS)


def _write(case: Case) -> list[UsageEvent]:
    calls = sorted(_calls(), key=lambda event: event.created_ms)
    on_time = [event for event in calls if event.model != "m-late"]
    for number, event in enumerate(on_time):
        case.log.event(event, event.created_ms + 1000, number % 2)
    case.log.tick(max(CLOSED, START + DAY_MS + 2 * HOUR))
    for event in calls:
        if event not in on_time:
            case.log.event(event, START + DAY_MS + 2 * HOUR + 1)
    case.log.sink()
    return calls


def _expected(calls: list[UsageEvent], use_case: str | None, end_ms: int) -> tuple[object, ...]:
    """Straight from the events of those use cases."""
    events = [event for event in calls if event.created_ms < end_ms]
    counts = Counter(event.operation_id for event in events)
    last = max(events, key=lambda event: (event.created_ms, event.operation_id or "")).operation_id
    latest = [event for event in events if event.operation_id == last]
    return (
        use_case,
        len(counts),
        last,
        ms_to_datetime(max(event.created_ms for event in latest)),
        tuple(sorted({event.model for event in latest})),
        sum(event.prompt_tokens or 0 for event in latest),
        sum(event.completion_tokens or 0 for event in latest),
        len(events),
        sum(event.prompt_tokens or 0 for event in events),
    )


def _told(figure: RefreshFigure) -> tuple[object, ...]:
    last = (figure.last_operation_id, figure.last_at, figure.last_models)
    tokens = (figure.last_prompt_tokens, figure.last_completion_tokens, figure.calls, figure.prompt_tokens)
    return (figure.use_case, figure.refreshes, *last, *tokens)


@pytest.mark.parametrize("grow_older", [lambda _: None, compact, drop_first_day], ids=["raw", "compacted", "dropped"])
def test_refreshes_are_what_their_events_said(database: Database, grow_older: object) -> None:
    with open_case(database, **RETENTION) as case:
        calls = _write(case)
        assert callable(grow_older)
        grow_older(case)
        with connect(database.owner) as connection:
            for kind, use_cases in REFRESHED.items():
                for end_ms in (START + HOUR, START + 2 * DAY_MS):
                    scope, mine = UsageScope(kind, IDS[f"{kind}_id"]), [c for c in calls if c.use_case in use_cases]
                    figures = refresh_figures(connection, scope, end=ms_to_datetime(end_ms))
                    assert [_told(figure) for figure in figures] == [
                        _expected(mine, None, end_ms),
                        *(
                            _expected([event for event in mine if event.use_case == name], name, end_ms)
                            for name in sorted(use_cases)
                        ),
                    ]
                    assert all(figure.refresh_calls == figure.calls for figure in figures)
