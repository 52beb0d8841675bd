"""A database restored from a backup, after the changelog it would need has expired, ends equal to the truth."""

from pathlib import Path

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from conftest import MakeSettings
from support.postgres import Database, PostgresServer
from support.replay_scene import Scene, run_supervised
from tollbook_sinks.audit import audit_database


@pytest.fixture
def scene(make_settings: MakeSettings, database: Database, tmp_path: Path) -> Scene:
    """Two partitions, stamped by the test."""
    return Scene(make_settings(timestamps="CreateTime", ticks=False, partitions=2), database, tmp_path)


def expire(scene: Scene, topic: str) -> None:
    """Delete all that a changelog holds."""
    consumer = Consumer({"bootstrap.servers": scene.settings.kafka, "group.id": "unused"})
    places = [TopicPartition(topic, partition) for partition in range(scene.settings.partitions)]
    ends = [consumer.get_watermark_offsets(place, timeout=30)[1] for place in places]
    consumer.close()
    cuts = [TopicPartition(topic, place.partition, end) for place, end in zip(places, ends, strict=True)]
    admin = AdminClient({"bootstrap.servers": scene.settings.kafka})
    for answer in admin.delete_records(cuts).values():
        answer.result(30)


@pytest.mark.parametrize("replays", [1, 2], ids=["its changelog expired", "from before a replay"])
def test_a_restored_database_ends_equal_to_the_truth(scene: Scene, postgres: PostgresServer, replays: int) -> None:
    with run_supervised("processor", scene) as processor:
        with run_supervised("sink", scene):
            scene.calls(0, 60)
            scene.close(0)
            scene.calls(2, 40)
            scene.wait_until_stored()
            assert len(scene.maintain().compacted) == 1
        with postgres.copy(scene.database) as yesterday:
            with run_supervised("sink", scene):
                scene.calls(2, 80, minute=2)
                scene.calls(3, 60)
                scene.close(3)
                scene.calls(5, 60, minute=20)
                scene.wait_until_stored()
                assert len(scene.maintain().compacted) == 2
                ledger = scene.rows("ledger")
                for _ in range(replays - 1):
                    assert scene.replay()["differing"] == []
            scene.database = yesterday
            expire(scene, scene.settings.topics.rollups)
            with run_supervised("sink", scene):
                scene.calls(5, 5, minute=21)
                scene.wait_until_in_ledger()
                scene.maintain()
                assert scene.totals() != scene.truth()

                outcome = scene.replay("--why", "restored from yesterday's backup")

                assert (outcome["status"], outcome["generation"]) == ("replaced", 1 + replays)
                scene.maintain()
                assert set(scene.states()[:3]) == {"compacted"}
                assert scene.totals() == scene.truth()
                scene.calls(5, 20, minute=22)
                scene.close(5)
                scene.wait_until_stored()
                scene.maintain()
                assert scene.totals() == scene.truth()
                assert set(ledger) <= set(scene.rows("ledger"))
                assert len(scene.rows("ledger")) == sum(events for events, _ in scene.truth().values())
                assert audit_database(yesterday.owner, scene.settings.window_rule).ok
        assert processor.restarts == replays
