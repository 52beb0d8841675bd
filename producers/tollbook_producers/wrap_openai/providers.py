"""Who bills the calls of a client."""

from typing import Any

_HOSTS = (
    ("api.x.ai", "xai"),
    ("openai.azure.com", "azure"),
    ("cognitiveservices.azure.com", "azure"),
    ("services.ai.azure.com", "azure"),
    ("generativelanguage.googleapis.com", "gemini"),
)


_KNOWN = "_tollbook_provider"


def provider_of(client: Any) -> str:
    """By the client's class and the host it talks to; `openai` where neither says anything else."""
    told = client.__dict__
    url = told.get("_base_url") or client.base_url  # the property imports a module at every look
    known = told.get(_KNOWN)
    if known is None or known[0] is not url:  # looked at once an address, as this is asked for every call
        known = told[_KNOWN] = (url, _provider(client, url.host))
    return known[1]  # type: ignore[no-any-return]  # the client is of a class of the SDK's


def _provider(client: Any, host: str) -> str:
    if hasattr(client, "_azure_deployment"):
        return "azure"
    for known, provider in _HOSTS:
        if host == known or host.endswith(f".{known}"):
            return provider
    return "openai"
