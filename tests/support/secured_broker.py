"""A broker that lets nobody do what no rule allows, with a login for each role and the documented rules."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

from confluent_kafka.admin import AdminClient

from support.acl_table import give_rights
from support.homes import temporary_home
from support.kafka_node import KafkaNode, Place, free_places, quorum_properties
from tollbook_cli.stack import prepare_topics, provide_software
from tollbook_cli.stack.kafka import new_cluster_id
from tollbook_cli.stack.ports import LOOPBACK, free_ports
from tollbook_cli.stack.software import Software
from tollbook_schemas.kafka_security import librdkafka_options
from tollbook_schemas.settings import Settings

ROOT = "root"
ROLES = ("producer", "processor", "sink", "operator", "admin")
MECHANISM = "SCRAM-SHA-512"
STORE_PASSWORD = "of-a-test-only"
JAAS = "org.apache.kafka.common.security.scram.ScramLoginModule required"


@dataclass(frozen=True, slots=True)
class SecuredBroker:
    """Where it listens, with and without TLS, and who may log in. `authority` is the PEM file that signs it."""

    address: str
    tls_address: str
    passwords: dict[str, str]
    authority: Path

    def settings(self, role: str, **values: Any) -> Settings:
        """Settings that log in as this role; other arguments are settings."""
        login = {
            "kafka": self.address,
            "kafka_security_protocol": "SASL_PLAINTEXT",
            "kafka_sasl_mechanism": MECHANISM,
            "kafka_sasl_username": role,
            "kafka_sasl_password": self.passwords[role],
        }
        return Settings(**{**login, **values})

    def tls_settings(self, role: str, **values: Any) -> Settings:
        """The same with TLS."""
        secure = {"kafka": self.tls_address, "kafka_security_protocol": "SASL_SSL", "kafka_ssl_ca": self.authority}
        return self.settings(role, **{**secure, **values})

    def admin(self, role: str) -> AdminClient:
        """An admin client of this role."""
        return AdminClient({**librdkafka_options(self.settings(role)), "log_level": 0})

    def prepare(self, **values: Any) -> None:
        """The documented rules, and the four topics, which the role admin makes; arguments are settings."""
        settings = self.settings("admin", **values)
        give_rights(self.admin(ROOT), settings.topic_prefix)
        prepare_topics(self.address, settings)


@contextmanager
def secured_broker() -> Iterator[SecuredBroker]:
    """A running broker with the documented rules and the four topics, which the role admin has made."""
    software = provide_software()
    with temporary_home() as folder:
        (place,), (tls,) = free_places(1), free_ports(1)
        passwords = {name: token_hex(12) for name in (ROOT, *ROLES)}
        authority = _make_certificate(software, folder)
        properties = _properties(place, tls, passwords[ROOT], folder)
        node = KafkaNode(software, folder, new_cluster_id(), place, properties)
        scram = (f"{MECHANISM}=[name={name},password={password}]" for name, password in passwords.items())
        node.format(*(argument for login in scram for argument in ("--add-scram", login)))
        broker = SecuredBroker(place.address, f"{LOOPBACK}:{tls}", passwords, authority)
        try:
            node.start()
            broker.prepare()
            yield broker
        finally:
            node.kill()


def _properties(place: Place, tls: int, root_password: str, folder: Path) -> dict[str, object]:
    listeners = (
        f"SASL_PLAINTEXT://{place.address},SASL_SSL://{LOOPBACK}:{tls},CONTROLLER://{LOOPBACK}:{place.controller}"
    )
    return {
        **quorum_properties([place], place, 1),
        "listeners": listeners,
        "advertised.listeners": listeners,
        "inter.broker.listener.name": "SASL_PLAINTEXT",
        "listener.security.protocol.map": "SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT",
        "sasl.enabled.mechanisms": MECHANISM,
        "sasl.mechanism.inter.broker.protocol": MECHANISM,
        "listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config": (
            f'{JAAS} username="{ROOT}" password="{root_password}";'
        ),
        "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": f"{JAAS};",
        "ssl.keystore.type": "PKCS12",
        "ssl.keystore.location": folder / "broker.p12",
        "ssl.keystore.password": STORE_PASSWORD,
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        # The controller's listener has no logins: only the broker itself reaches it.
        "super.users": f"User:{ROOT};User:ANONYMOUS",
    }


def _make_certificate(software: Software, folder: Path) -> Path:
    """A certificate that signs itself; the PEM file to trust."""
    store, authority = folder / "broker.p12", folder / "authority.pem"
    common = ["-alias", "broker", "-keystore", str(store), "-storetype", "PKCS12", "-storepass", STORE_PASSWORD]
    extensions = ["-ext", f"san=ip:{LOOPBACK}", "-ext", "bc:c=ca:true", "-ext", "ku:c=keyCertSign,digitalSignature"]
    keytool = str(software.java.with_name("keytool"))
    for arguments in (
        ["-genkeypair", "-keyalg", "EC", "-dname", "CN=test", "-validity", "2", *extensions],
        ["-exportcert", "-rfc", "-file", str(authority)],
    ):
        subprocess.run([keytool, *arguments, *common], check=True, capture_output=True, timeout=60)
    return authority
