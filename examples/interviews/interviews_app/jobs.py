"""The product's job queue, in small: what a provider spoiled is run again, once."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from google.genai.errors import APIError as GeminiError
from httpx2 import TransportError
from openai import OpenAIError

from interviews_app.errors import UnusableAnswerError

SPOILED = (OpenAIError, GeminiError, TransportError, TimeoutError, ConnectionError, UnusableAnswerError)

Made = TypeVar("Made")


async def run_job(job: Callable[[], Awaitable[Made]]) -> Made:
    """What the job makes; it is tried twice, and the second failure is the caller's."""
    try:
        return await job()
    except SPOILED:
        return await job()
