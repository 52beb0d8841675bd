"""Topics are made once, and refused when they are not what the invariants need."""

import pytest
from confluent_kafka.admin import ConfigResource, ResourceType  # type: ignore[attr-defined]  # not in __all__

from conftest import MakeSettings
from tollbook_cli.stack import prepare_topics
from tollbook_cli.stack.errors import TopicError
from tollbook_cli.stack.kafka import admin_client
from tollbook_schemas.settings import Settings


def test_new_topics_have_the_contracts_configuration(settings: Settings) -> None:
    admin = admin_client(settings.kafka)
    resource = ConfigResource(ResourceType.TOPIC, settings.topics.rollups)
    config = admin.describe_configs([resource])[resource].result(30)
    assert config["cleanup.policy"].value == "compact,delete"
    assert config["message.timestamp.type"].value == "LogAppendTime"
    partitions = admin.list_topics(settings.topics.events, timeout=30).topics[settings.topics.events].partitions
    assert len(partitions) == settings.partitions


def test_existing_topics_are_left_alone(settings: Settings) -> None:
    prepare_topics(settings.kafka, settings.model_copy(update={"testing": False}))


def test_another_count_of_partitions_is_refused(settings: Settings) -> None:
    with pytest.raises(TopicError, match="has 4 partitions and TOLLBOOK_PARTITIONS is 5"):
        prepare_topics(settings.kafka, settings.model_copy(update={"partitions": 5}))


def test_client_timestamps_are_refused_outside_tests(make_settings: MakeSettings) -> None:
    settings = make_settings(timestamps="CreateTime")
    with pytest.raises(TopicError, match="LogAppendTime"):
        prepare_topics(settings.kafka, settings.model_copy(update={"testing": False}))
