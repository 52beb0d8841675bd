"""Usage events as OpenTelemetry's `gen_ai.*` attributes, and back.

The names are those of the semantic conventions; `OURS` lists the ones that their releases do not have. Both sides count
alike: input and output tokens are everything consumed and generated. What an event holds beyond these names (most of
its attribution, images, searches, costs) is not exported.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from tollbook_schemas import LLMUsageStatus, UsageEvent

COUNTS: Mapping[str, str] = MappingProxyType(
    {
        "gen_ai.usage.input_tokens": "prompt_tokens",
        "gen_ai.usage.output_tokens": "completion_tokens",
        "gen_ai.usage.cache_read.input_tokens": "cached_prompt_tokens",
        "gen_ai.usage.cache_creation.input_tokens": "cache_write_tokens",
        "gen_ai.usage.cache_write.input_tokens": "cache_write_tokens",
        "gen_ai.usage.reasoning.output_tokens": "reasoning_tokens",
        "gen_ai.usage.audio.input_tokens": "input_audio_tokens",
        "gen_ai.usage.audio.output_tokens": "output_audio_tokens",
    }
)
"""Attributes of counts, and the event's names for them."""

TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "gen_ai.request.model": "model",
        "gen_ai.response.model": "response_model",
        "gen_ai.response.id": "request_id",
        "gen_ai.conversation.id": "session_id",
        "openai.response.service_tier": "service_tier",
    }
)
"""Attributes of texts, and the event's names for them."""

PROVIDER, OPERATION, ERROR = "gen_ai.provider.name", "gen_ai.operation.name", "error.type"
FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
"""In seconds."""
STATUS = "tollbook.status"
"""The event's own status: OpenTelemetry cannot tell a success from a call whose usage nobody reported."""

OURS = frozenset(
    {
        "gen_ai.usage.cache_write.input_tokens",  # released as `cache_creation`, which is sent beside it
        "gen_ai.usage.audio.input_tokens",
        "gen_ai.usage.audio.output_tokens",
        STATUS,
    }
)
"""Names that no release of the conventions has."""

PROVIDERS: Mapping[str, str] = MappingProxyType({"xai": "x_ai", "gemini": "gcp.gemini"})
"""Providers that OpenTelemetry calls otherwise; all others keep their name."""

OPERATIONS: Mapping[str, str] = MappingProxyType(
    {
        "chat.completions": "chat",
        "completions": "text_completion",
        "responses": "chat",
        "embeddings": "embeddings",
        "models.generate_content": "generate_content",
        "models.embed_content": "embeddings",
    }
)
"""The operation of a surface; the others have none."""

_OTHER_ERROR = "_OTHER"
_OLDER_NAMES = {
    "gen_ai.system": PROVIDER,
    "gen_ai.usage.prompt_tokens": "gen_ai.usage.input_tokens",
    "gen_ai.usage.completion_tokens": "gen_ai.usage.output_tokens",
    "gen_ai.openai.response.service_tier": "openai.response.service_tier",
}
_OF_PROVIDER = {
    **{theirs: ours for ours, theirs in PROVIDERS.items()},
    **dict.fromkeys(("gcp.vertex_ai", "gcp.gen_ai", "vertex_ai"), "gemini"),
    **dict.fromkeys(("azure.ai.openai", "az.ai.openai"), "openai"),
}


def to_otel(event: UsageEvent, *, surface: str | None = None) -> dict[str, Any]:
    """The attributes of a call: texts, integers, and seconds as floats. What is unknown is left out.

    An event does not say of which surface it is (`chat.completions`, …): give it, and the operation's name is set.
    """
    attributes: dict[str, Any] = {
        PROVIDER: PROVIDERS.get(event.provider, event.provider),
        OPERATION: None if surface is None else OPERATIONS.get(surface),
        STATUS: event.status.value,
        ERROR: _error_of(event),
    }
    for key, name in (*COUNTS.items(), *TEXTS.items()):
        attributes[key] = getattr(event, name)
    if event.time_to_first_chunk_ms is not None:
        attributes[FIRST_CHUNK] = event.time_to_first_chunk_ms / 1000
    return {key: value for key, value in attributes.items() if value is not None}


def from_otel(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an event that attributes tell, for `UsageEvent` once it has an id, a time and a use case.

    Older names (`gen_ai.system`, `gen_ai.usage.prompt_tokens`, …) are read too. A count that is malformed is left out
    and flagged; without a status of ours it follows from the error and the counts. Never raises.
    """
    known = {_OLDER_NAMES[key]: value for key, value in attributes.items() if key in _OLDER_NAMES} | dict(attributes)
    fields: dict[str, Any] = {name: known[key] for key, name in TEXTS.items() if isinstance(known.get(key), str)}
    if isinstance(provider := known.get(PROVIDER), str):
        fields["provider"] = _OF_PROVIDER.get(provider, provider)
    flags = _take_counts(fields, known)
    seconds = known.get(FIRST_CHUNK)
    if isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 <= seconds < 10**7:
        fields["time_to_first_chunk_ms"] = round(seconds * 1000)
    fields["status"], error = _ending(known, fields)
    return {**fields, **({} if error is None else {"error_type": error}), **({"flags": flags} if flags else {})}


def _error_of(event: UsageEvent) -> str | None:
    if event.status in (LLMUsageStatus.SUCCESS, LLMUsageStatus.MISSING_USAGE):
        return None
    return event.error_type or _OTHER_ERROR


def _take_counts(fields: dict[str, Any], known: Mapping[str, Any]) -> tuple[str, ...]:
    flags: dict[str, None] = {}
    for key, name in COUNTS.items():
        value = known.get(key)
        if type(value) is int and value >= 0:
            fields[name] = value
        elif value is not None:
            flags[f"{name}_invalid"] = None
    return tuple(flags)


def _ending(known: Mapping[str, Any], fields: Mapping[str, Any]) -> tuple[LLMUsageStatus, str | None]:
    error = known.get(ERROR)
    error = error if isinstance(error, str) and error != _OTHER_ERROR else None
    if known.get(STATUS) in tuple(LLMUsageStatus):
        return LLMUsageStatus(known[STATUS]), error
    if known.get(ERROR) is not None:
        return (LLMUsageStatus.TIMEOUT if error == "timeout" else LLMUsageStatus.ERROR), error
    is_reported = any(name in fields for name in COUNTS.values())
    return (LLMUsageStatus.SUCCESS if is_reported else LLMUsageStatus.MISSING_USAGE), None
