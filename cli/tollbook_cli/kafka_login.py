"""Logging in to Kafka once before a command begins: librdkafka would only log a refusal, and try again for ever."""

import time
from concurrent.futures import Future
from typing import Any

from confluent_kafka import KafkaError
from confluent_kafka.admin import AdminClient

from tollbook_schemas.errors import TollbookError
from tollbook_schemas.kafka_security import WITH_LOGIN, librdkafka_options
from tollbook_schemas.settings import Settings

ANSWER_SECONDS = 10.0
POLL_SECONDS = 0.1


class KafkaLoginError(TollbookError):
    """The brokers do not let this login in, or their certificate is not trusted."""


def check_login(settings: Settings) -> None:
    """Raise KafkaLoginError when the brokers refuse these settings. Brokers that do not answer are not its business."""
    if settings.kafka_security_protocol == "PLAINTEXT":
        return
    refusals: list[KafkaError] = []
    config: dict[str, Any] = {**librdkafka_options(settings), "log_level": 0, "error_cb": refusals.append}
    admin = AdminClient(config)
    answer: Future[Any] = admin.describe_cluster(request_timeout=ANSWER_SECONDS)
    deadline = time.monotonic() + ANSWER_SECONDS
    while not answer.done() and time.monotonic() < deadline:
        admin.poll(POLL_SECONDS)
        for error in refusals:
            _refuse(error, settings)


def _refuse(error: KafkaError, settings: Settings) -> None:
    if error.code() == KafkaError._AUTHENTICATION and settings.kafka_security_protocol in WITH_LOGIN:
        raise KafkaLoginError(
            f"Kafka at {settings.kafka} refuses the login of {settings.kafka_sasl_username!r} with "
            f"{settings.kafka_sasl_mechanism}: set TOLLBOOK_KAFKA_SASL_USERNAME, its password and "
            "TOLLBOOK_KAFKA_SASL_MECHANISM as the cluster knows them"
        )
    if error.code() == KafkaError._SSL:
        raise KafkaLoginError(
            f"no TLS with Kafka at {settings.kafka} ({error.str()}): set TOLLBOOK_KAFKA_SSL_CA to those who signed its "
            "certificate, and TOLLBOOK_KAFKA to the name that is in it"
        )
