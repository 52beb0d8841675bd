"""What passes over the wire during one call, collected by a wrapped client's hooks."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(slots=True)
class Exchange:
    """Requests sent so far, and the last successful response's headers and JSON text."""

    attempts: int = 0
    headers: Mapping[str, str] | None = None
    body: bytes | str | None = None

    def answer(self) -> Mapping[str, Any]:
        """The response as a JSON object, empty where it is none."""
        try:
            answer = orjson.loads(self.body or b"")
        except orjson.JSONDecodeError:
            return {}
        return answer if isinstance(answer, dict) else {}


_exchange: ContextVar[Exchange | None] = ContextVar("tollbook_exchange", default=None)


@contextmanager
def new_exchange() -> Iterator[Exchange]:
    """Collect what the hooks see inside."""
    exchange = Exchange()
    token = _exchange.set(exchange)
    try:
        yield exchange
    finally:
        _exchange.reset(token)


def current_exchange() -> Exchange | None:
    """The exchange of the call being tracked, if one is."""
    return _exchange.get()
