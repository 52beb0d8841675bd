"""The whole interview product once, through the spool and a real broker: the topic equals the provider's book."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from interviews_app.account import agrees
from interviews_app.clients import open_clients
from interviews_app.edges import Project
from interviews_app.play import Played, play
from provider import Provider
from support.interviews_scenes import provider_settings
from support.provider_broker import read_events
from tollbook_producers import configure, flush, publisher_stats
from tollbook_schemas import LLMUsageStatus, LLMUseCase, Settings

pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning")

PATIENCE = 60.0


@pytest.fixture
def configured(settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    own = settings.model_copy(update={"spool_dir": tmp_path / "spool"})
    configure(settings=own)
    yield own
    configure()


def played(provider: Provider, *, tracked: bool) -> Played:
    async def run() -> Played:
        async with open_clients(provider_settings(provider, PATIENCE), tracked=tracked) as clients:
            return await play(clients, Project("w-1", "p-1", "u-1"))

    return asyncio.run(run())


def test_the_topic_equals_the_book(configured: Settings) -> None:
    with Provider() as plain, Provider() as provider:
        untracked = played(plain, tracked=False)
        tracked = played(provider, tracked=True)
        book = provider.book
    assert flush(PATIENCE) == 0
    events = read_events(configured)
    assert tracked == untracked
    assert agrees(book, events)
    assert {event.use_case for event in events} == {use_case.value for use_case in LLMUseCase}
    assert {event.status for event in events} == {LLMUsageStatus.SUCCESS}
    assert len({event.id for event in events}) == len(events) == publisher_stats().delivered
