"""What one call consumed and produced, in one vocabulary for all providers."""

from pydantic import BaseModel, ConfigDict, Field

from tollbook_schemas.fields import Code, CostUsd, Count, Seconds

TOKEN_FIELDS = (
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "input_audio_tokens",
    "output_audio_tokens",
    "cached_prompt_tokens",
    "cached_audio_tokens",
    "cached_image_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
    "tool_use_prompt_tokens",
    "input_image_tokens",
    "output_image_tokens",
)
"""`prompt_tokens` is everything consumed and `completion_tokens` everything generated; the others are subsets."""

SECONDS_FIELDS = ("input_audio_seconds", "billable_audio_seconds", "output_audio_seconds")
UNIT_FIELDS = ("output_images", "web_search_requests")
USAGE_FIELDS = (*TOKEN_FIELDS, *SECONDS_FIELDS, *UNIT_FIELDS, "provider_cost_usd")


MAX_FLAGS = 16


class NormalizedTokenUsage(BaseModel):
    """A provider's usage report in canonical counts.

    None means that nobody reported the count; it is not zero and is never priced. `flags` names what normalization had
    to mend, such as `cached_prompt_tokens_clamped`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    prompt_tokens: Count | None = None
    completion_tokens: Count | None = None
    total_tokens: Count | None = None
    input_audio_tokens: Count | None = None
    output_audio_tokens: Count | None = None
    cached_prompt_tokens: Count | None = None
    cached_audio_tokens: Count | None = None
    cached_image_tokens: Count | None = None
    cache_write_tokens: Count | None = None
    reasoning_tokens: Count | None = None
    tool_use_prompt_tokens: Count | None = None
    input_image_tokens: Count | None = None
    output_image_tokens: Count | None = None
    input_audio_seconds: Seconds | None = None
    billable_audio_seconds: Seconds | None = None
    output_audio_seconds: Seconds | None = None
    output_images: Count | None = None
    web_search_requests: Count | None = None
    provider_cost_usd: CostUsd | None = None
    flags: tuple[Code, ...] = Field((), max_length=MAX_FLAGS)

    @property
    def is_reported(self) -> bool:
        """Whether the provider reported any usage at all."""
        return any(getattr(self, name) is not None for name in USAGE_FIELDS)
