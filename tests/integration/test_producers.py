"""Tracked calls on a real broker: every call stands on the topic exactly once."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from secrets import token_hex

import pytest
from openai import OpenAI

from support.provider_answers import chat_answer
from support.provider_broker import own_broker, read_events
from support.provider_server import ProviderServer, Reply
from tollbook_cli.stack import prepare_topics
from tollbook_cli.stack.kafka import admin_client
from tollbook_producers import configure, flush, publisher_stats, track_openai, tracked_call, usage_context
from tollbook_schemas import Settings

PATIENCE = 60.0


@pytest.fixture
def configured(settings: Settings) -> Iterator[Settings]:
    configure(settings=settings)
    yield settings
    configure()


def calls(count: int) -> None:
    for number in range(count):
        tracked_call(lambda: None, provider="p", model="m", session_id=str(number))


def sessions(settings: Settings) -> list[int]:
    return sorted(int(event.session_id or -1) for event in read_events(settings))


def test_each_call_of_many_threads_arrives_once(configured: Settings) -> None:
    with (
        ProviderServer(lambda _: Reply(chat_answer())) as server,
        OpenAI(base_url=f"{server.url}/v1", api_key="none") as plain,
    ):
        client = track_openai(plain, project_id="p")

        def call(number: int) -> None:
            with usage_context(session_id=str(number)):
                client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hello"}])

        with ThreadPoolExecutor(16) as pool:
            list(pool.map(call, range(300)))
    assert flush(PATIENCE) == 0
    stats = publisher_stats()
    assert (stats.recorded, stats.delivered, stats.failed, stats.dropped) == (300, 300, 0, 0)
    assert sessions(configured) == list(range(300))
    assert {(event.project_id, event.total_tokens) for event in read_events(configured)} == {("p", 379)}


def test_a_broker_that_dies_and_returns_gets_every_event_once() -> None:
    with own_broker() as broker:
        settings = Settings(kafka=broker.address, testing=True)
        prepare_topics(broker.address, settings)
        configure(settings=settings)
        calls(50)
        assert flush(PATIENCE) == 0
        broker.kill()
        calls(50)
        assert publisher_stats().pending == 50
        broker.restart()
        assert flush(PATIENCE) == 0
        assert publisher_stats().delivered == 100
        assert sessions(settings) == sorted([*range(50), *range(50)])
        configure()


def test_events_for_a_missing_topic_wait_for_it_and_make_none(kafka: str) -> None:
    settings = Settings(kafka=kafka, testing=True, topic_prefix=f"later-{token_hex(4)}.")
    configure(settings=settings)
    calls(3)
    assert flush(5) == 3
    assert settings.topics.events not in admin_client(kafka).list_topics(timeout=10).topics
    prepare_topics(kafka, settings)
    assert flush(PATIENCE) == 0
    assert sessions(settings) == [0, 1, 2]
    configure()


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_forked_workers_deliver_their_own_events(configured: Settings) -> None:
    calls(10)
    workers = [multiprocessing.get_context("fork").Process(target=work, args=(number,)) for number in (1, 2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(PATIENCE)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert flush(PATIENCE) == 0
    assert publisher_stats().delivered == 10
    assert sessions(configured) == sorted([*range(10), *range(10, 30), *range(20, 40)])


def work(worker: int) -> None:
    """Twenty calls in a worker that ends without a word to the publisher."""
    for number in range(20):
        tracked_call(lambda: None, provider="p", model="m", session_id=str(worker * 10 + number))
