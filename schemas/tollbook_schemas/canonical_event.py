"""An event as it stands in canonical JSON: every field's type and bounds, in the order of its bytes.

Texts need no look for control characters here: the record's bytes have none.
"""

import re
from functools import lru_cache
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Raw, Struct

from tollbook_schemas.attribution import MAX_TAGS, LLMUsageStatus
from tollbook_schemas.fields import (
    CODE_PATTERN,
    MAX_CALLS,
    MAX_COUNT,
    MAX_IDENTIFIER,
    MAX_LABEL,
    MAX_PROVIDER,
    MAX_SECONDS,
    MAX_USE_CASE,
    PROVIDER_PATTERN,
    USE_CASE_PATTERN,
)
from tollbook_schemas.usage import MAX_FLAGS

_Identifier = Annotated[str, Meta(min_length=1, max_length=MAX_IDENTIFIER)]
_Label = Annotated[str, Meta(min_length=1, max_length=MAX_LABEL)]
_Code = Annotated[str, Meta(pattern=CODE_PATTERN)]
_Count = Annotated[int, Meta(ge=0, le=MAX_COUNT)]
_CallCount = Annotated[int, Meta(ge=1, le=MAX_CALLS)]
_Seconds = Annotated[float, Meta(ge=0, le=MAX_SECONDS)]
_Cost = Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,5})(\.[0-9]{0,9}[1-9])?$")]

NO_RAW_USAGE = Raw()


class CanonicalEvent(Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True, gc=False):
    """What is required here is what no canonical event lacks.

    `raw_usage` is JSON, and `provider` and `use_case` are text, that nobody has looked into: see `are_names`.
    """

    aggregate: bool
    attempts: _CallCount | None = None
    batch: bool
    billable_audio_seconds: _Seconds | None = None
    cache_write_tokens: _Count | None = None
    cached_audio_tokens: _Count | None = None
    cached_image_tokens: _Count | None = None
    cached_prompt_tokens: _Count | None = None
    call_count: _CallCount
    collection_id: _Identifier | None = None
    completion_tokens: _Count | None = None
    created_at: str
    end_user_id: _Identifier | None = None
    environment: _Label | None = None
    error_type: _Code | None = None
    flags: Annotated[tuple[_Code, ...], Meta(max_length=MAX_FLAGS)]
    id: UUID
    input_audio_seconds: _Seconds | None = None
    input_audio_tokens: _Count | None = None
    input_image_tokens: _Count | None = None
    latency_ms: _Count | None = None
    model: _Identifier
    operation_id: _Identifier | None = None
    output_audio_seconds: _Seconds | None = None
    output_audio_tokens: _Count | None = None
    output_image_tokens: _Count | None = None
    output_images: _Count | None = None
    project_id: _Identifier | None = None
    prompt_tokens: _Count | None = None
    provider: str
    provider_cost_usd: _Cost | None = None
    raw_usage: Raw = NO_RAW_USAGE
    reasoning_tokens: _Count | None = None
    request_id: _Identifier | None = None
    response_model: _Identifier | None = None
    schema_version: Literal[1]
    service_tier: _Label | None = None
    session_id: _Identifier | None = None
    source_id: _Identifier | None = None
    status: LLMUsageStatus
    tags: Annotated[dict[_Label, _Identifier], Meta(max_length=MAX_TAGS)] | None = None
    template_id: _Identifier | None = None
    time_to_first_chunk_ms: _Count | None = None
    tool_use_prompt_tokens: _Count | None = None
    total_tokens: _Count | None = None
    use_case: str
    web_search_requests: _Count | None = None
    workspace_id: _Identifier | None = None

    @property
    def created_ms(self) -> int:
        """When the event was created, in milliseconds since 1970: the time in its id."""
        return self.id.int >> 80


_USE_CASE = re.compile(USE_CASE_PATTERN)
_PROVIDER = re.compile(PROVIDER_PATTERN)


@lru_cache(maxsize=1024)
def are_names(provider: str, use_case: str) -> bool:
    """Whether they are well-formed. There are few of them, so that most are looked at once."""
    return (
        len(provider) <= MAX_PROVIDER
        and len(use_case) <= MAX_USE_CASE
        and _PROVIDER.search(provider) is not None
        and _USE_CASE.search(use_case) is not None
    )
