"""Find the HTTP client inside a provider's synchronous client, without importing any SDK."""


def http_client_of(client: object) -> object | None:
    """The httpx or httpx2 client that an OpenAI or google-genai client sends through, or that the client itself is."""
    for path in ((), ("_client",), ("_api_client", "_httpx_client")):
        found = client
        for name in path:
            found = getattr(found, name, None)
        if hasattr(found, "_transport") and hasattr(found, "_mounts"):
            return found
    return None
