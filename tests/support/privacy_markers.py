"""What must never come out of the worker: markers of a prompt, an output and a key, and ways to plant and find them."""

from collections.abc import Iterable
from typing import Any

PROMPT = "tell me of plum-marmalade, please"
OUTPUT = "surely: quince jelly is best"
OUTPUT_WORD = "quince_jelly"
KEY = "sk-proj-figkey0123456789ABCDEFabcdef"
TRACES = (b"plum", b"marmalade", b"quince", b"jelly", b"figkey")

DECLARED = frozenset({"id", "model", "modelVersion", "responseId", "name", "service_tier", "serviceTier"})
"""What an event has a field for: which model answered, under which id, in which tier."""

_STRUCTURE = DECLARED | {
    *("type", "object", "role", "status", "state", "finish_reason", "finishReason", "modality", "endpoint"),
    *("createTime", "updateTime", "expireTime", "created", "updated", "mimeType", "b64_json", "data", "delta_type"),
    *("event_type", "item_id", "completion_window"),
}
"""Keys whose texts tell an SDK how to read the rest."""


def planted(value: Any, marker: str = OUTPUT, key: str = "") -> Any:
    """A copy with the marker for every text that is no structure, and under an unknown key in every object."""
    if isinstance(value, dict):
        return {**{name: planted(item, marker, name) for name, item in value.items()}, "x_unknown": marker}
    if isinstance(value, list):
        return [planted(item, marker, key) for item in value]
    return marker if isinstance(value, str) and key not in _STRUCTURE else value


SMUGGLING_USAGES: tuple[object, ...] = (
    OUTPUT,
    [OUTPUT],
    {
        **dict.fromkeys(("prompt_tokens", "input_tokens", "promptTokenCount", "total_tokens"), OUTPUT_WORD),
        "note": OUTPUT_WORD,
        "type": OUTPUT,
        "modality": OUTPUT,
        OUTPUT: 7,
        "serviceTier": OUTPUT,
        "prompt_tokens_details": {
            "cached_tokens": OUTPUT,
            "words": [OUTPUT, OUTPUT_WORD],
            "deep": [[{OUTPUT: OUTPUT}]],
        },
        "promptTokensDetails": [{"modality": OUTPUT, "tokenCount": OUTPUT_WORD, "text": OUTPUT_WORD}, OUTPUT],
        "cost_in_usd_ticks": OUTPUT_WORD,
    },
)
"""Usage objects of a provider that puts text where figures belong."""


def traces_in(raw: Iterable[bytes]) -> list[bytes]:
    """Those of the raw bytes that hold a trace of any marker, in whatever case."""
    return [found for found in raw if any(trace in found.lower() for trace in TRACES)]
