"""Every alert: absent at its threshold, there beyond it, and on its page in the documentation."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tollbook_schemas.settings import Settings
from tollbook_sinks.alerts import (
    CODES,
    Facts,
    Lag,
    LeavingDay,
    Producer,
    SpoolFacts,
    UndecidedLetters,
    UnfinishedWindow,
    UsageGap,
    find_alerts,
    thresholds_of,
)

NOW = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)
SETTINGS = Settings(ledger_retention_days=30)
THRESHOLDS = thresholds_of(SETTINGS)
QUIET = Facts(NOW, clock=NOW)
SECOND = timedelta(seconds=1)
DOCS = Path(__file__).parents[3] / "docs"


def window(state: str, *, stream: str = "live", start: datetime = NOW, **times: Any) -> UnfinishedWindow:
    return UnfinishedWindow(stream, start, state, times.get("opened_at", start), times.get("closed_at"))


DUE = THRESHOLDS.width + THRESHOLDS.grace + THRESHOLDS.overdue
LETTERS = UndecidedLetters("too_old", 3, NOW)
CASES: list[tuple[dict[str, Any], dict[str, Any], str, dict[str, str], str]] = [
    ({}, {"kafka": "no answer"}, "kafka_unreachable", {}, "how many records wait is not known: no answer"),
    (
        {"lags": [Lag("ledger", "live", 0, 100_000, 300.0)]},
        {"lags": [Lag("ledger", "live", 0, 100_001, 5.0), Lag("ledger", "live", 1, 2, 301.0)]},
        "lag",
        {"step": "ledger", "kind": "live"},
        "the sink is behind in the source topic: 2 live partitions, 100,003 records, its clock 301 s ago",
    ),
    (
        {"lags": [Lag("totals", "import", 0, None, None)]},
        {"lags": [Lag("totals", "import", 3, 100_001, None)]},
        "lag",
        {"step": "totals", "kind": "import"},
        "the sink is behind in the changelog: 1 import partition, 100,001 records",
    ),
    (
        {
            "windows": [
                window("open", start=NOW - DUE),
                window("open", stream="imp_1", start=NOW - 2 * DUE, opened_at=NOW),
            ]
        },
        {"windows": [window("open", start=NOW - DUE - SECOND)]},
        "windows_overdue",
        {"step": "close"},
        "1 window, the first live 2026-03-10 10:14Z should have been closed by now",
    ),
    (
        {"windows": [window("closed", closed_at=NOW - THRESHOLDS.overdue)]},
        {"windows": [window("closed", closed_at=NOW - THRESHOLDS.overdue - SECOND), window("closed", closed_at=NOW)]},
        "windows_overdue",
        {"step": "compact"},
        "1 window, the first live 2026-03-10 12:30Z should have been compacted by now",
    ),
    (
        {"windows": [window("open", stream="imp_1", opened_at=NOW - THRESHOLDS.import_open)]},
        {"windows": [window("open", stream="imp_1", opened_at=NOW - THRESHOLDS.import_open - SECOND)] * 2},
        "import_unfinished",
        {"import": "imp_1"},
        "2 windows, the first imp_1 2026-03-10 12:30Z: its end was not read in every partition",
    ),
    (
        {},
        {"windows": [window("disputed")]},
        "disputed_windows",
        {},
        "1 window, the first live 2026-03-10 12:30Z: ledger and totals differ",
    ),
    (
        {},
        {"undecided": [LETTERS]},
        "dead_letters",
        {"reason": "too_old"},
        "3 undecided, the first of 2026-03-10 12:30Z",
    ),
    (
        {},
        {"unsent_requeues": 1},
        "requeue_unfinished",
        {},
        "of 1 the import was begun and not ended",
    ),
    (
        {"usage_gaps": [UsageGap("xai", "grok", "x", 100, 10), UsageGap("xai", "grok", "x", 19, 19)]},
        {"usage_gaps": [UsageGap("xai", "grok", "x", 100, 11)]},
        "missing_usage",
        {"provider": "xai", "model": "grok", "use_case": "x"},
        "11 of 100 calls (11%) came without usage",
    ),
    (
        {},
        {"idle": [Producer("prod", None)]},
        "idle_producer",
        {"environment": "prod", "project": ""},
        "environment prod, project -: no call for 30 minutes after a steady flow",
    ),
    ({}, {"dropped_calls": 7}, "spool_drops", {"seen_in": "ledger"}, "7 calls had no room in a spool"),
    (
        {"spool": SpoolFacts()},
        {"spool": SpoolFacts(dropped=7)},
        "spool_drops",
        {"seen_in": "spool"},
        "7 calls had no room in this spool",
    ),
    ({}, {"spool": SpoolFacts(stranded=2)}, "spool_stranded", {}, "2 calls of dead processes wait in this spool"),
    ({}, {"spool": SpoolFacts(damaged=1)}, "spool_damaged", {}, "damaged segments set aside in this spool: 1"),
    (
        {"leaving": [LeavingDay(date(2026, 1, 1), NOW - THRESHOLDS.overdue)]},
        {"leaving": [LeavingDay(date(2026, 1, 1), NOW - THRESHOLDS.overdue - SECOND)]},
        "retention_stuck",
        {"step": "drop"},
        "1 day should be archived and dropped, the first is 2026-01-01",
    ),
    (
        {"oldest_kept_day": date(2026, 2, 7)},
        {"oldest_kept_day": date(2026, 2, 6)},
        "retention_stuck",
        {"step": "expire"},
        "2026-02-06 should have expired by now",
    ),
]


@pytest.mark.parametrize(("below", "beyond", "code", "subject", "detail"), CASES)
def test_each_alert_at_and_beyond_its_threshold(
    *, below: dict[str, Any], beyond: dict[str, Any], code: str, subject: dict[str, str], detail: str
) -> None:
    assert find_alerts(replace(QUIET, **below), THRESHOLDS) == []
    (alert,) = find_alerts(replace(QUIET, **beyond), THRESHOLDS)
    assert alert.as_json() == {"code": code, "subject": subject, "detail": detail}


def test_every_code_has_a_case_and_a_section_in_the_documentation() -> None:
    text = (DOCS / "alerts.md").read_text(encoding="utf-8")
    sections = [line.removeprefix("## `").removesuffix("`") for line in text.splitlines() if line.startswith("## `")]
    assert sections == list(CODES)
    assert {code for _, _, code, _, _ in CASES} == set(CODES)


def test_every_threshold_is_in_the_documentation_with_its_default() -> None:
    text = (DOCS / "alerts.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        if name.startswith("alert_"):
            assert f"| `TOLLBOOK_{name.upper()}` | `{field.default}` |" in text


def test_without_a_retention_no_day_is_kept_too_long() -> None:
    kept = replace(QUIET, oldest_kept_day=date(2020, 1, 1))
    assert find_alerts(kept, thresholds_of(Settings())) == []
    assert find_alerts(replace(kept, clock=None), THRESHOLDS) == []
