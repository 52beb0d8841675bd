"""How clients log in to Kafka: which settings are refused, and librdkafka's options for the others."""

import re
from typing import TYPE_CHECKING, Literal

from tollbook_schemas.errors import SettingsError

if TYPE_CHECKING:
    from tollbook_schemas.settings import Settings

SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"]
WITH_LOGIN: frozenset[SecurityProtocol] = frozenset({"SASL_PLAINTEXT", "SASL_SSL"})
WITH_TLS: frozenset[SecurityProtocol] = frozenset({"SSL", "SASL_SSL"})

_LOOPBACK = re.compile(r"(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?", re.IGNORECASE)


def refusal(settings: "Settings") -> str | None:
    """Why these settings must not be used to reach Kafka, and what to do; None where they may."""
    protocol = settings.kafka_security_protocol
    passwords = [settings.kafka_sasl_password, settings.kafka_sasl_password_file]
    given = sum(password is not None for password in passwords)
    if protocol not in WITH_LOGIN:
        return _refuse_unused(settings, given)
    if not settings.kafka_sasl_username or given != 1:
        return (
            f"TOLLBOOK_KAFKA_SECURITY_PROTOCOL={protocol} needs TOLLBOOK_KAFKA_SASL_USERNAME and one of "
            "TOLLBOOK_KAFKA_SASL_PASSWORD_FILE and TOLLBOOK_KAFKA_SASL_PASSWORD: set them"
        )
    if protocol == "SASL_PLAINTEXT" and not (settings.kafka_allow_cleartext or is_loopback(settings.kafka)):
        return (
            "TOLLBOOK_KAFKA_SECURITY_PROTOCOL=SASL_PLAINTEXT would log in to another machine without TLS, where others "
            "can read along: use SASL_SSL, or set TOLLBOOK_KAFKA_ALLOW_CLEARTEXT=true for a network that is private"
        )
    return None


def is_loopback(servers: str) -> bool:
    """Whether all of host:port[,host:port] are on this machine."""
    return all(_LOOPBACK.fullmatch(server.strip()) for server in servers.split(","))


def sasl_password(settings: "Settings") -> str:
    """The password for Kafka. Raises SettingsError when its file cannot be read or is empty."""
    if settings.kafka_sasl_password is not None:
        return settings.kafka_sasl_password.get_secret_value()
    file = settings.kafka_sasl_password_file
    try:
        password = file.read_text(encoding="utf-8").rstrip("\r\n") if file is not None else ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"the file of TOLLBOOK_KAFKA_SASL_PASSWORD_FILE, {file}, cannot be read ({type(error).__name__}): "
            "give this user the right to read it, or set the path right"
        ) from None
    if not password:
        raise SettingsError(
            f"the file of TOLLBOOK_KAFKA_SASL_PASSWORD_FILE, {file}, is empty: write the password to it"
        )
    return password


def librdkafka_options(settings: "Settings") -> dict[str, str | int | float | bool]:
    """What every librdkafka client needs to reach these brokers. Holds the password: never log it.

    Raises SettingsError as `sasl_password` does.
    """
    protocol = settings.kafka_security_protocol
    options: dict[str, str | int | float | bool] = {"bootstrap.servers": settings.kafka}
    if protocol != "PLAINTEXT":
        options["security.protocol"] = protocol
    if protocol in WITH_TLS and settings.kafka_ssl_ca is not None:
        options["ssl.ca.location"] = str(settings.kafka_ssl_ca)
    if protocol in WITH_LOGIN:
        options |= {
            "sasl.mechanism": settings.kafka_sasl_mechanism,
            "sasl.username": settings.kafka_sasl_username,
            "sasl.password": sasl_password(settings),
        }
    return options


def _refuse_unused(settings: "Settings", passwords: int) -> str | None:
    protocol = settings.kafka_security_protocol
    if not (settings.kafka_sasl_username or passwords):
        return None
    return (
        f"TOLLBOOK_KAFKA_SASL_… is set, and nobody logs in with TOLLBOOK_KAFKA_SECURITY_PROTOCOL={protocol}: "
        f"set it to {' or '.join(sorted(WITH_LOGIN, reverse=True))}, or unset the others"
    )
