"""The price classes of a call: a split of prompt and completion into parts that never overlap (contract.md, Prices)."""

from dataclasses import dataclass

from tollbook_schemas.usage import NormalizedTokenUsage


@dataclass(frozen=True, slots=True)
class PriceSplit:
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
        return tuple(name for name in self.__slots__ if getattr(self, name) < 0)


def split(usage: NormalizedTokenUsage) -> PriceSplit:
    """Split a usage report. `output_text` excludes reasoning: a bill adds it back unless reasoning has a price."""
    cached_audio = usage.cached_audio_tokens or 0
    cached_image = usage.cached_image_tokens or 0
    cached = usage.cached_prompt_tokens or 0
    cache_write = usage.cache_write_tokens or 0
    fresh_audio = (usage.input_audio_tokens or 0) - cached_audio
    fresh_image = (usage.input_image_tokens or 0) - cached_image
    output_audio = usage.output_audio_tokens or 0
    output_image = usage.output_image_tokens or 0
    reasoning = usage.reasoning_tokens or 0
    return PriceSplit(
        cached_text=cached - cached_audio - cached_image,
        cached_audio=cached_audio,
        cached_image=cached_image,
        cache_write=cache_write,
        fresh_text=(usage.prompt_tokens or 0) - cached - cache_write - fresh_audio - fresh_image,
        fresh_audio=fresh_audio,
        fresh_image=fresh_image,
        output_text=(usage.completion_tokens or 0) - output_audio - output_image - reasoning,
        output_audio=output_audio,
        output_image=output_image,
        reasoning=reasoning,
    )
