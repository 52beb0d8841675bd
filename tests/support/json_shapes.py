"""The JSON that a command prints, held against the example in its help."""

import json
from collections.abc import Callable
from typing import Any


def example_of(command: Callable[..., Any]) -> dict[str, Any]:
    """The JSON object in a command's help."""
    text = command.__doc__ or ""
    decoded, _ = json.JSONDecoder().raw_decode(text[text.index("{") :])
    assert isinstance(decoded, dict)
    return decoded


def shape(value: object) -> object:
    """Names and types; of a list, the set of its items' shapes. Null is any type, so it is left out."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return sorted({json.dumps(shape(item)) for item in value})
    return type(value).__name__
