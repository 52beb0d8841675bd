"""Logins to Kafka: which settings are refused, what the client library is told, and that no password shows."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tollbook_cli.environment import read_settings, settings_environment
from tollbook_schemas.errors import SettingsError
from tollbook_schemas.kafka_security import is_loopback, librdkafka_options
from tollbook_schemas.settings import Settings

SECRET = "a-secret-of-this-test"
LOGIN = {"kafka_sasl_username": "sink", "kafka_sasl_password": SECRET}


def settings(**values: Any) -> Settings:
    return Settings(**{"kafka": "broker:9092", "kafka_security_protocol": "SASL_SSL", **LOGIN, **values})


def test_without_settings_nobody_logs_in() -> None:
    assert librdkafka_options(Settings()) == {"bootstrap.servers": "127.0.0.1:9092"}


def test_everything_reaches_the_client(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    assert librdkafka_options(settings(kafka_ssl_ca=authority, kafka_sasl_mechanism="SCRAM-SHA-256")) == {
        "bootstrap.servers": "broker:9092",
        "security.protocol": "SASL_SSL",
        "ssl.ca.location": str(authority),
        "sasl.mechanism": "SCRAM-SHA-256",
        "sasl.username": "sink",
        "sasl.password": SECRET,
    }


def test_a_file_holds_the_password_and_a_newline(tmp_path: Path) -> None:
    file = tmp_path / "password"
    from_file = settings(kafka_sasl_password=None, kafka_sasl_password_file=file)
    file.write_text(f" {SECRET} \n")
    assert librdkafka_options(from_file)["sasl.password"] == f" {SECRET} "
    file.write_text("\n")
    with pytest.raises(SettingsError, match="is empty"):
        librdkafka_options(from_file)
    file.unlink()
    with pytest.raises(SettingsError, match=r"cannot be read \(FileNotFoundError\)"):
        librdkafka_options(from_file)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"kafka_security_protocol": "SASL_PLAINTEXT"}, "where others can read along"),
        ({"kafka_security_protocol": "SASL_PLAINTEXT", "kafka": "127.0.0.1:1,db:1"}, "where others can read along"),
        ({"kafka_security_protocol": "PLAINTEXT"}, "nobody logs in"),
        ({"kafka_security_protocol": "SSL"}, "nobody logs in"),
        ({"kafka_sasl_username": ""}, "needs TOLLBOOK_KAFKA_SASL_USERNAME"),
        ({"kafka_sasl_password": None}, "one of TOLLBOOK_KAFKA_SASL_PASSWORD_FILE"),
        ({"kafka_sasl_password_file": Path("/two")}, "one of TOLLBOOK_KAFKA_SASL_PASSWORD_FILE"),
        ({"kafka_sasl_mechanism": SECRET}, "SCRAM-SHA-512"),
    ],
)
def test_what_is_unsafe_or_does_nothing_is_refused_without_the_password(values: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason) as refused:
        settings(**values)
    assert SECRET not in str(refused.value)


def test_a_private_network_can_be_allowed() -> None:
    allowed = settings(kafka_security_protocol="SASL_PLAINTEXT", kafka_allow_cleartext=True)
    assert librdkafka_options(allowed)["security.protocol"] == "SASL_PLAINTEXT"


@pytest.mark.parametrize(
    ("servers", "here"),
    [
        ("127.0.0.1:9092", True),
        ("localhost:1, 127.9.9.9:2,[::1]:3", True),
        ("LOCALHOST", True),
        ("localhost.example.org:1", False),
        ("127.0.0.1.example.org:1", False),
        ("127.0.0.1:1,broker:1", False),
        ("", False),
    ],
)
def test_loopback_is_this_machine_alone(servers: str, here: bool) -> None:
    assert is_loopback(servers) is here


def test_no_password_shows_and_another_process_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    secured = settings()
    assert SECRET not in repr(secured)
    assert SECRET not in secured.model_dump_json()
    for name, value in settings_environment(secured).items():
        monkeypatch.setenv(name, value)
    assert Settings() == secured


def test_a_command_names_the_setting_and_not_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOLLBOOK_KAFKA_SASL_PASSWORD", SECRET)
    with pytest.raises(SettingsError, match="nobody logs in") as refused:
        read_settings()
    assert SECRET not in str(refused.value)


def test_the_local_stack_needs_no_login() -> None:
    kept = settings(kafka_ssl_ca=Path("ca.pem"), window_seconds=900).without_login()
    assert librdkafka_options(kept) == {"bootstrap.servers": "broker:9092"}
    assert kept.window_seconds == 900
