"""The product's provider clients. This module is all that tracking asks of an app: one line for each client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from google.genai import Client as Gemini
from google.genai.types import HttpOptions
from openai import AsyncOpenAI, OpenAI

from interviews_app.settings import Settings
from tollbook_producers import track_gemini, track_openai

KEY = "none-is-needed"


@dataclass(frozen=True, slots=True)
class Clients:
    """Every model call of the product is written `clients.<name>.…`; `patience` is in seconds."""

    openai: OpenAI
    async_openai: AsyncOpenAI
    xai: OpenAI
    async_xai: AsyncOpenAI
    gemini: Gemini
    patience: float


@asynccontextmanager
async def open_clients(settings: Settings, *, tracked: bool = True) -> AsyncIterator[Clients]:
    """The clients while the block lasts. Untracked ones behave the same and leave no events."""
    plain = plain_clients(settings)
    try:
        yield tracked_clients(plain, settings.environment) if tracked else plain
    finally:
        await _close(plain)


def plain_clients(settings: Settings) -> Clients:
    """Clients as their makers made them. Retrying is left to the product's jobs."""
    wait, milliseconds = settings.patience, round(settings.patience * 1000)
    openai, voice, xai = settings.openai_url, settings.openai_voice_url, settings.xai_url
    return Clients(
        openai=OpenAI(base_url=openai, api_key=KEY, timeout=wait, max_retries=0),
        async_openai=AsyncOpenAI(base_url=openai, websocket_base_url=voice, api_key=KEY, timeout=wait, max_retries=0),
        xai=OpenAI(base_url=xai, api_key=KEY, timeout=wait, max_retries=0),
        async_xai=AsyncOpenAI(base_url=xai, api_key=KEY, timeout=wait, max_retries=0),
        gemini=Gemini(api_key=KEY, http_options=HttpOptions(base_url=settings.gemini_url, timeout=milliseconds)),
        patience=wait,
    )


def tracked_clients(plain: Clients, environment: str) -> Clients:
    """The same clients, tracked. xAI is named, for here its address does not say it."""
    return Clients(
        openai=track_openai(plain.openai, environment=environment),
        async_openai=track_openai(plain.async_openai, environment=environment),
        xai=track_openai(plain.xai, provider="xai", environment=environment),
        async_xai=track_openai(plain.async_xai, provider="xai", environment=environment),
        gemini=track_gemini(plain.gemini, environment=environment),
        patience=plain.patience,
    )


async def _close(plain: Clients) -> None:
    plain.openai.close()
    plain.xai.close()
    plain.gemini.close()
    await plain.async_openai.close()
    await plain.async_xai.close()
    await plain.gemini.aio.aclose()
