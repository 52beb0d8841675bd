"""What an export is spelled as, which range it is of, and what a comparison says, without a database."""

import csv
import json
from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tollbook_billing import UsageScope
from tollbook_billing.exports import COLUMNS, ExportQuestion, UsageExport
from tollbook_cli.exporting import ExportError, compare, manifest_of
from tollbook_cli.exporting.canonical import csv_of, digest_of
from tollbook_cli.exporting.manifest import manifest_bytes
from tollbook_cli.exporting.ranges import export_range
from tollbook_cli.spelling import spell

MARCH = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
FINAL = {
    "is_over": True,
    "is_read": True,
    "is_final": True,
    "windows_open": 0,
    "windows_closed": 0,
    "windows_disputed": 0,
    "windows_compacted": 1,
}
WINDOW: dict[str, Any] = {
    "stream": "live",
    "window_start": MARCH[0],
    "state": "compacted",
    "calls": 1,
    "proven": True,
    "ledger_digest": b"\x01",
    "rollup_digest": b"\x01",
}
ADJUSTMENT: dict[str, Any] = {
    "reason": "late",
    "kind": "live",
    "source_partition": 0,
    "source_offset": 7,
    "stream": "live",
    "window_start": MARCH[0],
    "event_id": None,
    "provider": "p",
    "model": "m",
    "response_model": None,
    "use_case": "u",
    "events": 1,
    "calls": 2,
    "prompt_tokens": 3,
    "completion_tokens": 4,
    "recorded_at": MARCH[1],
}


def _row(**values: Any) -> dict[str, Any]:
    return dict.fromkeys(COLUMNS) | {"day": date(2026, 3, 1), "unpriced": {}, "state": "final"} | values


def _export(**values: Any) -> UsageExport:
    numbers = {"calls": 1, "calls_with_usage": 1, "events": 1}
    numbers |= dict.fromkeys(("calls_success", "calls_missing_usage", "calls_timeout", "calls_error"), 0)
    parts: dict[str, Any] = {
        "question": ExportQuestion(UsageScope("workspace", "acme"), *MARCH),
        "rows": (_row(**numbers),),
        "windows": (WINDOW,),
        **dict.fromkeys(("adjustments", "prices", "price_corrections"), ()),
        "state": FINAL,
    }
    return UsageExport(**parts | values)


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=10))
def test_a_decimal_is_spelled_with_every_digit_and_one_way(value: Decimal) -> None:
    text = spell(value)
    assert Decimal(text) == value
    assert "e" not in text.lower()
    assert text == spell(Decimal(f"{value:f}00")) == spell(Decimal(text))


def test_unknown_is_nothing_and_zero_is_a_zero() -> None:
    text = csv_of(
        [
            _row(
                model='a "model", really',
                calls=0,
                cost=Decimal("0.10"),
                unpriced={"b": Decimal(1), "a": Decimal("0.50")},
            )
        ]
    )
    (row,) = csv.DictReader(StringIO(text.decode()))
    assert (row["calls"], row["prompt_tokens"], row["cost"], row["model"]) == ("0", "", "0.1", 'a "model", really')
    assert json.loads(row["unpriced"]) == {"a": "0.5", "b": "1"}
    assert text.endswith(b"\n")
    assert b"\r" not in text


def test_the_same_usage_makes_the_same_manifest() -> None:
    one, two = manifest_of(_export()), manifest_of(deepcopy(_export()))
    assert manifest_bytes(one) == manifest_bytes(two)
    assert one["digest"] == digest_of(csv_of(_export().rows))
    assert compare(one, _export()).is_same


def test_a_correction_explains_its_window_and_no_more() -> None:
    before = manifest_of(_export())
    grown = WINDOW | {"calls": 3}
    explained = compare(before, _export(windows=(grown,), adjustments=(ADJUSTMENT,)))
    assert [change["change"] for change in explained.changes] == ["adjustment"]
    elsewhere = compare(before, _export(windows=(grown,), adjustments=(ADJUSTMENT | {"stream": "other"},)))
    assert [change["change"] for change in elsewhere.changes] == ["adjustment", "window_unexplained"]
    after = manifest_of(_export(windows=(grown,), adjustments=(ADJUSTMENT,)))
    assert [change["change"] for change in compare(after, _export()).changes] == [
        "adjustment_gone",
        "window_unexplained",
    ]


def test_a_tenant_who_is_not_shown_proofs_finds_the_same_windows() -> None:
    hidden = WINDOW | {"ledger_digest": None, "rollup_digest": None}
    assert compare(manifest_of(_export()), _export(windows=(hidden,))).changes == ()
    other = WINDOW | {"ledger_digest": b"\x02", "rollup_digest": b"\x02"}
    assert [change["change"] for change in compare(manifest_of(_export()), _export(windows=(other,))).changes] == [
        "window_unexplained"
    ]


@pytest.mark.parametrize(
    ("month", "zone", "start", "end"),
    [
        ("2026-03", "UTC", "2026-03-01T00:00+00:00", "2026-04-01T00:00+00:00"),
        ("2026-12", "UTC", "2026-12-01T00:00+00:00", "2027-01-01T00:00+00:00"),
        ("2026-03", "Europe/Berlin", "2026-02-28T23:00+00:00", "2026-03-31T22:00+00:00"),
        ("2026-10", "America/New_York", "2026-10-01T04:00+00:00", "2026-11-01T04:00+00:00"),
    ],
)
def test_a_month_is_of_its_zone(month: str, zone: str, start: str, end: str) -> None:
    expected = datetime.fromisoformat(start), datetime.fromisoformat(end)
    assert export_range(month, None, None, ZoneInfo(zone)) == expected


def test_a_range_is_of_its_zone_unless_it_names_one() -> None:
    first, last = export_range(None, "2026-03-01", "2026-03-02T00:00Z", ZoneInfo("Europe/Berlin"))
    assert (first.isoformat(), last.isoformat()) == ("2026-02-28T23:00:00+00:00", "2026-03-02T00:00:00+00:00")
    with pytest.raises(ExportError, match="before"):
        export_range(None, "2026-03-02", "2026-03-02", ZoneInfo("UTC"))
