"""The services that every other integration test stands on."""

import psycopg
from confluent_kafka import Consumer, Producer

from support.postgres import Database
from support.waiting import eventually
from tollbook_schemas.settings import Settings


def test_a_record_comes_back_from_a_topic_of_this_test(settings: Settings) -> None:
    producer = Producer({"bootstrap.servers": settings.kafka})
    producer.produce(settings.topics.events, b"value", key=b"key")
    assert producer.flush(30) == 0
    consumer = Consumer({"bootstrap.servers": settings.kafka, "group.id": "fixtures", "auto.offset.reset": "earliest"})
    try:
        consumer.subscribe([settings.topics.events])
        record = eventually(lambda: consumer.poll(1))
        assert (record.key(), record.value()) == (b"key", b"value")
    finally:
        consumer.close()


def test_each_test_has_a_database_with_both_roles(database: Database) -> None:
    for dsn, role in ((database.owner, "tollbook_owner"), (database.sink, "tollbook_sink")):
        with psycopg.connect(dsn) as connection:
            assert (connection.info.dbname, connection.info.user) == (database.name, role)
