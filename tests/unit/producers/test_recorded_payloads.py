"""Recorded payloads, where a checkout has them beside it. Their figures are in the project's own tests too."""

import json
from pathlib import Path
from typing import Any

import pytest

from tollbook_producers.normalize import normalize_gemini_generate, normalize_openai_chat

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
NORMALIZERS = {
    ("openai", "chat.completions"): (normalize_openai_chat, "usage"),
    ("openai", "completions"): (normalize_openai_chat, "usage"),
    ("xai", "chat.completions"): (normalize_openai_chat, "usage"),
    ("gemini", "models.generate_content"): (normalize_gemini_generate, "usageMetadata"),
}


def unary_cases() -> list[Any]:
    index = PAYLOADS / "EXPECTED.json"
    if not index.is_file():
        return []
    cases = []
    for name, entry in json.loads(index.read_text()).items():
        payload = json.loads((PAYLOADS / name).read_text())
        known = (entry["provider"], entry["surface"]) in NORMALIZERS
        if known and isinstance(payload, dict) and entry["expect"]:
            cases.append(pytest.param(entry, payload, id=name))
    return cases


@pytest.mark.skipif(not PAYLOADS.is_dir(), reason="no recorded payloads beside this checkout")
@pytest.mark.parametrize(("entry", "payload"), unary_cases())
def test_recorded_payload(entry: dict[str, Any], payload: dict[str, Any]) -> None:
    normalize, key = NORMALIZERS[entry["provider"], entry["surface"]]
    usage = normalize(payload.get(key))
    [expected] = entry["expect"]
    got = json.loads(usage.model_dump_json()) | {"status": status_of(payload, reported=usage.is_reported)}
    assert {name: got[name] for name in expected} == expected


def status_of(payload: dict[str, Any], *, reported: bool) -> str:
    if "error" in payload:
        return "error"
    return "success" if reported else "missing_usage"


@pytest.mark.skipif(not PAYLOADS.is_dir(), reason="no recorded payloads beside this checkout")
def test_function_calling_sequence_adds_up() -> None:
    name = "gemini_afc_http_sequence.json"
    expected = json.loads((PAYLOADS / "EXPECTED.json").read_text())[name]["notes"]["sum"]
    hops = [normalize_gemini_generate(hop["usageMetadata"]) for hop in json.loads((PAYLOADS / name).read_text())]
    assert {count: sum(getattr(hop, count) for hop in hops) for count in expected} == expected
