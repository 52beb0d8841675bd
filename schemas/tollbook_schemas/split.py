"""The price classes of a call: a split of prompt and completion into parts that never overlap (contract.md, Prices)."""

from operator import attrgetter
from typing import NamedTuple

from tollbook_schemas.usage import NormalizedTokenUsage

_COUNTS = attrgetter(
    "prompt_tokens",
    "completion_tokens",
    "cached_prompt_tokens",
    "cached_audio_tokens",
    "cached_image_tokens",
    "cache_write_tokens",
    "input_audio_tokens",
    "input_image_tokens",
    "output_audio_tokens",
    "output_image_tokens",
    "reasoning_tokens",
)


class PriceSplit(NamedTuple):
    """Disjoint token counts. A subset that nobody reported counts as 0 here."""

    cached_text: int
    cached_audio: int
    cached_image: int
    cache_write: int
    fresh_text: int
    fresh_audio: int
    fresh_image: int
    output_text: int
    output_audio: int
    output_image: int
    reasoning: int

    def negative_parts(self) -> tuple[str, ...]:
        """Names of the parts below zero: subsets that exceed the count they are part of."""
        if min(self) >= 0:
            return ()
        return tuple(name for name, count in zip(self._fields, self, strict=True) if count < 0)


def split(usage: NormalizedTokenUsage) -> PriceSplit:
    """Split a usage report. `output_text` excludes reasoning: a bill adds it back unless reasoning has a price."""
    (
        prompt,
        completion,
        cached,
        cached_audio,
        cached_image,
        cache_write,
        input_audio,
        input_image,
        output_audio,
        output_image,
        reasoning,
    ) = [count or 0 for count in _COUNTS(usage)]
    fresh_audio = input_audio - cached_audio
    fresh_image = input_image - cached_image
    return PriceSplit(
        cached - cached_audio - cached_image,
        cached_audio,
        cached_image,
        cache_write,
        prompt - cached - cache_write - fresh_audio - fresh_image,
        fresh_audio,
        fresh_image,
        completion - output_audio - output_image - reasoning,
        output_audio,
        output_image,
        reasoning,
    )
