"""The requests that one operation of the SDK makes, held together by an operation id."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from google.genai.types import Tool

from tollbook_producers.normalize.wire import array, mapping


class HopGroup:
    """The requests of one `generate_content`, chat message or interaction.

    The id is made up once it is known that there may be several.
    """

    __slots__ = ("operation_id",)

    def __init__(self) -> None:
        self.operation_id: str | None = None

    def expect_hops(self, config: object) -> None:
        """Read a config's tools: those that the SDK itself calls mean that it may ask again."""
        if any(_is_called_by_the_sdk(tool) for tool in _tools(config)):
            self._is_operation()

    def read(self, answer: object) -> None:
        """Read a chunk or an answer: one to be continued means that the SDK may ask again."""
        if self.operation_id is None and _is_to_be_continued(mapping(answer)):
            self._is_operation()

    def _is_operation(self) -> None:
        self.operation_id = self.operation_id or str(uuid4())


def _tools(config: object) -> list[Any]:
    tools = config.get("tools") if isinstance(config, Mapping) else getattr(config, "tools", None)
    return tools if isinstance(tools, list) else []


def _is_called_by_the_sdk(tool: object) -> bool:
    """Python functions and MCP sessions; what is declared only is the caller's to answer, or the server's."""
    if isinstance(tool, Mapping):
        return bool(tool.get("mcp_servers") or tool.get("mcpServers"))
    return not isinstance(tool, Tool) or bool(getattr(tool, "mcp_servers", None))


def _is_to_be_continued(answer: Mapping[str, Any]) -> bool:
    if answer.get("candidates"):
        first = mapping(next(iter(array(answer["candidates"])), None))
        return first.get("finishReason") == "CONTINUATION" or bool(first.get("continuationToken"))
    interaction = mapping(answer.get("interaction")) or answer
    return interaction.get("status") == "requires_continuation"
