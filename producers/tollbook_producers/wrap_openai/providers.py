"""Who bills the calls of a client."""

from typing import Any

_HOSTS = (
    ("api.x.ai", "xai"),
    ("openai.azure.com", "azure"),
    ("cognitiveservices.azure.com", "azure"),
    ("services.ai.azure.com", "azure"),
    ("generativelanguage.googleapis.com", "gemini"),
)


def provider_of(client: Any) -> str:
    """By the client's class and the host it talks to; `openai` where neither says anything else."""
    if hasattr(client, "_azure_deployment"):
        return "azure"
    host = client.base_url.host
    for known, provider in _HOSTS:
        if host == known or host.endswith(f".{known}"):
            return provider
    return "openai"
