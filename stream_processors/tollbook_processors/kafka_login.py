"""The settings' way to log in to Kafka, in the words of aiokafka and of Faust, and what a refusal means."""

import ssl
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from faust import SASLCredentials, SSLCredentials
from faust.types.auth import CredentialsT

from tollbook_processors.errors import MissingRightsError
from tollbook_schemas.kafka_security import WITH_LOGIN, WITH_TLS, sasl_password
from tollbook_schemas.settings import Settings

REFUSALS = frozenset({KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.CLUSTER_AUTHORIZATION_FAILED})


def aiokafka_options(settings: Settings) -> dict[str, Any]:
    """What every client of aiokafka needs to reach the brokers. Holds the password: never log it.

    Raises SettingsError where the password's file cannot be read.
    """
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka,
        "security_protocol": settings.kafka_security_protocol,
        "ssl_context": _tls(settings),
    }
    if settings.kafka_security_protocol in WITH_LOGIN:
        options |= {
            "sasl_mechanism": settings.kafka_sasl_mechanism,
            "sasl_plain_username": settings.kafka_sasl_username,
            "sasl_plain_password": sasl_password(settings),
        }
    return options


def faust_credentials(settings: Settings) -> CredentialsT | None:
    """The same for Faust's own clients. Raises as `aiokafka_options` does."""
    tls = _tls(settings)
    if settings.kafka_security_protocol in WITH_LOGIN:
        return SASLCredentials(
            username=settings.kafka_sasl_username,
            password=sasl_password(settings),
            ssl_context=tls,
            mechanism=settings.kafka_sasl_mechanism,
        )
    return None if tls is None else SSLCredentials(tls)


def refuse_missing_rights(error: KafkaException, settings: Settings) -> None:
    """Raise MissingRightsError when this is what the broker said."""
    if error.args[0].code() in REFUSALS:
        raise MissingRightsError(
            f"Kafka at {settings.kafka} does not let {settings.kafka_sasl_username or 'this login'} look at the topics "
            f"({error.args[0].str()}): give it the processor's rights, docs/kafka-security.md has the commands"
        ) from error


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if settings.kafka_security_protocol not in WITH_TLS:
        return None
    return ssl.create_default_context(cafile=settings.kafka_ssl_ca)
