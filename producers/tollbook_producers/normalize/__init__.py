"""A provider's usage object, as it stands in the wire JSON, to canonical counts. Pure functions that never raise."""

from tollbook_producers.normalize.gemini_generate import normalize_gemini_generate
from tollbook_producers.normalize.openai_chat import normalize_openai_chat
from tollbook_producers.normalize.raw_usage import reduce_raw_usage

__all__ = ["normalize_gemini_generate", "normalize_openai_chat", "reduce_raw_usage"]
