"""The rules of docs/kafka-security.md, given to a broker."""

import argparse
import re
import shlex
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # public, but not in the package's __all__
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from support.waiting import eventually

PREFIX = "tollbook."
READY_SECONDS = 90.0
PAGE = Path(__file__).parents[2] / "docs" / "kafka-security.md"
_COMMAND = re.compile(r"^    kafka-acls\.sh ((?:.*\\\n)*.*)", re.MULTILINE)
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


def give_rights(root: AdminClient, prefix: str = PREFIX) -> None:
    """Every rule on the page, once the broker answers; another prefix goes into each name, as the page says."""
    eventually(lambda: _answers(root), READY_SECONDS)
    for made in root.create_acls(_documented_rules(prefix), request_timeout=30).values():
        made.result(30)


def _answers(admin: AdminClient) -> bool:
    try:
        return bool(admin.list_topics(timeout=5).brokers)
    except KafkaException as error:
        raise AssertionError(str(error)) from error


def _documented_rules(prefix: str) -> list[AclBinding]:
    commands = _COMMAND.findall(PAGE.read_text(encoding="utf-8"))
    return [rule for command in commands for rule in _rules(command.replace("\\\n", " ").replace(PREFIX, prefix))]


def _rules(command: str) -> Iterator[AclBinding]:
    given = _parser().parse_args(shlex.split(command))
    pattern = ResourcePatternType[given.resource_pattern_type.upper()]
    named = [(ResourceType.TOPIC, name) for name in given.topic] + [(ResourceType.GROUP, name) for name in given.group]
    for (kind, name), operation in product(named, given.operation):
        asked = AclOperation[_WORD.sub("_", operation).upper()]
        yield AclBinding(kind, name, pattern, given.allow_principal, "*", asked, AclPermissionType.ALLOW)


def _parser() -> argparse.ArgumentParser:
    """The options of Kafka's own command that the page uses; any other one is an error."""
    parser = argparse.ArgumentParser(exit_on_error=False)
    parser.add_argument("--bootstrap-server", required=True)
    parser.add_argument("--command-config", required=True)
    parser.add_argument("--add", action="store_true", required=True)
    parser.add_argument("--allow-principal", required=True)
    parser.add_argument("--operation", action="append", required=True)
    parser.add_argument("--topic", action="append", default=[])
    parser.add_argument("--group", action="append", default=[])
    parser.add_argument("--resource-pattern-type", choices=["literal", "prefixed"], default="literal")
    return parser
