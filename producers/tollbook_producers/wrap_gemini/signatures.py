"""Overrides that look like what they override, to people and to type checkers."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


def like(original: F) -> Callable[[Callable[..., Any]], F]:
    """Decorate an override with the signature and the documentation of the SDK's own method."""

    def decorate(override: Callable[..., Any]) -> F:
        return cast("F", wraps(original)(override))

    return decorate
