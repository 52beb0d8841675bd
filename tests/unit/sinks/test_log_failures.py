"""What the client cannot get over by itself ends the sink, which then starts again; the rest is said and waited for."""

import logging

import pytest
from confluent_kafka import KafkaError

from tollbook_sinks.errors import LogReadError
from tollbook_sinks.log import _judge_failure


def test_a_fenced_member_ends() -> None:
    fenced = KafkaError(KafkaError._FATAL, "Static consumer fenced by other consumer with same group.instance.id")
    assert not fenced.fatal()
    with pytest.raises(LogReadError, match="fenced"):
        _judge_failure(fenced)


def test_a_broker_that_is_away_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        _judge_failure(KafkaError(KafkaError._ALL_BROKERS_DOWN, "brokers are down"))
    assert "brokers are down" in caplog.text
