"""The requests that one generate_content makes, held together by an operation id."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import uuid4


class HopGroup:
    """The requests of one `generate_content`; the id is made up once it is known that there may be several."""

    def __init__(self) -> None:
        self._operation_id: str | None = None

    @property
    def operation_id(self) -> str | None:
        """The id, None for what has been a single request so far."""
        return self._operation_id

    def is_operation(self) -> None:
        """There may be more than one request."""
        self._operation_id = self._operation_id or str(uuid4())


_group: ContextVar[HopGroup | None] = ContextVar("tollbook_hop_group", default=None)


@contextmanager
def hop_group(config: object) -> Iterator[None]:
    """Group the requests made inside. Functions among the tools mean that the SDK may call them and ask again."""
    group = HopGroup()
    if any(callable(tool) for tool in _tools(config)):
        group.is_operation()
    token = _group.set(group)
    try:
        yield
    finally:
        _group.reset(token)


def operation_of(answer: Mapping[str, Any]) -> str | None:
    """The operation id of the request that was answered so; an answer to be continued makes one."""
    group = _group.get()
    if group is None:
        return None
    if _is_to_be_continued(answer):
        group.is_operation()
    return group.operation_id


def _tools(config: object) -> list[Any]:
    tools = config.get("tools") if isinstance(config, Mapping) else getattr(config, "tools", None)
    return tools if isinstance(tools, list) else []


def _is_to_be_continued(answer: Mapping[str, Any]) -> bool:
    candidates = answer.get("candidates")
    first = candidates[0] if isinstance(candidates, list) and candidates else None
    return isinstance(first, Mapping) and first.get("finishReason") == "CONTINUATION"
