"""Recorded payloads, where a checkout has them beside it. Their figures are in the project's own tests too."""

import json
from pathlib import Path
from typing import Any

import pytest

from tollbook_cli.payload_file import read_payload
from tollbook_cli.payload_reports import events_of

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
INDEX = PAYLOADS / "EXPECTED.json"
CASES: dict[str, Any] = json.loads(INDEX.read_text()) if INDEX.is_file() else {}
BESIDE = pytest.mark.skipif(not CASES, reason="no recorded payloads beside this checkout")


def rows(name: str) -> list[dict[str, Any]]:
    payload = read_payload((PAYLOADS / name).read_bytes(), name)
    events = events_of(payload, CASES[name]["provider"], CASES[name]["surface"])
    return [json.loads(event.model_dump_json()) for event in events]


@BESIDE
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case["expect"] is not None])
def test_recorded_payload(name: str) -> None:
    expected = CASES[name]["expect"]
    got = rows(name)
    assert len(got) == len(expected)
    assert [{key: row[key] for key in want} for row, want in zip(got, expected, strict=True)] == expected


@BESIDE
def test_function_calling_sequence_is_three_calls_that_add_up() -> None:
    name = "gemini_afc_http_sequence.json"
    hops = rows(name)
    assert len(hops) == 3
    expected = CASES[name]["notes"]["sum"]
    assert {count: sum(hop[count] for hop in hops) for count in expected} == expected
