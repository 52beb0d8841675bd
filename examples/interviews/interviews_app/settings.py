"""Where the providers are and how long the product waits for them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """URLs without keys: the local provider asks for none. `patience` is in seconds."""

    openai_url: str
    openai_voice_url: str
    xai_url: str
    gemini_url: str
    patience: float = 30.0
    environment: str = "demo"
