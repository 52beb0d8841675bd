"""Usage as the wire has it, beside the same figures under the ledger's names. `number` makes each answer's differ."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from provider.book import Count

TICK_USD = Decimal("1e-10")
RECORDING_SECONDS = 31.4


@dataclass(frozen=True, slots=True)
class Figures:
    """`wire` is the usage object of an answer, `counts` what a ledger makes of it.

    `units` is what the answer itself shows when the usage is left out: a picture, the length of a recording.
    """

    wire: dict[str, Any]
    counts: dict[str, Count]
    units: dict[str, Count] = field(default_factory=dict)

    def told(self, *, usage: bool) -> dict[str, Count]:
        """The counts that an answer with or without its usage states."""
        return self.counts if usage else self.units


def chat(number: int) -> Figures:
    """A chat completion of OpenAI: cached, audio and reasoning tokens are parts of the whole."""
    prompt, cached, completion, reasoning = 200 + 7 * number, 64 + number, 80 + 3 * number, 16 + number
    wire = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }
    return Figures(wire, _counts(prompt, completion, cached_prompt_tokens=cached, reasoning_tokens=reasoning))


def xai_chat(number: int) -> Figures:
    """xAI leaves the reasoning out of the completion, but not out of the total, and states what it charged."""
    prompt, visible, reasoning, ticks = 90 + 5 * number, 3 + number, 40 + 2 * number, 1_176_500 + 100 * number
    wire = {
        "prompt_tokens": prompt,
        "completion_tokens": visible,
        "total_tokens": prompt + visible + reasoning,
        "prompt_tokens_details": {"cached_tokens": 2},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
        "cost_in_usd_ticks": ticks,
    }
    counts = _counts(prompt, visible + reasoning, cached_prompt_tokens=2, reasoning_tokens=reasoning)
    return Figures(wire, {**counts, "provider_cost_usd": ticks * TICK_USD})


def responses(number: int) -> Figures:
    """A response of OpenAI."""
    prompt, cached, completion, reasoning = 300 + 11 * number, 128 + number, 120 + 2 * number, 32 + number
    wire = {
        "input_tokens": prompt,
        "output_tokens": completion,
        "total_tokens": prompt + completion,
        "input_tokens_details": {"cached_tokens": cached},
        "output_tokens_details": {"reasoning_tokens": reasoning},
    }
    return Figures(wire, _counts(prompt, completion, cached_prompt_tokens=cached, reasoning_tokens=reasoning))


def embeddings(number: int) -> Figures:
    """An embedding consumes and generates nothing."""
    prompt = 12 + number
    return Figures({"prompt_tokens": prompt, "total_tokens": prompt}, _counts(prompt, 0))


def transcription(number: int) -> Figures:
    """Whisper is billed by the second."""
    wire = {"type": "duration", "seconds": 30 + number}
    return Figures(wire, {"input_audio_seconds": 30 + number}, {"input_audio_seconds": RECORDING_SECONDS})


def image(number: int) -> Figures:
    """A picture of gpt-image; without usage it is itself what is counted."""
    prompt, completion = 50 + number, 1000 + 10 * number
    wire = {
        "input_tokens": prompt,
        "output_tokens": completion,
        "total_tokens": prompt + completion,
        "input_tokens_details": {"text_tokens": prompt, "image_tokens": 0},
    }
    return Figures(wire, _counts(prompt, completion, input_image_tokens=0), {"output_images": 1})


def realtime(number: int) -> Figures:
    """One response of a voice session."""
    text, heard, spoken, cached = 20 + number, 30 + 2 * number, 100 + 4 * number, 8 + number
    wire = {
        "input_tokens": text + heard,
        "output_tokens": spoken + 25,
        "total_tokens": text + heard + spoken + 25,
        "input_token_details": {
            "text_tokens": text,
            "audio_tokens": heard,
            "image_tokens": 0,
            "cached_tokens": cached,
            "cached_tokens_details": {"text_tokens": cached, "audio_tokens": 0, "image_tokens": 0},
        },
        "output_token_details": {"text_tokens": 25, "audio_tokens": spoken},
    }
    nothing = {"cached_audio_tokens": 0, "cached_image_tokens": 0, "input_image_tokens": 0}
    audio = {"input_audio_tokens": heard, "output_audio_tokens": spoken, "cached_prompt_tokens": cached}
    return Figures(wire, _counts(text + heard, spoken + 25, **audio, **nothing))


def heard(number: int) -> Figures:
    """One transcription in a voice session, by a model of its own."""
    audio, text = 26 + number, 9 + number
    details = {"text_tokens": 0, "audio_tokens": audio}
    wire = {
        "type": "tokens",
        "input_tokens": audio,
        "output_tokens": text,
        "total_tokens": audio + text,
        "input_token_details": details,
    }
    return Figures(wire, _counts(audio, text, input_audio_tokens=audio))


def gemini(number: int) -> Figures:
    """Thoughts come on top of the candidates; zeros are left out."""
    prompt, candidates, thoughts = 60 + 4 * number, 28 + number, 200 + number
    wire = {
        "promptTokenCount": prompt,
        "candidatesTokenCount": candidates,
        "thoughtsTokenCount": thoughts,
        "totalTokenCount": prompt + candidates + thoughts,
    }
    return Figures(wire, _counts(prompt, candidates + thoughts, reasoning_tokens=thoughts, **_GEMINI_ZEROS))


def gemini_image(number: int) -> Figures:
    """A picture drawn by a Gemini model is made of output tokens."""
    prompt, picture = 40 + number, 1290
    wire = {
        "promptTokenCount": prompt,
        "candidatesTokenCount": picture,
        "totalTokenCount": prompt + picture,
        "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": picture}],
    }
    drawn = {"output_image_tokens": picture, "output_audio_tokens": 0, "reasoning_tokens": 0}
    return Figures(wire, _counts(prompt, picture, **drawn, **_GEMINI_ZEROS))


def gemini_embedding(number: int) -> Figures:
    """Nothing is stated but the prompt: there is no total, and what is absent beside it is zero."""
    prompt = 11 + number
    nothing = {"completion_tokens": 0, "reasoning_tokens": 0, **_GEMINI_ZEROS}
    return Figures({"promptTokenCount": prompt}, {"prompt_tokens": prompt, **nothing})


_GEMINI_ZEROS = {"cached_prompt_tokens": 0, "tool_use_prompt_tokens": 0}


def _counts(prompt: int, completion: int, **parts: int) -> dict[str, Count]:
    whole = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    return {**whole, **parts}
