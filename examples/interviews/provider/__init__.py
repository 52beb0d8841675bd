"""A provider on this machine that speaks OpenAI's, xAI's and Gemini's interfaces and keeps its own book."""

from provider.book import Book, Entry, Outcome
from provider.calls import calls
from provider.server import Provider

__all__ = ["Book", "Entry", "Outcome", "Provider", "calls"]
