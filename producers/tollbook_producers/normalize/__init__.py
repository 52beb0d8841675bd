"""Providers' usage reports, as they stand in the wire JSON, to canonical counts. Nothing here raises on any JSON.

A reader reads one call (`reader_for`) or one session (`session_reader_for`); which surface a request is, its method
and path tell (`openai_surface`, `gemini_surface`).
"""

from tollbook_producers.normalize.ends import at_end_of_stream
from tollbook_producers.normalize.gemini.usage import normalize_gemini_generate
from tollbook_producers.normalize.openai.usage import normalize_openai_chat
from tollbook_producers.normalize.raw_usage import reduce_raw_usage
from tollbook_producers.normalize.reader import Reader, SessionReader, SessionReport
from tollbook_producers.normalize.registry import (
    UnknownSurfaceError,
    reader_for,
    session_reader_for,
    session_surfaces_of,
    surfaces_of,
)
from tollbook_producers.normalize.sums import sum_usage
from tollbook_producers.normalize.surfaces import gemini_surface, openai_surface

__all__ = [
    "Reader",
    "SessionReader",
    "SessionReport",
    "UnknownSurfaceError",
    "at_end_of_stream",
    "gemini_surface",
    "normalize_gemini_generate",
    "normalize_openai_chat",
    "openai_surface",
    "reader_for",
    "reduce_raw_usage",
    "session_reader_for",
    "session_surfaces_of",
    "sum_usage",
    "surfaces_of",
]
