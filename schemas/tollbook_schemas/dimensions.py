"""The dimensions of a rollup. The last four decide prices (architecture.md 12)."""

from bisect import bisect_left
from operator import attrgetter
from typing import NamedTuple

from tollbook_schemas.canonical_event import CanonicalEvent
from tollbook_schemas.event import UsageEvent

BASE_BAND = 0
PROMPT_BANDS = (32_000, 128_000, 200_000, 256_000, 272_000, 512_000, 1_000_000)
"""Prompt-size thresholds in tokens. A prompt strictly above a threshold is in its band."""


class Dimensions(NamedTuple):
    """What a rollup row is about; None where a call did not say."""

    workspace_id: str | None
    project_id: str | None
    template_id: str | None
    collection_id: str | None
    environment: str | None
    provider: str
    model: str
    response_model: str | None
    use_case: str
    service_tier: str | None
    batch: bool
    prompt_band: int


def prompt_band(prompt_tokens: int | None) -> int:
    """The highest threshold strictly below the prompt's size; 0 for none and for an unknown size."""
    if prompt_tokens is None:
        return BASE_BAND
    index = bisect_left(PROMPT_BANDS, prompt_tokens)
    return PROMPT_BANDS[index - 1] if index else BASE_BAND


named_dimensions = attrgetter(*Dimensions._fields[:-1])
"""What an event says of its dimensions: all of them but the prompt band, in order."""


def dimensions_of(event: UsageEvent | CanonicalEvent) -> Dimensions:
    """The rollup row that an event belongs to, beside its stream and window. Aggregates take the base band."""
    return Dimensions._make((*named_dimensions(event), band_of(event)))


def band_of(event: UsageEvent | CanonicalEvent) -> int:
    """The event's prompt band."""
    return BASE_BAND if event.aggregate else prompt_band(event.prompt_tokens)
