"""Chats whose messages are operations: a chat calls functions itself, through one `generate_content` for each hop.

`_modules` of Chat and AsyncChat is private. A test fails when the SDK renames it.
"""

from typing import Any

from google.genai.chats import AsyncChat, AsyncChats, Chat, Chats

from tollbook_producers.hooked import copy_as
from tollbook_producers.wrap_gemini.models import grouped
from tollbook_producers.wrap_gemini.signatures import like


class TrackedChats(Chats):
    """`chats`."""

    @like(Chats.create)
    def create(self, **what: Any) -> Any:
        return copy_as(TrackedChat, super().create(**what))


class TrackedAsyncChats(AsyncChats):
    """`aio.chats`."""

    @like(AsyncChats.create)
    def create(self, **what: Any) -> Any:
        return copy_as(TrackedAsyncChat, super().create(**what))


class _Messages:
    """The models of a chat, renewed with each message."""

    _modules: Any
    _tollbook_models: Any = None

    def _next_message(self) -> None:
        self._tollbook_models = self._tollbook_models or self._modules
        self._modules = grouped(self._tollbook_models)


class TrackedChat(_Messages, Chat):
    """A chat. Messages sent at once by several threads may share an operation id, as they share the history."""

    @like(Chat.send_message)
    def send_message(self, *args: Any, **kwargs: Any) -> Any:
        self._next_message()
        return super().send_message(*args, **kwargs)

    @like(Chat.send_message_stream)
    def send_message_stream(self, *args: Any, **kwargs: Any) -> Any:
        self._next_message()
        return super().send_message_stream(*args, **kwargs)


class TrackedAsyncChat(_Messages, AsyncChat):
    """As `TrackedChat`."""

    @like(AsyncChat.send_message)
    async def send_message(self, *args: Any, **kwargs: Any) -> Any:
        self._next_message()
        return await super().send_message(*args, **kwargs)

    @like(AsyncChat.send_message_stream)
    async def send_message_stream(self, *args: Any, **kwargs: Any) -> Any:
        self._next_message()
        return await super().send_message_stream(*args, **kwargs)
