"""Models whose requests are grouped by operation, and whose calls end when the SDK has parsed the answer.

Private names relied on: `_generate_content`, `_generate_content_stream` and `_embed_content` of Models and AsyncModels,
one request each. A test fails when the SDK renames one.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

from google.genai.models import AsyncModels, Models

from tollbook_producers.wrap_gemini.hops import HopGroup
from tollbook_producers.wrap_gemini.signatures import like
from tollbook_producers.wrap_gemini.tracking import Settling
from tollbook_producers.wrap_gemini.wire import TrackedApiClient, tracked_sender


class TrackedModels(Models):
    """`models`."""

    _tollbook_tracked = True

    @like(Models.generate_content)
    def generate_content(self, *, config: Any = None, **what: Any) -> Any:
        return super(TrackedModels, grouped(self, config)).generate_content(config=config, **what)

    @like(Models.generate_content_stream)
    def generate_content_stream(self, *, config: Any = None, **what: Any) -> Any:
        return super(TrackedModels, grouped(self, config)).generate_content_stream(config=config, **what)

    def _generate_content(self, **what: Any) -> Any:
        with Settling() as settling:
            return super(TrackedModels, _settled(self, settling))._generate_content(**what)

    def _generate_content_stream(self, **what: Any) -> Iterator[Any]:
        with Settling() as settling:
            yield from super(TrackedModels, _settled(self, settling))._generate_content_stream(**what)

    def _embed_content(self, **what: Any) -> Any:
        with Settling() as settling:
            return super(TrackedModels, _settled(self, settling))._embed_content(**what)


class TrackedAsyncModels(AsyncModels):
    """`aio.models`."""

    _tollbook_tracked = True

    @like(AsyncModels.generate_content)
    async def generate_content(self, *, config: Any = None, **what: Any) -> Any:
        return await super(TrackedAsyncModels, grouped(self, config)).generate_content(config=config, **what)

    @like(AsyncModels.generate_content_stream)
    async def generate_content_stream(self, *, config: Any = None, **what: Any) -> Any:
        return await super(TrackedAsyncModels, grouped(self, config)).generate_content_stream(config=config, **what)

    async def _generate_content(self, **what: Any) -> Any:
        with Settling() as settling:
            return await super(TrackedAsyncModels, _settled(self, settling))._generate_content(**what)

    async def _generate_content_stream(self, **what: Any) -> Any:
        settling = Settling()
        chunks: Any = await super(TrackedAsyncModels, _settled(self, settling))._generate_content_stream(**what)
        return _settling_at_the_end(chunks, settling)

    async def _embed_content(self, **what: Any) -> Any:
        with Settling() as settling:
            return await super(TrackedAsyncModels, _settled(self, settling))._embed_content(**what)


def tracked_modules(models: Any, sender: TrackedApiClient) -> Any:
    """A copy of a part of the client that sends through this sender."""
    copy = object.__new__(type(models))
    copy.__dict__.update(models.__dict__)
    copy._api_client = sender
    return copy


def grouped(models: Any, config: object = None) -> Any:
    """Models whose requests belong to one operation: the one that they belong to already, or a new one."""
    sender = models._api_client
    group = sender._tollbook.group
    if group is None:
        group = HopGroup()
        models = tracked_modules(models, tracked_sender(sender, replace(sender._tollbook, group=group)))
    group.expect_hops(config)
    return models


def _settled(models: Any, settling: Settling) -> Any:
    sender = models._api_client
    return tracked_modules(models, tracked_sender(sender, replace(sender._tollbook, settling=settling)))


async def _settling_at_the_end(chunks: AsyncIterator[Any], settling: Settling) -> AsyncGenerator[Any, None]:
    with settling:
        async for chunk in chunks:
            yield chunk
